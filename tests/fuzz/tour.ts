import type { Method } from "@/services/http/methods.ts";
import { type HttpAction, JSON_KIND, kindOf } from "./actions.ts";
import { bodiesOf } from "./bodies.ts";
import { plausible } from "./hostile.ts";
import type { Org } from "./markers.ts";
import { PEOPLE } from "./people.ts";
import { ownId } from "./plant.ts";
import { ROUTES } from "./route_table.ts";

/** Records of these stand for those of all entities, which are the same code. */
const ENTITIES = [["finance", "revenue"], ["guest-checkin", "guest"], ["tasks", "task"]] as const;

/** An admin, staff of one property, and a manager of the other. */
const PAGE_READERS = [0, 3, 5];

/** Every route with every method by everybody, as it is meant: what it should be able to answer is there. */
export async function tourOf(org: Org): Promise<HttpAction[]> {
  const bodies = await bodiesOf(org);
  const actions: HttpAction[] = [];
  for (const [route, row] of Object.entries(ROUTES)) {
    if (row.isSocket) continue;
    // What is taken away goes last.
    const methods = row.methods.toSorted((a, b) => Number(a === "DELETE") - Number(b === "DELETE"));
    const places = route.includes(":entity") ? ENTITIES : ENTITIES.slice(-1);
    for (const method of methods) {
      const name = row.bodies?.[method];
      const { type, text } = name === undefined ? JSON_KIND : kindOf(name);
      const body = method === "GET" ? null : name === undefined ? "" : text(bodies[name]![0]!);
      for (const [base, entity] of places) {
        const target = targetOf(org, route, { base, entity, method });
        const headers: Record<string, string> = method === "GET" ? {} : { "content-type": type };
        const byCookie = row.isPage === true || row.byCookie === true;
        // A page is made of what the routes below it answer.
        for (const who of row.isPage ? PAGE_READERS : PEOPLE.keys()) {
          actions.push({ kind: "http", who, method, route, target, headers, body, byCookie });
        }
      }
    }
  }
  return actions;
}

function targetOf(
  org: Org,
  route: string,
  { base, entity, method }: { base: string; entity: string; method: Method },
): string {
  const { tour = {} } = ROUTES[route]!;
  const own = String(ownId(org));
  const path = route.replaceAll(/:(\w+)/g, (_, name: string) => {
    if (name === "base") return base;
    if (name === "entity") return entity;
    const asked = tour[name];
    if (asked !== undefined) return asked === "own" ? own : asked;
    // The third is one's own, which nothing else of the tour needs.
    return plausible(org, name)[method === "DELETE" ? 2 : 0]!;
  });
  const query = route.endsWith("/subscribe") ? "wait=0&lastSeq=1" : tour.query;
  return query === undefined ? path : `${path}?${query}`;
}
