import { encodeCursor } from "@/services/resources/cursor.ts";
import { RESOURCES } from "@/lib/resources/catalog.ts";
import { type Org, otherOrg } from "./markers.ts";
import { ownId, ownTopic, ROOM_IDS, uploadIdOf } from "./plant.ts";

/** Text that would be something else as a path, a subject, a pattern, a statement, a header or a property of every object. */
export const HOSTILE_TEXTS: readonly string[] = [
  "",
  "*",
  ">",
  ".",
  "..",
  "../..",
  "1.>",
  "1.2",
  "1/2",
  "2/1",
  "0",
  "-1",
  "+1",
  "01",
  "1e0",
  "1.0",
  " 1",
  "1 ",
  "0x1",
  "9007199254740993",
  "99999999999999999999999999",
  "9".repeat(400),
  "NaN",
  "null",
  "undefined",
  "true",
  "[1]",
  "[1,2]",
  "{}",
  "1,2",
  "1;select 1",
  "1' or '1'='1",
  "1') or org_id = 2--",
  "$1",
  "%",
  "_",
  "%00",
  "\u0000",
  "%2e%2e%2f",
  "..%2f..",
  "١",
  "１",
  "\u202e1",
  "\ud800",
  "🙂",
  "__proto__",
  "constructor",
  "toString",
  "hasOwnProperty",
  "prototype",
  "x".repeat(5_000),
];

/** The same as values of JSON. */
export const HOSTILE_VALUES: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1.5,
  2 ** 53,
  1e308,
  [],
  [1],
  [[1]],
  {},
  { org: 2 },
  { toString: 1 },
  { $ne: null },
  ...HOSTILE_TEXTS,
];

/** What a part of the path, a parameter or a field can be of the other organisation, or of one's own, by its name. */
export function plausible(org: Org, name: string): readonly string[] {
  const other = otherOrg(org);
  const ids = ["1", "2", String(ownId(org)), String(ownId(other)), "1001"];
  const cursors = RESOURCES.flatMap(({ key }) =>
    (["asc", "desc"] as const).map((order) => encodeCursor({ key, order, id: ownId(other) }))
  );
  const known: Record<string, readonly string[]> = {
    roomId: [
      ...Object.values(ROOM_IDS),
      ownTopic(org),
      ownTopic(other),
      "room-1",
      "property-71",
      "topic-1001",
    ],
    userId: ["u1", "u2", "u3", "u9", "*", `${other}.u1`],
    uploadId: [1, 2, ownId(org)].map((n) => uploadIdOf(org, n)).concat(
      [1, 2, ownId(other)].map((n) => uploadIdOf(other, n)),
    ),
    cursor: cursors,
    order: ["asc", "desc"],
    limit: ["1", "2", "50", "200"],
    q: ["secret", `Zq${other}p1`, "house", String(other)],
    before: ["1", "2", "1000000"],
    after: ["0", "1", "2", ROOM_IDS[1]!, "u1"],
    lastSeq: ["0", "1", "5", "100000"],
    epoch: ["planted", ""],
    wait: ["0", "1", "10"],
    scope: ["instance", "cluster"],
    property: ids,
    room: Object.values(ROOM_IDS),
    report: ids,
    view: ["month", "table", "week", "approvals", "stays"],
    week: ["2026-11-30", "2026-11-23"],
    day: ["2026-11-23"],
    status: ["vacant", "open", "done", "pending"],
    column: ["open", "done"],
    next: ["/overview", "//evil.example", "/chat?room=property-1"],
    again: ["1"],
    as: [`${org}.u1`, `${other}.u1`],
    n: ["1", "2", "11"],
  };
  return known[name] ?? ids;
}
