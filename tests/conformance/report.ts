import type { Endpoint } from "./endpoints.ts";
import type { Case, Expected } from "./frame_cases.ts";

export const NAMES = ["stream", "upload", "chat"] as const satisfies readonly Endpoint["name"][];
export type Name = typeof NAMES[number];

export interface SeenCase {
  readonly of: Case;
  readonly seen: Readonly<Record<Name, string>>;
}

export interface SeenClose {
  readonly endpoint: Name;
  readonly name: string;
  readonly code: number;
  readonly reason: string;
  readonly reconnect: string;
  /** null: only looked at where there is time. */
  readonly seen: string | null;
}

export function expectedOf({ expected }: Case, name: Name): Expected {
  return Array.isArray(expected) ? expected : (expected as Readonly<Record<Name, Expected>>)[name];
}

/** Is what was seen what may be seen, or the difference that is known? */
export function isRight({ of, seen }: SeenCase, name: Name): boolean {
  return of.differs === undefined
    ? expectedOf(of, name).includes(seen[name])
    : seen[name] === of.differs.seen;
}

function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [row(head), row(head.map(() => "---")), ...rows.map(row)].join("\n");
}

function caseRow({ of, seen }: SeenCase): string[] {
  const expected = NAMES.map((name) => expectedOf(of, name).join(", or "));
  const isSame = new Set(expected).size === 1;
  const values = NAMES.map((name) => seen[name]);
  const isSeenSame = new Set(values).size === 1;
  return [
    of.name,
    isSame ? expected[0]! : NAMES.map((name, at) => `${name}: ${expected[at]}`).join("; "),
    isSeenSame ? values[0]! : NAMES.map((name, at) => `${name}: ${values[at]}`).join("; "),
    of.differs?.why ?? "",
  ];
}

/** The tables of docs/conformance.md. */
export function tablesOf(cases: readonly SeenCase[], closes: readonly SeenClose[]): string {
  const groups = [...new Set(cases.map(({ of }) => of.group))];
  const parts = groups.map((group) => {
    const rows = cases.filter(({ of }) => of.group === group).map(caseRow);
    const title = group[0]!.toUpperCase() + group.slice(1);
    return `## ${title}\n\n${table(["case", "asked for", "seen, on all three", "where it differs"], rows)}`;
  });
  const closeRows = closes.map(({ endpoint, name, code, reason, reconnect, seen }) => [
    endpoint,
    String(code),
    name,
    reason,
    reconnect,
    seen ?? "not in the suite: takes half a minute",
  ]);
  const head = ["endpoint", "code", "name", "reason", "the client comes back", "seen"];
  return [...parts, `## Every close code\n\n${table(head, closeRows)}`].join("\n\n");
}

const BEGIN = "<!-- deno-fmt-ignore-start -->";
const END = "<!-- deno-fmt-ignore-end -->";

/** The page with these tables in it. Throws where it has no place for them. */
export function withTables(page: string, tables: string): string {
  const from = page.indexOf(BEGIN);
  const to = page.indexOf(END);
  if (from < 0 || to < from) throw new Error("Cannot write the tables: the page has no place for them");
  return `${page.slice(0, from)}${BEGIN}\n\n${tables}\n\n${page.slice(to)}`;
}
