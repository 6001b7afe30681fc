import type { FlagName, FlagValue, FlagValues } from "@/lib/flags/flags.ts";

/** What the fleet holds, as `GET /feature-flags/counts` answers it. */
export interface LiveCounts {
  readonly instances: number;
  readonly streaming: number;
  readonly polling: number;
  readonly organisations: number;
  /** How many organisations 0, 1, ... 100 percent are. */
  readonly shares: readonly number[];
}

/** One line of `GET /feature-flags/changes`. */
export interface FlagChange {
  readonly id: number;
  readonly flag: FlagName;
  /** null: not known any more. */
  readonly oldValue: FlagValue | null;
  readonly newValue: FlagValue;
  /** null: by hand. */
  readonly changedBy: string | null;
  readonly orgId: number | null;
  /** RFC 3339. */
  readonly changedAt: string;
}

export interface ChangePage {
  /** Newest first. */
  readonly items: readonly FlagChange[];
  /** Cursor of the next page; null: this is the last. */
  readonly next: string | null;
}

/** What the page of flags is given. Plain JSON; null: it could not be read. */
export interface FlagsData {
  readonly values: FlagValues;
  readonly counts: LiveCounts | null;
  readonly changes: ChangePage | null;
}

/** Changes read at once. */
export const CHANGES_PAGE = 20;

/**
 * The list with its newest page read again. Where the two do not meet, what lies between them is not known, and the
 * list begins anew.
 */
export function withNewest(known: ChangePage | null, newest: ChangePage): ChangePage {
  if (known === null || newest.next === null) return newest;
  const fresh = new Set(newest.items.map(({ id }) => id));
  if (!known.items.some(({ id }) => fresh.has(id))) return newest;
  const older = known.items.filter(({ id }) => !fresh.has(id));
  return older.length === 0 ? newest : { items: [...newest.items, ...older], next: known.next };
}

/** The list with the page after it. */
export function withOlder(known: ChangePage, older: ChangePage): ChangePage {
  const there = new Set(known.items.map(({ id }) => id));
  return { items: [...known.items, ...older.items.filter(({ id }) => !there.has(id))], next: older.next };
}
