import { type FunctionComponent, isValidElement, type VNode } from "preact";
import type { BuildCache } from "./build_cache.ts";
import { HttpError } from "./error.ts";
import { renderDocument, type UiTree } from "./render.ts";
import type { LayoutConfig, ResolvedFreshConfig } from "./types.ts";

/** Callbacks of a managed socket. */
export interface WebSocketHandlers {
  open?(socket: WebSocket): void;
  message?(socket: WebSocket, event: MessageEvent): void;
  close?(socket: WebSocket, code: number, reason: string): void;
  error?(socket: WebSocket, event: Event | ErrorEvent): void;
}

export interface WebSocketUpgradeOptions {
  /** Seconds without an answer to a ping before the socket is closed. */
  idleTimeout?: number;
  /** Must be one of those the client offers. */
  protocol?: string;
}

export type FreshContext<State = unknown> = Context<State>;

export const PARTIAL_SEARCH_PARAM = "fresh-partial";

export let getUiTree: <S>(ctx: Context<S>) => UiTree<S>;
export let getBuildCache: <S>(ctx: Context<S>) => BuildCache<S>;

interface ContextInit<State> {
  req: Request;
  url: URL;
  info: Deno.ServeHandlerInfo;
  route: string | null;
  params: Record<string, string>;
  config: ResolvedFreshConfig;
  next: () => Promise<Response>;
  cache: BuildCache<State>;
}

/** One request on its way through the middlewares. */
export class Context<State> {
  #ui: UiTree<State> = { app: null, layouts: [] };
  #cache: BuildCache<State>;

  readonly config: ResolvedFreshConfig;
  readonly url: URL;
  req: Request;
  /** Pattern of the matched route. */
  readonly route: string | null;
  readonly params: Record<string, string>;
  readonly state: State = {} as State;
  data: unknown = undefined;
  /** What was thrown further in, `null` before. */
  error: unknown | null = null;
  readonly info: Deno.ServeHandlerInfo;
  readonly isPartial: boolean;
  /** Runs the next middleware or the route. */
  next: () => Promise<Response>;
  /** In a layout or the app wrapper: what it wraps. */
  Component!: FunctionComponent;

  static {
    getUiTree = (ctx) => ctx.#ui;
    getBuildCache = (ctx) => ctx.#cache;
  }

  constructor(init: ContextInit<State>) {
    this.req = init.req;
    this.url = init.url;
    this.info = init.info;
    this.route = init.route;
    this.params = init.params;
    this.config = init.config;
    this.next = init.next;
    this.#cache = init.cache;
    this.isPartial = init.url.searchParams.has(PARTIAL_SEARCH_PARAM);
  }

  /** A redirect; a path never turns into another host (`//host` loses a slash). */
  redirect(pathOrUrl: string, status = 302): Response {
    let location = pathOrUrl;
    if (pathOrUrl !== "/" && pathOrUrl.startsWith("/")) {
      const end = pathOrUrl.search(/[?#]/);
      const path = end === -1 ? pathOrUrl : pathOrUrl.slice(0, end);
      location = path.replaceAll(/\/+/g, "/") + pathOrUrl.slice(path.length);
    }
    return new Response(null, { status, headers: { location } });
  }

  /** Renders `vnode` inside the layouts and the app wrapper that hold here. */
  async render<P>(
    vnode: VNode<P> | null,
    init: ResponseInit = {},
    config: LayoutConfig = {},
  ): Promise<Response> {
    if (vnode !== null && !isValidElement(vnode)) {
      throw new Error("Non-JSX element passed to: ctx.render()");
    }
    const ui: UiTree<State> = {
      app: config.skipAppWrapper ? null : this.#ui.app,
      layouts: config.skipInheritedLayouts ? [] : this.#ui.layouts,
    };
    return await renderDocument(this, { vnode: vnode as VNode | null, init, ui, cache: this.#cache });
  }

  text(content: string, init?: ResponseInit): Response {
    return new Response(content, init);
  }

  html(content: string, init?: ResponseInit): Response {
    const headers = new Headers(init?.headers);
    headers.set("Content-Type", "text/html; charset=utf-8");
    return new Response(content, { ...init, headers });
  }

  json(content: unknown, init?: ResponseInit): Response {
    return Response.json(content, init);
  }

  /** Sends what an iterable (or a function that makes one) yields, as it comes. */
  stream<U extends string | Uint8Array>(
    stream:
      | Iterable<U>
      | AsyncIterable<U>
      | (() => Iterable<U> | AsyncIterable<U>),
    init?: ResponseInit,
  ): Response {
    const chunks = typeof stream === "function" ? stream() : stream;
    const encoder = new TextEncoder();
    const bytes = new TransformStream<U, Uint8Array>({
      transform(chunk, controller) {
        controller.enqueue(typeof chunk === "string" ? encoder.encode(chunk) : chunk);
      },
    });
    const body = ReadableStream.from(chunks).pipeThrough(bytes);
    return new Response(body as BodyInit, init);
  }

  /** Turns the request into a WebSocket; throws `HttpError` 400 when it does not ask for one. */
  upgrade(options?: WebSocketUpgradeOptions): { socket: WebSocket; response: Response };
  upgrade(handlers: WebSocketHandlers, options?: WebSocketUpgradeOptions): Response;
  upgrade(
    first: WebSocketHandlers | WebSocketUpgradeOptions = {},
    second?: WebSocketUpgradeOptions,
  ): { socket: WebSocket; response: Response } | Response {
    const handlers = isHandlers(first) ? first : null;
    const options = handlers === null ? first as WebSocketUpgradeOptions : second;
    if (this.req.headers.get("upgrade")?.toLowerCase() !== "websocket") {
      throw new HttpError(400, "Expected a WebSocket upgrade request");
    }
    const { socket, response } = Deno.upgradeWebSocket(this.req, options);
    if (handlers === null) return { socket, response };
    socket.addEventListener("open", () => handlers.open?.(socket));
    socket.addEventListener("message", (e) => handlers.message?.(socket, e));
    socket.addEventListener("close", (e) => handlers.close?.(socket, e.code, e.reason));
    socket.addEventListener("error", (e) => handlers.error?.(socket, e));
    return response;
  }
}

function isHandlers(value: WebSocketHandlers | WebSocketUpgradeOptions): value is WebSocketHandlers {
  return ["open", "message", "close", "error"].some((name) =>
    typeof (value as Record<string, unknown>)[name] === "function"
  );
}
