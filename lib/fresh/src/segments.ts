import { type Context, getUiTree } from "./context.ts";
import { HttpError } from "./error.ts";
import { renderComponent } from "./render.ts";
import { mergePath, METHODS, type Router } from "./router.ts";
import type {
  HandlerFn,
  LayoutConfig,
  MaybeLazy,
  MaybeLazyMiddleware,
  Method,
  Route,
  RouteComponent,
  RouteConfig,
} from "./types.ts";

/** One call on `App`, kept until `handler()` turns the list into routes. `last`: the pattern's last part is a segment too. */
export type Command<S> =
  | { type: "app"; component: RouteComponent<S> }
  | { type: "notFound"; route: Route<S> }
  | { type: "fs"; pattern: string; last: boolean; items: () => Command<S>[] }
  | PathCommand<S>;

type PathCommand<S> =
  & { pattern: string; last: boolean }
  & (
    | { type: "middleware"; fns: MaybeLazyMiddleware<S>[] }
    | {
      type: "layout";
      component: RouteComponent<S>;
      config?: LayoutConfig | undefined;
    }
    | { type: "error"; route: Route<S> }
    | {
      type: "route";
      route: MaybeLazy<Route<S>>;
      config?: RouteConfig | undefined;
    }
    | { type: "handler"; methods: Method[]; fns: MaybeLazyMiddleware<S>[] }
  );

/** A directory of the URL space with what was registered for it. */
interface Segment<S> {
  parent: Segment<S> | null;
  children: Map<string, Segment<S>>;
  middlewares: MaybeLazyMiddleware<S>[];
  layout: { component: RouteComponent<S>; config: LayoutConfig } | null;
  app: RouteComponent<S> | null;
  errorRoute: Route<S> | null;
  notFound: Route<S> | null;
}

function newSegment<S>(parent: Segment<S> | null): Segment<S> {
  return {
    parent,
    children: new Map(),
    middlewares: [],
    layout: null,
    app: null,
    errorRoute: null,
    notFound: null,
  };
}

/** Fills the router; returns the middlewares for requests that match no route. */
export function applyCommands<S>(
  router: Router<MaybeLazyMiddleware<S>>,
  commands: Command<S>[],
  basePath: string,
): MaybeLazyMiddleware<S>[] {
  const root = newSegment<S>(null);
  for (const command of commands) apply(root, router, command, basePath);
  return chainOf(root);
}

function apply<S>(
  root: Segment<S>,
  router: Router<MaybeLazyMiddleware<S>>,
  command: Command<S>,
  basePath: string,
): void {
  if (command.type === "app") {
    root.app = command.component;
    return;
  }
  if (command.type === "notFound") {
    root.notFound = command.route;
    return;
  }
  if (command.type === "fs") {
    const base = mergePath(basePath, command.pattern, true);
    for (const item of command.items()) apply(root, router, item, base);
    return;
  }
  const segment = segmentAt(root, command.pattern, command.last);
  switch (command.type) {
    case "middleware":
      segment.middlewares.push(...command.fns);
      break;
    case "error":
      segment.errorRoute = command.route;
      break;
    case "layout": {
      const { component, config = {} } = command;
      segment.layout = { component, config };
      break;
    }
    case "handler": {
      const path = mergePath(basePath, command.pattern, false) || "*";
      router.add(command.methods, path, [...chainOf(segment), ...command.fns]);
      break;
    }
    case "route":
      addRoute(router, segment, command, basePath);
  }
}

function addRoute<S>(
  router: Router<MaybeLazyMiddleware<S>>,
  segment: Segment<S>,
  command: PathCommand<S> & { type: "route" },
  basePath: string,
): void {
  const { route, pattern } = command;
  const config = typeof route === "function" ? command.config : route.config;
  const path = mergePath(basePath, config?.routeOverride ?? pattern, false);
  const chain = chainOf(segment);
  if (typeof route === "function") {
    // Until it is loaded nobody knows the methods of a lazy route: it takes
    // them all, and one without a handler ends as 404.
    const { methods = "ALL" } = config ?? {};
    let loaded: Promise<Route<S>> | undefined;
    chain.push(async (ctx) => {
      loaded ??= route().then(withDefaultHandler);
      return renderRoute(ctx, await loaded);
    });
    router.add(methods === "ALL" ? METHODS : methods, path, chain);
    return;
  }
  withDefaultHandler(route);
  chain.push((ctx) => renderRoute(ctx, route));
  const methods = typeof route.handler === "function"
    ? METHODS
    : Object.keys(route.handler ?? {}) as Method[];
  router.add(methods, path || "*", chain);
}

/** Finds or makes the segment of a pattern; without `last` its last part is a file, not a segment. */
function segmentAt<S>(root: Segment<S>, pattern: string, last: boolean): Segment<S> {
  if (pattern === "*" || pattern === "/*") return root;
  const parts = pattern.replace(/^\//, "").split("/");
  if (!last || parts.at(-1) === "") parts.pop();
  let current = root;
  for (const part of parts) {
    let child = current.children.get(part);
    if (child === undefined) {
      child = newSegment(current);
      current.children.set(part, child);
    }
    current = child;
  }
  return current;
}

/** The middlewares from the root down to a segment, each level behind a guard that sets its layout and catches its errors. */
function chainOf<S>(segment: Segment<S>): MaybeLazyMiddleware<S>[] {
  const levels: Segment<S>[] = [];
  let current: Segment<S> | null = segment;
  for (; current !== null; current = current.parent) levels.unshift(current);
  const root = levels[0]!;
  return levels.flatMap((level) => [guardOf(level, root), ...level.middlewares]);
}

function guardOf<S>(level: Segment<S>, root: Segment<S>): MaybeLazyMiddleware<S> {
  // Taken now: what is registered later does not reach back to earlier routes.
  const { app, layout, errorRoute } = level;
  return async (ctx) => {
    const ui = getUiTree(ctx);
    const before = { ...ui };
    if (app !== null) ui.app = app;
    if (layout?.config.skipAppWrapper) ui.app = null;
    if (layout !== null) {
      const above = layout.config.skipInheritedLayouts ? [] : ui.layouts;
      ui.layouts = [...above, layout.component];
    }
    try {
      return await ctx.next();
    } catch (error) {
      ctx.error = error;
      const status = error instanceof HttpError ? error.status : 500;
      if (status === 404 && root.notFound !== null) {
        return await renderRoute(ctx, root.notFound);
      }
      if (errorRoute === null) throw error;
      return await renderRoute(ctx, errorRoute, status);
    } finally {
      Object.assign(ui, before);
    }
  };
}

/** Gives a route without a GET handler one that renders its component. */
export function withDefaultHandler<S>(route: Route<S>): Route<S> {
  const render = () => Promise.resolve({ data: {} });
  const { handler, component } = route;
  if (handler === undefined) {
    route.handler = component === undefined ? notFound : render;
  } else if (typeof handler === "object" && component !== undefined) {
    route.handler = { ...handler, GET: handler.GET ?? render };
  }
  return route;
}

function notFound(): never {
  throw new HttpError(404);
}

export async function renderRoute<S>(ctx: Context<S>, route: Route<S>, status = 200): Promise<Response> {
  const ui = getUiTree(ctx);
  if (route.config?.skipAppWrapper) ui.app = null;
  if (route.config?.skipInheritedLayouts) ui.layouts = [];
  const handler = handlerFor(route, ctx.req.method as Method);
  const result = await (handler === null ? ctx.next() : handler(ctx));
  if (result instanceof Response) return result;
  const init = { status: result.status ?? status, headers: new Headers(result.headers) };
  if (route.component === undefined) return ctx.render(null, init);
  const vnode = await renderComponent(ctx, route.component, { data: result.data, child: () => null });
  return vnode instanceof Response ? vnode : ctx.render(vnode, init);
}

function handlerFor<S>(route: Route<S>, method: Method): HandlerFn<unknown, S> | null {
  const { handler } = route;
  if (typeof handler === "function") return handler;
  const own = (name: Method) => handler !== undefined && Object.hasOwn(handler, name) && handler[name];
  return own(method) || (method === "HEAD" && own("GET")) || null;
}
