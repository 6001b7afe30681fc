import { type Command, withDefaultHandler } from "./segments.ts";
import type {
  MaybeLazyMiddleware,
  Route,
  RouteComponent,
  RouteConfig,
  RouteHandler,
} from "./types.ts";

/** What a route file may export. */
interface RouteModule {
  config?: RouteConfig;
  handler?: unknown;
  handlers?: unknown;
  default?: unknown;
}

type Kind = "app" | "layout" | "middleware" | "error" | "notFound" | "route";

/** A file below `routes/`, as found on disk. */
export interface RouteFile {
  path: string;
  kind: Kind;
  /** With `(group)` parts, which have layouts and middlewares of their own. */
  pattern: string;
  /** URLPattern pathname: without groups. */
  routePattern: string;
  /** Loaded by its first request; files that set `routeOverride` are not. */
  isLazy: boolean;
}

export type LoadedRouteFile = RouteFile & {
  mod: RouteModule | (() => Promise<RouteModule>);
};

/** In the order they must be applied in: each counts for what comes after it. */
const KINDS = new Map<string, Kind>([
  ["_app", "app"],
  ["_middleware", "middleware"],
  ["_layout", "layout"],
  ["_404", "notFound"],
  ["_error", "error"],
  ["_500", "error"],
]);

/** `id` is the path below `routes/` without extension, `"rooms/[id]"`; `null` for files that are no routes. */
export function toRouteFile(
  id: string,
  path: string,
  code: string,
): RouteFile | null {
  const parts = id.split("/");
  const name = parts.at(-1)!;
  const kind = KINDS.get(name) ?? "route";
  const isHidden = (part: string) => /^([._]|\(_)/.test(part);
  if (parts.some((part) => isHidden(part) && !KINDS.has(part))) return null;
  if (kind === "route") {
    const isIndex = name === "index" && parts.length > 1;
    const pattern = pathToPattern(id, true) + (isIndex ? "/" : "");
    const isLazy = !code.includes("routeOverride");
    return { path, kind, pattern, routePattern: pathToPattern(id), isLazy };
  }
  const pattern = pathToPattern(parts.slice(0, -1).join("/"), true);
  return { path, kind, pattern, routePattern: pattern, isLazy: false };
}

/** File path to URLPattern pathname: `[id]` is a parameter, `[...rest]` the rest, `(group)` nothing. */
export function pathToPattern(path: string, keepGroups = false): string {
  const parts = path.split("/");
  if (parts.at(-1) === "index") parts.pop();
  const out = parts.map((part) => {
    if (part === "") return "";
    if (/^\(.*\)$/.test(part)) return keepGroups ? `/${part}` : "";
    if (part.includes("][")) {
      throw new SyntaxError(
        `Cannot route "${path}": two parameters touch, put text between them`,
      );
    }
    const optional = part.match(/^\[\[([^\]]+)\]\]$/);
    if (optional !== null) return `{/:${optional[1]}}?`;
    return "/" + part.replace(/^\[\.\.\.(.+)\]$/, ":$1*")
      .replace(/\[([^\]]+)\]/g, ":$1");
  });
  return out.join("") || "/";
}

/** Specials first, then what is fixed before parameters before rests, level by level. */
export function sortRouteIds(a: string, b: string): number {
  // A group counts as if its files were in the directory above.
  const [left, right] = [a, b].map((id) =>
    id.split("/").filter((part) => !/^\(.*\)$/.test(part))
  ) as [string[], string[]];
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

export function toCommands<S>(files: LoadedRouteFile[]): Command<S>[] {
  return files.flatMap((file) => {
    const command = toCommand<S>(file);
    return command === null ? [] : [command];
  });
}

function toCommand<S>(file: LoadedRouteFile): Command<S> | null {
  const { path, kind, pattern, routePattern, mod } = file;
  if (typeof mod === "function") {
    const route = async () => toRoute<S>(await mod(), file);
    const config = { routeOverride: routePattern };
    return { type: "route", pattern, last: false, route, config };
  }
  const route = toRoute<S>(mod, file);
  const { component } = route;
  switch (kind) {
    case "middleware": {
      const found = mod.handlers ?? mod.handler ?? mod.default;
      const fns = [found].flat() as MaybeLazyMiddleware<S>[];
      if (fns.every((fn) => typeof fn === "function")) {
        return { type: "middleware", pattern, last: true, fns };
      }
      throw new Error(
        `Cannot use ${path} as middleware: export a function or an array of functions, not handlers by method`,
      );
    }
    case "layout":
      if (component === undefined) return null;
      return {
        type: "layout",
        pattern,
        last: true,
        component,
        config: mod.config,
      };
    case "app":
      return component === undefined ? null : { type: "app", component };
    case "error":
      withDefaultHandler(route);
      return { type: "error", pattern, last: true, route };
    case "notFound":
      return { type: "notFound", route: withDefaultHandler(route) };
    case "route":
      return {
        type: "route",
        pattern,
        last: false,
        route,
        config: route.config,
      };
  }
}

function toRoute<S>(
  mod: RouteModule,
  { path, kind, routePattern }: RouteFile,
): Route<S> {
  const handler = mod.handlers ?? mod.handler;
  if (!handler && typeof mod.default !== "function" && !mod.config) {
    throw new Error(
      `Cannot use ${path} as a route: it exports no handler, no default component and no config`,
    );
  }
  const routeOverride = mod.config?.routeOverride ?? routePattern;
  return {
    config: kind === "route" ? { ...mod.config, routeOverride } : mod.config,
    handler: handler as RouteHandler<unknown, S> | undefined,
    component: mod.default as RouteComponent<S> | undefined,
  };
}
