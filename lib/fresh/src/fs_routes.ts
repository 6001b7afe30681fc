import { type Command, withDefaultHandler } from "./segments.ts";
import type { MaybeLazyMiddleware, Route, RouteComponent, RouteConfig, RouteHandler } from "./types.ts";

/** What a route file may export. */
interface RouteModule {
  config?: RouteConfig;
  handler?: unknown;
  handlers?: unknown;
  default?: unknown;
}

type Kind = "app" | "layout" | "middleware" | "error" | "notFound" | "route";

/** A file below `routes/`. */
export interface RouteFile {
  /** Path below `routes/` without extension: `"rooms/[id]"`. */
  id: string;
  path: string;
  /** Loaded by its first request; files that set `routeOverride` and special ones are not. */
  isLazy: boolean;
}

export interface LoadedRouteFile {
  id: string;
  mod: RouteModule | (() => Promise<RouteModule>);
}

/** In the order they must be applied in: each counts for what comes after it. */
const KINDS = new Map<string, Kind>([
  ["_app", "app"],
  ["_middleware", "middleware"],
  ["_layout", "layout"],
  ["_404", "notFound"],
  ["_error", "error"],
  ["_500", "error"],
]);

/** What kind of file an id names; `null` for what only stands beside the routes. */
export function kindOf(id: string): Kind | null {
  const parts = id.split("/");
  const isHidden = (part: string) => /^([._]|\(_)/.test(part) && !KINDS.has(part);
  return parts.some(isHidden) ? null : KINDS.get(parts.at(-1)!) ?? "route";
}

/** File path to URLPattern pathname: `[id]` is a parameter, `[...rest]` the rest, `(group)` nothing. */
export function pathToPattern(path: string, keepGroups = false): string {
  const parts = path.split("/");
  if (parts.at(-1) === "index") parts.pop();
  const out = parts.map((part) => {
    if (part === "") return "";
    if (/^\(.*\)$/.test(part)) return keepGroups ? `/${part}` : "";
    if (part.includes("][")) {
      throw new SyntaxError(`Cannot route "${path}": two parameters touch, put text between them`);
    }
    const optional = part.match(/^\[\[([^\]]+)\]\]$/);
    if (optional !== null) return `{/:${optional[1]}}?`;
    return "/" + part.replace(/^\[\.\.\.(.+)\]$/, ":$1*").replace(/\[([^\]]+)\]/g, ":$1");
  });
  return out.join("") || "/";
}

/** Specials first, then what is fixed before parameters before rests, level by level. */
export function sortRouteIds(a: string, b: string): number {
  // A group counts as if its files were in the directory above.
  const [left, right] = [a, b].map((id) => id.split("/").filter((part) => !/^\(.*\)$/.test(part))) as [
    string[],
    string[],
  ];
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const order = rank(left[i], i === left.length - 1) -
      rank(right[i], i === right.length - 1);
    if (order !== 0) return order;
    if (left[i] !== right[i]) return left[i]! < right[i]! ? -1 : 1;
  }
  return a < b ? -1 : 1;
}

function rank(part: string | undefined, isFile: boolean): number {
  if (part === undefined) return 7;
  if (isFile && KINDS.has(part)) return [...KINDS.keys()].indexOf(part) - 10;
  if (part.startsWith("[...")) return 9;
  if (part.startsWith("[[")) return 8.5;
  if (part.startsWith("[")) return 8;
  return part.includes("[") ? 7 : 6;
}

/** The command for a file, none for one that has nothing to say. */
export function toCommands<S>({ id, mod }: LoadedRouteFile): Command<S>[] {
  const kind = kindOf(id);
  if (kind === "route") return [routeCommand(id, mod)];
  if (kind === null || typeof mod === "function") return [];
  const pattern = pathToPattern(id.slice(0, Math.max(0, id.lastIndexOf("/"))), true);
  const at = { pattern, last: true };
  if (kind === "middleware") return [{ type: kind, ...at, fns: toMiddlewares(id, mod) }];
  const route = toRoute<S>(id, mod);
  if (kind === "error") return [{ type: kind, ...at, route: withDefaultHandler(route) }];
  if (kind === "notFound") return [{ type: kind, route: withDefaultHandler(route) }];
  const { component, config } = route;
  if (component === undefined) return [];
  return kind === "app" ? [{ type: kind, component }] : [{ type: kind, ...at, component, config }];
}

function routeCommand<S>(id: string, mod: LoadedRouteFile["mod"]): Command<S> {
  // An index file lies in its directory's segment, any other in the one above it.
  const pattern = pathToPattern(id, true) + (id.endsWith("/index") ? "/" : "");
  const routeOverride = pathToPattern(id);
  const at = { type: "route", pattern, last: false } as const;
  if (typeof mod === "function") {
    return { ...at, route: async () => toRoute<S>(id, await mod()), config: { routeOverride } };
  }
  const route = toRoute<S>(id, mod);
  return { ...at, route: { ...route, config: { routeOverride, ...route.config } } };
}

function toMiddlewares<S>(id: string, mod: RouteModule): MaybeLazyMiddleware<S>[] {
  const fns = [mod.handlers ?? mod.handler ?? mod.default].flat();
  if (fns.every((fn) => typeof fn === "function")) return fns as MaybeLazyMiddleware<S>[];
  throw new Error(`Cannot use route file ${id}: a middleware is a function or an array of functions`);
}

function toRoute<S>(id: string, mod: RouteModule): Route<S> {
  const handler = mod.handlers ?? mod.handler;
  if (!handler && typeof mod.default !== "function" && !mod.config) {
    throw new Error(`Cannot use route file ${id}: it exports no handler, default component or config`);
  }
  return {
    config: mod.config,
    handler: handler as RouteHandler<unknown, S> | undefined,
    component: mod.default as RouteComponent<S> | undefined,
  };
}
