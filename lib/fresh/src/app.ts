import { STATUS_CODES } from "node:http";
import { type BuildCache, createCache } from "./build_cache.ts";
import { Context, getUiTree, type WebSocketHandlers, type WebSocketUpgradeOptions } from "./context.ts";
import { HttpError } from "./error.ts";
import { setBuildId } from "./runtime/asset.ts";
import { mergePath, METHODS, Router } from "./router.ts";
import { applyCommands, type Command, withDefaultHandler } from "./segments.ts";
import type {
  FreshConfig,
  LayoutConfig,
  MaybeLazy,
  MaybeLazyMiddleware,
  Method,
  Middleware,
  ResolvedFreshConfig,
  Route,
  RouteComponent,
  RouteConfig,
} from "./types.ts";

export type ListenOptions =
  & Partial<Deno.ServeTcpOptions & Deno.TlsCertifiedKeyPem>
  & { remoteAddress?: string };

export type Handler = (request: Request, info?: Deno.ServeHandlerInfo) => Promise<Response>;

/** Ports that `listen()` tries when none is asked for. */
const FIRST_PORT = 8000;
const LAST_PORT = 8019;

/** What `ctx.info` says when `handler()` is called without a connection. */
const NO_CONNECTION: Deno.ServeHandlerInfo<Deno.NetAddr> = {
  remoteAddr: { transport: "tcp", hostname: "localhost", port: 1234 },
  completed: Promise.resolve(),
};

export let setBuildCache: <S>(app: App<S>, cache: BuildCache<S>, mode: "development" | "production") => void;

/** Collects middlewares and routes; `handler()` turns them into a request handler. */
export class App<State> {
  #commands: Command<State>[] = [];
  #getCache: () => BuildCache<State> | null = () => null;

  config: ResolvedFreshConfig;

  static {
    setBuildCache = (app, cache, mode) => {
      app.config.root = cache.root;
      app.config.mode = mode;
      app.#getCache = () => cache;
      setBuildId(cache.buildId);
    };
  }

  constructor(config: FreshConfig = {}) {
    this.config = { root: ".", basePath: config.basePath ?? "", mode: config.mode ?? "production" };
  }

  #add(command: Command<State>): this {
    this.#commands.push(command);
    return this;
  }

  /** Adds middlewares for the routes registered after this call, all or those below `path`. */
  use(...middleware: MaybeLazyMiddleware<State>[]): this;
  use(path: string, ...middleware: MaybeLazyMiddleware<State>[]): this;
  use(first: string | MaybeLazyMiddleware<State>, ...rest: MaybeLazyMiddleware<State>[]): this {
    const [pattern, fns] = typeof first === "string" ? [first, rest] : ["*", [first, ...rest]];
    return this.#add({ type: "middleware", pattern, last: true, fns });
  }

  /** What answers 404s, with status 200 unless it says otherwise. */
  notFound(route: Route<State> | Middleware<State>): this {
    return this.#add({ type: "notFound", route: toRoute(route) });
  }

  /** What answers errors thrown at or below `path`. It runs outside the middlewares of that path. */
  onError(path: string, route: Route<State> | Middleware<State>): this {
    const item = toRoute(route);
    return this.#add({ type: "error", pattern: path, last: true, route: item });
  }

  appWrapper(component: RouteComponent<State>): this {
    return this.#add({ type: "app", component });
  }

  layout(path: string, component: RouteComponent<State>, config?: LayoutConfig): this {
    const last = true;
    return this.#add({ type: "layout", pattern: path, last, component, config });
  }

  route(path: string, route: MaybeLazy<Route<State>>, config?: RouteConfig): this {
    const last = true;
    return this.#add({ type: "route", pattern: path, last, route, config });
  }

  #handle(methods: Method[], pattern: string, fns: MaybeLazy<Middleware<State>>[]): this {
    const all = fns as MaybeLazyMiddleware<State>[];
    return this.#add({ type: "handler", methods, pattern, last: true, fns: all });
  }

  get(path: string, ...fns: MaybeLazy<Middleware<State>>[]): this {
    return this.#handle(["GET"], path, fns);
  }
  post(path: string, ...fns: MaybeLazy<Middleware<State>>[]): this {
    return this.#handle(["POST"], path, fns);
  }
  patch(path: string, ...fns: MaybeLazy<Middleware<State>>[]): this {
    return this.#handle(["PATCH"], path, fns);
  }
  put(path: string, ...fns: MaybeLazy<Middleware<State>>[]): this {
    return this.#handle(["PUT"], path, fns);
  }
  delete(path: string, ...fns: MaybeLazy<Middleware<State>>[]): this {
    return this.#handle(["DELETE"], path, fns);
  }
  head(path: string, ...fns: MaybeLazy<Middleware<State>>[]): this {
    return this.#handle(["HEAD"], path, fns);
  }
  all(path: string, ...fns: MaybeLazy<Middleware<State>>[]): this {
    return this.#handle(METHODS, path, fns);
  }

  /** A GET route that upgrades to a managed WebSocket. */
  ws(path: string, handlers: WebSocketHandlers, options?: WebSocketUpgradeOptions): this {
    return this.get(path, (ctx) => ctx.upgrade(handlers, options));
  }

  /** Puts the file routes of the applied build here; nothing without a build. */
  fsRoutes(pattern = "*"): this {
    const items = () => this.#getCache()?.commands() ?? [];
    return this.#add({ type: "fs", pattern, last: false, items });
  }

  /** Takes over what another app has registered so far, below `path`. */
  mountApp(path: string, app: App<State>): this {
    for (const command of app.#commands) {
      if (command.type === "app" || command.type === "notFound") {
        this.#add(command);
        continue;
      }
      const inner = app.config.basePath === path ? "" : app.config.basePath;
      const pattern = mergePath(path, mergePath(inner, command.pattern, true), true);
      const last = command.last || command.pattern === "/";
      this.#add({ ...command, pattern, last });
    }
    app.#getCache = () => this.#getCache();
    return this;
  }

  /** The handler for `Deno.serve` and for tests; built from what is registered so far. */
  handler(): Handler {
    const cache = this.#getCache() ?? createCache<State>();
    const router = new Router<MaybeLazyMiddleware<State>>();
    const { config } = this;
    const outer = applyCommands(router, this.#commands, config.basePath);

    return async (req, info = NO_CONNECTION) => {
      const url = new URL(req.url);
      // `//host/x` must not become a protocol-relative redirect later on.
      url.pathname = url.pathname.replace(/\/+/g, "/");
      const { pattern: route, params, handlers, allowed } = router.match(req.method as Method, url);
      const next = lastResort(req.method, route, handlers !== null, allowed);
      const ctx = new Context<State>({ req, url, info, route, params, config, next, cache });
      try {
        const response = await run(handlers ?? outer, ctx);
        if (req.method !== "HEAD") return response;
        await response.body?.cancel();
        return new Response(null, response);
      } catch (error) {
        return answerError(error);
      }
    };
  }

  /** Starts to serve on `options.port`, else on the first free port from 8000. */
  listen(options: ListenOptions = {}): Promise<void> {
    serve(this.handler(), options);
    return Promise.resolve();
  }
}

/** Throws when the port, or every one of the default ports, is taken. */
export function serve(handler: Handler, options: ListenOptions): void {
  if (options.port) {
    Deno.serve(options, handler);
    return;
  }
  for (let port = FIRST_PORT; port <= LAST_PORT; port++) {
    try {
      Deno.serve({ ...options, port }, handler);
      return;
    } catch (error) {
      const isTaken = error instanceof Deno.errors.AddrInUse;
      if (!isTaken || port === LAST_PORT) throw error;
    }
  }
}

function toRoute<S>(route: Route<S> | Middleware<S>): Route<S> {
  return withDefaultHandler(typeof route === "function" ? { handler: route } : route);
}

/** What `ctx.next()` does behind the last handler. */
function lastResort(
  method: string,
  route: string | null,
  isHandled: boolean,
  allowed: Method[],
): () => Promise<Response> {
  if (route === null || isHandled) {
    return () => Promise.reject(new HttpError(404));
  }
  if (method !== "OPTIONS") return () => Promise.reject(new HttpError(405));
  const headers = { Allow: allowed.join(", ") };
  return () => Promise.resolve(new Response(null, { status: 204, headers }));
}

/** Runs middlewares one inside the other; each one's `ctx.next()` is the one after it. */
async function run<S>(middlewares: MaybeLazyMiddleware<S>[], ctx: Context<S>): Promise<Response> {
  let next = ctx.next;
  for (let i = middlewares.length - 1; i >= 0; i--) {
    const inner = next;
    next = async () => {
      const ui = getUiTree(ctx);
      const before = { ...ui };
      ctx.next = inner;
      try {
        let result = await middlewares[i]!(ctx);
        if (typeof result === "function") {
          middlewares[i] = result;
          result = await result(ctx);
        }
        return result;
      } catch (error) {
        ctx.error = error;
        throw error;
      } finally {
        Object.assign(ui, before);
      }
    };
  }
  const response = await next();
  if (response instanceof Response) return response;
  throw new Error(
    `Expected a "Response" instance to be returned, but got: ${response}`,
  );
}

function answerError(error: unknown): Response {
  const status = error instanceof HttpError ? error.status : 500;
  if (status >= 500) console.error(error);
  const text = error instanceof HttpError ? error.message || STATUS_CODES[status] : "Internal server error";
  return new Response(text ?? null, { status });
}
