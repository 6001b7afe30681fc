import type { Method } from "@/services/http/methods.ts";

export interface RouteRow {
  /** Query parameters that mean something. */
  readonly query?: readonly string[];
  /** The name of the bodies in `BODIES`, of each method that takes one. */
  readonly bodies?: Readonly<Partial<Record<Method, string>>>;
  readonly methods: readonly Method[];
  /** Answers a page, and a redirect to whoever is not signed in. */
  readonly isPage?: true;
  /** Upgrades to a socket. */
  readonly isSocket?: true;
  /** Is for browsers: the token is in a cookie. */
  readonly byCookie?: true;
  /** What the tour of all routes asks for, so that there is something to answer: free parts of the path, and a query. */
  readonly tour?: Readonly<Record<string, string>> & { readonly query?: string };
  /** Who the tour goes by is told no on purpose. */
  readonly isRefused?: true;
}

const PAGE = { methods: ["GET"], isPage: true } as const;
const GET = { methods: ["GET"] } as const;
const SOCKET = { methods: ["GET"], isSocket: true, query: ["ticket", "token", "as"] } as const;

/** Every route of the app, as the directory `routes` has it; `:name` is a part of the path that is free. */
export const ROUTES: Readonly<Record<string, RouteRow>> = {
  "/": GET,
  "/sign-in": {
    methods: ["GET", "POST"],
    isPage: true,
    query: ["next", "again"],
    bodies: { POST: "signIn" },
  },
  "/sign-out": { methods: ["POST"] },
  "/session/refresh": { methods: ["POST"], byCookie: true },
  "/audit": { ...GET, query: ["limit", "kind", "cursor"] },
  "/auth/revoke": { methods: ["POST"], bodies: { POST: "revoke" } },
  "/auth/ticket": { methods: ["POST"] },
  "/docs": PAGE,
  "/docs/asyncapi.json": GET,
  "/docs/openapi.json": GET,
  "/docs/problems": GET,
  "/health/live": GET,
  "/health/ready": GET,
  "/overview": { ...PAGE, query: ["property"] },
  "/live": { ...PAGE, query: ["property"] },
  "/analytics": { ...PAGE, query: ["property", "view"] },
  "/branding": { ...PAGE, query: ["property"] },
  "/chat": { ...PAGE, query: ["property", "room"] },
  "/finance": { ...PAGE, query: ["property", "view"] },
  "/guests": { ...PAGE, query: ["property", "view"] },
  "/reports": { ...PAGE, query: ["property", "report"] },
  "/rooms": { ...PAGE, query: ["property", "view", "status"] },
  "/staff": { ...PAGE, query: ["property", "view", "week", "day"] },
  "/tasks": { ...PAGE, query: ["property", "column"] },
  "/users": { ...PAGE, query: ["property"] },
  "/admin/flags": { ...PAGE, query: ["property"], isRefused: true },
  "/feature-flags": { methods: ["GET", "POST"], bodies: { POST: "flags" } },
  "/feature-flags/changes": { ...GET, query: ["limit", "cursor"], isRefused: true },
  "/feature-flags/counts": { ...GET, isRefused: true },
  "/:base/:entity": {
    methods: ["GET", "POST"],
    query: ["propertyId", "limit", "cursor", "order", "q", "status", "roomId", "guestId"],
    bodies: { POST: "record" },
  },
  "/:base/:entity/:id": {
    methods: ["GET", "PUT", "PATCH", "DELETE"],
    bodies: { PUT: "change", PATCH: "change" },
  },
  "/guest-checkin/guest/:id/erase": { methods: ["POST"], tour: { id: "own" } },
  "/:base/realtime/subscribe": { ...GET, query: ["propertyId", "lastSeq", "epoch", "wait"] },
  "/reports/report/:id/csv": GET,
  "/v2/realtime/stream": SOCKET,
  "/v2/realtime/metrics": { ...GET, query: ["scope"] },
  "/v2/realtime/recent": { ...GET, query: ["propertyId", "limit"] },
  "/v2/collaboration/chat/stream": SOCKET,
  "/v2/collaboration/retention": { methods: ["GET", "PUT"], bodies: { PUT: "retention" } },
  "/v2/collaboration/rooms": {
    methods: ["GET", "POST"],
    query: ["limit", "after"],
    bodies: { POST: "topic" },
  },
  "/v2/collaboration/rooms/:roomId": { methods: ["GET", "PATCH", "DELETE"], bodies: { PATCH: "rename" } },
  "/v2/collaboration/rooms/:roomId/members/:userId": {
    methods: ["PUT", "DELETE"],
    bodies: { PUT: "member" },
    tour: { roomId: "topic-1", userId: "u2" },
  },
  "/v2/collaboration/rooms/:roomId/messages": {
    methods: ["GET", "POST"],
    query: ["before", "after", "limit"],
    bodies: { POST: "message" },
  },
  "/v2/collaboration/rooms/:roomId/messages/:id/readers": { ...GET, query: ["limit", "after"] },
  "/v2/collaboration/rooms/:roomId/online": GET,
  "/v2/collaboration/rooms/:roomId/people": { ...GET, query: ["q", "limit"] },
  "/v2/collaboration/rooms/:roomId/search": {
    ...GET,
    query: ["q", "before", "limit"],
    tour: { query: "q=secret" },
  },
  "/v2/collaboration/rooms/:roomId/stats": GET,
  "/v2/documents/upload": { methods: ["POST"], bodies: { POST: "form" } },
  "/v2/documents/upload/stream": SOCKET,
  "/v2/documents/uploads/:uploadId": { methods: ["GET", "DELETE"] },
  "/v2/documents/:id": {
    methods: ["GET", "PATCH", "DELETE"],
    bodies: { PATCH: "correction" },
    tour: { id: "2" },
  },
  "/v2/documents/:id/apply": { methods: ["POST"], bodies: { POST: "apply" } },
  "/v2/documents/:id/content": GET,
  "/v2/documents/:id/import": { methods: ["POST"], bodies: { POST: "import" }, tour: { id: "own" } },
  "/v2/documents/:id/password": { methods: ["POST"], bodies: { POST: "password" }, isRefused: true },
  "/v2/documents/:id/previews/:n": GET,
  "/v2/documents/:id/read": { methods: ["POST"], tour: { id: "4" } },
};

/** The routes that the directory has, in the same form. */
export function routesOf(root: string, dir = "routes", path = ""): string[] {
  return [...Deno.readDirSync(`${root}/${dir}`)].flatMap(({ name, isDirectory }) => {
    if (name.startsWith("_") || name.startsWith("(_")) return [];
    if (isDirectory) {
      const isGroup = name.startsWith("(");
      return routesOf(root, `${dir}/${name}`, isGroup ? path : `${path}/${segment(name)}`);
    }
    const bare = name.replace(/\.tsx?$/, "");
    // What stands beside pages of a group and is no page itself exports no handler.
    const text = Deno.readTextFileSync(`${root}/${dir}/${name}`);
    if (!/export const handler|export default/.test(text)) return [];
    return [bare === "index" ? path || "/" : `${path}/${segment(bare)}`];
  });
}

function segment(name: string): string {
  const free = /^\[(\.\.\.)?(\w+)\]$/.exec(name)?.[2];
  return free === undefined ? name : `:${free}`;
}

/** The names of query parameters that the code reads. */
export function parametersOf(root: string): string[] {
  const names = new Set<string>();
  const patterns = [
    /\b(?:search|params|searchParams)\.(?:get|has|getAll)\(\s*"(\w+)"/g,
    /Parameter\(\w+, "(\w+)"/g,
  ];
  const walk = (dir: string) => {
    for (const { name, isDirectory } of Deno.readDirSync(`${root}/${dir}`)) {
      if (isDirectory) walk(`${dir}/${name}`);
      else if (/\.tsx?$/.test(name)) {
        const text = Deno.readTextFileSync(`${root}/${dir}/${name}`);
        for (const pattern of patterns) for (const [, found] of text.matchAll(pattern)) names.add(found!);
      }
    }
  };
  walk("routes");
  walk("services");
  return [...names];
}
