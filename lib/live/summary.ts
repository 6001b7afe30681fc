import { formatMoney, formatNumber, formatTime, type Place } from "@/lib/live/formats.ts";
import { capital, spaced } from "@/lib/live/words.ts";

/** Characters of a line that are kept: what is longer is cut off on screen anyhow. */
const LINE_CHARS_MAX = 160;
const FIGURES_MAX = 3;

/** What a record is about, in one line and a few words more. */
export interface Summary {
  readonly title: string;
  readonly detail: string;
  /** Does the title say by itself what kind of record it is? */
  readonly named: boolean;
}

type Data = Readonly<Record<string, unknown>>;
type Line = readonly (string | undefined)[];
type Describe = (data: Data, place: Place) => { title: string | undefined; detail: Line; named?: boolean };

const BY_ENTITY: Readonly<Record<string, Describe>> = {
  revenue: (data, place) => money("Revenue", data, place),
  expense: (data, place) => money("Expense", data, place),
  approval: (data) => ({
    title: text(data.expenseId) && `Approval of expense ${text(data.expenseId)}`,
    detail: [words(data.status), text(data.note)],
    named: true,
  }),
  guest: (data) => ({ title: text(data.name), detail: [words(data.status)] }),
  document: (data) => ({
    title: text(data.filename),
    detail: [words(data.documentType), words(data.status)],
  }),
  employee: (data) => ({
    title: text(data.name),
    detail: [text(data.position), unless(data.status, "active")],
  }),
  schedule: (data, place) => ({
    title: text(data.duty),
    detail: [span(time(data.startsAt, "moment", place), time(data.endsAt, "moment", place))],
  }),
  leave: (data, place) => ({
    title: data.kind === undefined ? undefined : `${capital(words(data.kind) ?? "")} leave`,
    detail: [span(time(data.startsOn, "day", place), time(data.endsOn, "day", place)), words(data.status)],
    named: true,
  }),
  task: (data) => ({
    title: text(data.title),
    detail: [words(data.status), unless(data.priority, "normal")],
  }),
  property: (data) => ({ title: text(data.name), detail: [text(data.address)] }),
  room: (data) => ({
    title: text(data.number) && `Room ${text(data.number)}`,
    detail: [words(data.status), text(data.kind)],
    named: true,
  }),
  user: (data) => ({
    title: text(data.name),
    detail: [words(data.role), data.active === false ? "off" : undefined],
  }),
  metrics: (data, place) => ({ title: figures(data.figures, place), detail: [] }),
  theme: (data) => ({ title: text(data.name), detail: [text(data.primaryColor), text(data.accentColor)] }),
  statistic: (data, place) => ({
    title: time(data.day, "day", place),
    detail: [figures(data.figures, place)],
  }),
  report: (data, place) => ({
    title: data.kind === undefined ? undefined : `${capital(words(data.kind) ?? "")} report`,
    detail: [span(time(data.startsOn, "day", place), time(data.endsOn, "day", place)), words(data.status)],
    named: true,
  }),
};

/** A line for people about a record of this entity. `data` may be of any shape: other services publish too. */
export function summaryOf(entity: string, data: Data, place: Place): Summary {
  const describe = Object.hasOwn(BY_ENTITY, entity) ? BY_ENTITY[entity] : undefined;
  const { title, detail, named = false } = describe?.(data, place) ?? { title: undefined, detail: [] };
  const known = title ?? text(data.name) ?? text(data.title);
  if (known !== undefined) return { title: clip(known), detail: clip(join(detail, " · ")), named };
  const id = text(data.id);
  return {
    title: clip(capital(join([spaced(entity), id], " "))),
    detail: clip(join(detail, " · ")),
    named: true,
  };
}

function money(name: string, data: Data, place: Place) {
  const { amount } = data;
  const sum = typeof amount === "number"
    ? formatMoney(amount, text(data.currency) ?? "", place)
    : text(amount);
  return {
    title: sum && `${name} ${sum}`,
    detail: [text(data.description) ?? unless(data.category, "other"), text(data.vendor)],
    named: true,
  };
}

function figures(value: unknown, place: Place): string | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const shown = Object.entries(value).filter(([, figure]) => typeof figure === "number").slice(
    0,
    FIGURES_MAX,
  );
  const parts = shown.map(([name, figure]) => `${humps(name)} ${formatNumber(figure, place)}`);
  return parts.length > 0 ? capital(parts.join(", ")) : undefined;
}

/** `openTasks` as people write it. */
function humps(name: string): string {
  return spaced(name.replaceAll(/([a-z0-9])([A-Z])/g, "$1 $2")).toLowerCase();
}

/** Text or a number, on one line; undefined where there is none. */
function text(value: unknown): string | undefined {
  if (typeof value === "number") return String(value);
  if (typeof value !== "string") return undefined;
  // Cut first: what is published may be tens of kilobytes long.
  return value.slice(0, 4 * LINE_CHARS_MAX).replaceAll(/\s+/g, " ").trim() || undefined;
}

function words(value: unknown): string | undefined {
  const word = text(value);
  return word === undefined ? undefined : spaced(word);
}

function unless(value: unknown, usual: string): string | undefined {
  return value === usual ? undefined : words(value);
}

function time(value: unknown, style: "day" | "moment", place: Place): string | undefined {
  const at = text(value);
  return at === undefined ? undefined : formatTime(at, style, place);
}

function span(from: string | undefined, to: string | undefined): string | undefined {
  return from === undefined || to === undefined || from === to ? from ?? to : `${from} to ${to}`;
}

function join(line: Line, between: string): string {
  return line.filter(Boolean).join(between);
}

function clip(line: string): string {
  const chars = [...line];
  return chars.length <= LINE_CHARS_MAX ? line : `${chars.slice(0, LINE_CHARS_MAX - 1).join("")}…`;
}
