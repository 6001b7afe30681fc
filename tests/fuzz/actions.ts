import fc from "fast-check";
import { SERVICE_NAMES, SERVICES } from "@/lib/protocol/services.ts";
import { CHAT_TOLD } from "@/lib/protocol/subjects.ts";
import { bodiesOf, EXTRA_FIELDS } from "./bodies.ts";
import { HOSTILE_TEXTS, HOSTILE_VALUES, plausible } from "./hostile.ts";
import type { Org } from "./markers.ts";
import { PEOPLE } from "./people.ts";
import { type RouteRow, ROUTES } from "./route_table.ts";
import { framesOf, type SocketAction } from "./socket_actions.ts";

/** One request; `who` is an index of `PEOPLE`. */
export interface HttpAction {
  readonly kind: "http";
  readonly who: number;
  readonly method: string;
  readonly route: string;
  /** As it goes out, encoded. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  /** The token is in a cookie, as a page's is. */
  readonly byCookie: boolean;
}

/** A message of whoever may publish for one organisation alone. */
export interface NatsAction {
  readonly kind: "nats";
  readonly subject: string;
  readonly payload: string;
  readonly id: string | null;
}

/** The same reading by both organisations at once, several times over the same few connections to the database. */
export interface BothAction {
  readonly kind: "both";
  readonly who: number;
  readonly target: string;
}

export type Action = HttpAction | NatsAction | BothAction | SocketAction;

const rarely = <T, U = T>(usual: fc.Arbitrary<T>, hostile: fc.Arbitrary<U>, weight = 5) =>
  fc.oneof<[fc.WeightedArbitrary<T>, fc.WeightedArbitrary<U>]>(
    { weight, arbitrary: usual },
    { weight: 1, arbitrary: hostile },
  );

const hostileText = fc.oneof(fc.constantFrom(...HOSTILE_TEXTS), fc.string({ unit: "binary", maxLength: 20 }));
const who = fc.nat(PEOPLE.length - 1);

function value(org: Org, name: string): fc.Arbitrary<string> {
  return rarely(fc.constantFrom(...plausible(org, name)), hostileText);
}

const OTHER_METHODS = [
  "GET",
  "HEAD",
  "POST",
  "PUT",
  "PATCH",
  "DELETE",
  "OPTIONS",
  "TRACE",
  "PROPFIND",
  "get",
];

/** Percent-encoded, or nearly as it is: what no client of a library would send, and any program can. */
function encoded(text: string, raw: boolean): string {
  const safe = text.replaceAll(/[\ud800-\udfff]/g, "\ufffd");
  return raw
    ? safe.replaceAll(/[^\x21-\x7e]|[?#]/g, (part) => encodeURIComponent(part))
    : encodeURIComponent(safe);
}

const entityPath = fc.constantFrom(
  ...Object.values(SERVICES).flatMap(({ base, entities }) =>
    entities.map((entity) => [base, entity] as const)
  ),
);

function target(org: Org, route: string): fc.Arbitrary<string> {
  const names = [...route.matchAll(/:(\w+)/g)].map(([, name]) => name!);
  const parts = fc.record({
    place: entityPath,
    odd: fc.nat(9),
    raw: fc.boolean(),
    values: fc.tuple(...names.map((name) => value(org, name))),
  });
  return parts.map(({ place, odd, raw, values }) => {
    let at = -1;
    return route.replaceAll(/:(\w+)/g, (_, name: string) => {
      at++;
      if (name === "base" && odd > 0) return place[0];
      if (name === "entity" && odd > 0) return place[1];
      return encoded(values[at]!, raw && odd < 4);
    });
  });
}

function query(org: Org, names: readonly string[]): fc.Arbitrary<string> {
  const strange = ["orgId", "org", "userId", "propertyId", "__proto__", "token", "ticket", "as", "limit"];
  const name = names.length > 0
    ? rarely(fc.constantFrom(...names), fc.constantFrom(...strange), 8)
    : fc.constantFrom(...strange);
  const pair = name.chain((name) =>
    value(org, name).map((text) => `${encodeURIComponent(name)}=${encoded(text, false)}`)
  );
  return rarely(
    fc.array(pair, { maxLength: 3 }).map((pairs) => pairs.join("&")),
    fc.constantFrom("=", "&&", "%", "propertyId[]=1", "propertyId=1&propertyId=2", "a=%ff"),
    12,
  );
}

/** Headers that some servers go by, and those that ours reads. */
function headers(org: Org): fc.Arbitrary<Record<string, string>> {
  const other = org === 1 ? 2 : 1;
  const named: [string, readonly string[]][] = [
    ["idempotency-key", ["key1", `key-${70 + other}`, "fresh", "x".repeat(201), ">"]],
    ["if-match", ['"1"', '"2"', "*", 'W/"1"', "1", '"__proto__"']],
    ["accept", ["text/html", "*/*", "application/json"]],
    ["origin", ["https://evil.example", "null"]],
    ["x-innstream-as", [`${org}.u1`, `${other}.u1`, "%"]],
    ["x-org-id", [String(other)]],
    ["x-forwarded-for", ["127.0.0.1"]],
    ["x-forwarded-host", ["evil.example"]],
    ["x-original-url", ["/metrics"]],
    ["x-http-method-override", ["DELETE"]],
    ["range", ["bytes=0-1"]],
    ["if-none-match", ["*"]],
    ["content-encoding", ["gzip"]],
    ["content-type", ["text/plain", "application/json; charset=utf-16", "multipart/form-data"]],
  ];
  return fc.subarray(named, { maxLength: 2 }).chain((some) =>
    fc.tuple(...some.map(([, values]) => fc.constantFrom(...values))).map((values) =>
      Object.fromEntries(some.map(([name], index) => [name, values[index]!]))
    )
  );
}

/** A body that is understood, or one with something taken away, replaced or added. */
function json(bodies: readonly Record<string, unknown>[]): fc.Arbitrary<Record<string, unknown>> {
  const change = fc.record({ at: fc.nat(20), to: fc.constantFrom(...HOSTILE_VALUES, undefined) });
  const extra = fc.record({
    name: fc.constantFrom(...EXTRA_FIELDS),
    to: fc.constantFrom<unknown>(1, 2, "2", ">", [2], null),
  });
  return fc.record({
    body: fc.constantFrom(...bodies),
    changes: rarely(fc.constant([] as never[]), fc.array(change, { minLength: 1, maxLength: 2 }), 2),
    extras: rarely(fc.constant([] as never[]), fc.array(extra, { minLength: 1, maxLength: 2 }), 3),
  }).map(({ body, changes, extras }) => {
    const made = new Map(Object.entries(body));
    for (const { at, to } of changes) made.set([...made.keys()][at % made.size]!, to);
    for (const { name, to } of extras) made.set(name, to);
    return Object.fromEntries(made);
  });
}

/** A value as a form has it. */
function plain(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value) ?? "";
}

export const BOUNDARY = "fuzz-boundary";

export function formOf(fields: Record<string, unknown>): string {
  const part = (name: string, value: string, more = "") =>
    `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"${more}\r\n\r\n${value}\r\n`;
  const texts = Object.entries(fields).map(([name, value]) => part(name, plain(value)));
  const file = part("file", "%PDF-1.7 of the fuzz", `; filename="a.pdf"\r\nContent-Type: application/pdf`);
  return `${texts.join("")}${file}--${BOUNDARY}--\r\n`;
}

interface Kind {
  readonly type: string;
  readonly text: (body: Record<string, unknown>) => string;
}
const KINDS: Readonly<Record<string, Kind>> = {
  form: { type: `multipart/form-data; boundary=${BOUNDARY}`, text: formOf },
  signIn: {
    type: "application/x-www-form-urlencoded",
    text: (body) =>
      new URLSearchParams(Object.entries(body).map(([name, value]) => [name, plain(value)])).toString(),
  },
};
export const JSON_KIND: Kind = { type: "application/json", text: (body) => JSON.stringify(body) };
export const kindOf = (name: string | undefined): Kind => KINDS[name ?? ""] ?? JSON_KIND;

type Bodies = Awaited<ReturnType<typeof bodiesOf>>;

function http(org: Org, bodies: Bodies): fc.Arbitrary<HttpAction> {
  return fc.constantFrom(...Object.entries(ROUTES)).chain(([route, row]) => {
    const method = rarely(fc.constantFrom<string>(...row.methods), fc.constantFrom(...OTHER_METHODS), 8);
    return method.chain((method) => {
      const name = row.bodies?.[method as "POST"];
      const takesBody = !["GET", "HEAD", "TRACE"].includes(method.toUpperCase());
      const { type, text } = kindOf(name);
      const body: fc.Arbitrary<string | null> = !takesBody
        ? fc.constant(null)
        : name === undefined
        ? fc.constantFrom("", "{}", "[]")
        : rarely(
          json(bodies[name]!).map(text),
          fc.constantFrom("", "{", "[]", "null", '"x"', "\u0000", "[".repeat(5_000)),
          9,
        );
      return fc.record({
        kind: fc.constant("http" as const),
        who,
        method: fc.constant(method),
        route: fc.constant(route),
        target: fc.tuple(target(org, route), query(org, queryOf(route, row))).map(join),
        headers: headers(org).map((given) => ({ ...(takesBody && { "content-type": type }), ...given })),
        body,
        byCookie: rarely(fc.constant(row.isPage === true), fc.boolean()),
      });
    });
  });
}

function queryOf(route: string, row: RouteRow): readonly string[] {
  // Without it a poll waits for long, on purpose.
  return route.endsWith("/subscribe") ? row.query!.filter((name) => name !== "wait") : row.query ?? [];
}

function join([path, query]: [string, string]): string {
  const wait = path.endsWith("/realtime/subscribe") ? "wait=5" : "";
  const all = [query, wait].filter(Boolean).join("&");
  return all === "" ? path : `${path}?${all}`;
}

function nats(org: Org): fc.Arbitrary<NatsAction> {
  const token = fc.constantFrom("updated", "created", "deleted", "*", ">", "x".repeat(65), "__proto__", "2");
  const property = fc.constantFrom("1", "2", "_", "72", "0", "01", "*", "9007199254740993");
  const event = fc.tuple(property, fc.constantFrom(...SERVICE_NAMES, "spa"), entityPath, token).map(
    ([property, service, [, entity], action]) => `evt.${org}.${property}.${service}.${entity}.${action}`,
  );
  const room = fc.constantFrom("property-1", "room-1", "topic-1", "topic-72", "topic-71", "*");
  const chat = fc.tuple(room, fc.constantFrom<string>(...CHAT_TOLD, "x")).map(([room, told]) =>
    `chat.${org}.${room}.${told}.fuzz`
  );
  const fields = fc.dictionary(
    fc.constantFrom(
      "id",
      "version",
      "orgId",
      "propertyId",
      "roomId",
      "userId",
      "text",
      "seq",
      "rev",
      "__proto__",
    ),
    fc.constantFrom<unknown>(...HOSTILE_VALUES, 1, 2),
    { maxKeys: 4 },
  );
  const payload = rarely(
    fc.record({
      id: fc.constantFrom("planted-1", "e1"),
      data: fields,
      orgId: fc.constant(3 - org),
      service: fc.constantFrom("tasks", ">"),
    }, {
      requiredKeys: ["data"],
    }).map((event) => JSON.stringify(event)),
    fc.oneof(
      fc.constantFrom("", "{", "null", "[]", "\u0000", "x".repeat(60_000)),
      fields.map((body) => JSON.stringify(body)),
    ),
    2,
  );
  return fc.record({
    kind: fc.constant("nats" as const),
    // A publisher cannot publish on a wildcard: the broker takes it for a name.
    subject: rarely(event, chat),
    payload,
    id: fc.constantFrom(null, "planted-1", "same"),
  });
}

function both(org: Org): fc.Arbitrary<BothAction> {
  const routes = Object.entries(ROUTES).filter(([, row]) => row.methods.includes("GET") && !row.isSocket);
  const read = fc.constantFrom(...routes).chain(([route, row]) =>
    fc.tuple(target(org, route), query(org, queryOf(route, row))).map(join)
  );
  return fc.record({ kind: fc.constant("both" as const), who, target: read });
}

/** What one case does, as people and programs of one organisation. */
export async function actionsOf(org: Org): Promise<fc.Arbitrary<Action[]>> {
  const bodies = await bodiesOf(org);
  const action = fc.oneof(
    { weight: 14, arbitrary: http(org, bodies) },
    { weight: 3, arbitrary: framesOf(org, who) },
    { weight: 2, arbitrary: nats(org) },
    { weight: 2, arbitrary: both(org) },
  );
  return fc.array(action, { minLength: 1, maxLength: 8 });
}
