import type { AnyComponent, RenderableProps, VNode } from "preact";
import type { Context } from "./context.ts";

export type Method =
  | "HEAD"
  | "GET"
  | "POST"
  | "PATCH"
  | "PUT"
  | "DELETE"
  | "OPTIONS";

export type Lazy<T> = () => Promise<T>;
export type MaybeLazy<T> = T | Lazy<T>;

/** Runs before a route; calls `ctx.next()` for what follows, or answers by itself. */
export type Middleware<State> = (ctx: Context<State>) => Response | Promise<Response>;
export type MiddlewareFn<State> = Middleware<State>;
/** A middleware, or a loader that resolves to one on its first request. */
export type MaybeLazyMiddleware<State> = (
  ctx: Context<State>,
) => Response | Promise<Response | Middleware<State>>;

/** What a handler returns to have its route's component rendered with `data`. */
export interface PageResponse<T> {
  data: T;
  headers?: HeadersInit;
  status?: number;
}

export interface HandlerFn<Data, State> {
  (ctx: Context<State>):
    | Response
    | PageResponse<Data>
    | Promise<Response | PageResponse<Data>>;
}

export type HandlerByMethod<Data, State> = {
  [M in Method]?: HandlerFn<Data, State>;
};

export type RouteHandler<Data, State> =
  | HandlerFn<Data, State>
  | HandlerByMethod<Data, State>;

export type RouteData<Handler extends RouteHandler<unknown, unknown>> = Handler extends
  RouteHandler<infer Data, unknown> ? Data : never;

export interface LayoutConfig {
  /** Leave out the layouts of the directories above. */
  skipInheritedLayouts?: boolean;
  /** Leave out the `_app` component. */
  skipAppWrapper?: boolean;
}

export interface RouteConfig extends LayoutConfig {
  /** URLPattern pathname to use instead of the file's own path. */
  routeOverride?: string;
  /** Methods of a lazy route; `"ALL"` when left out. */
  methods?: "ALL" | Method[];
}

export type PageProps<Data = unknown, State = unknown> =
  & Pick<
    Context<State>,
    | "config"
    | "url"
    | "req"
    | "params"
    | "info"
    | "state"
    | "isPartial"
    | "Component"
    | "error"
    | "route"
  >
  & { data: Data };

/** A component whose own function is async; it may answer with a `Response`. */
export type AsyncAnyComponent<P> = {
  (props: RenderableProps<P>): Promise<VNode | Response | null>;
  displayName?: string;
};

export type RouteComponent<State> =
  | AsyncAnyComponent<PageProps<unknown, State>>
  | AnyComponent<PageProps<unknown, State>>;

export interface Route<State> {
  component?: RouteComponent<State> | undefined;
  config?: RouteConfig | undefined;
  handler?: RouteHandler<unknown, State> | undefined;
}

export interface FreshConfig {
  /** Path prefix of every route, `"/foo"`; none when left out. */
  basePath?: string;
  mode?: "development" | "production";
}

export interface ResolvedFreshConfig {
  /** Project directory; `"."` until a build is applied. */
  root: string;
  basePath: string;
  mode: "development" | "production";
}
