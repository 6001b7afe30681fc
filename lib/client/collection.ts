import type { ClientEvent } from "@/lib/client/server_frames.ts";
import { Edits } from "@/lib/client/edits.ts";

/** Removed records remembered, so that a snapshot read before the removal does not bring them back. */
export const GONE_MAX = 1_000;

/** Records that events may add to what was read; beyond it the list is to be read anew, which makes it short again. */
export const ARRIVED_MAX = 500;

/** A record as lists and events show it. */
export interface ClientRecord {
  readonly id: number;
  readonly propertyId: number | null;
  readonly version: number;
  readonly [name: string]: unknown;
}

/** A page of a list, as `GET /<base>/<entity>` answers it. */
export interface RecordPage {
  readonly items: readonly ClientRecord[];
  readonly next: string | null;
  readonly seq: number;
  readonly epoch: string;
}

export type Order = "asc" | "desc";

export interface CollectionOptions {
  /** By id, as the list has it. */
  readonly order: Order;
  /** Does a record belong here? The same question as the query's filters. */
  readonly keep: (record: ClientRecord) => boolean;
}

interface Kept {
  readonly record: ClientRecord;
  /** Resume point of the event that it came with; null where it was read. */
  readonly seq: number | null;
  /** Came while the page was looked at. */
  readonly isNew: boolean;
}

/** A record on screen. */
export interface CollectionRow {
  readonly key: string;
  readonly record: ClientRecord;
  readonly isNew: boolean;
  /** Removed, or it does not belong here any more; it stays until nothing must not move. */
  readonly isGone: boolean;
}

/** What an event did. `unknown`: it names a record and does not say all of it, which is to be read. */
export type Applied = "changed" | "same" | "unknown";

/**
 * The records of one entity as a page knows them: what was read, merged with what the stream tells. Of two states of a
 * record the one of the higher version counts, in whatever order they come.
 */
export class Collection {
  readonly #order: Order;
  readonly #gone = new Map<number, number>();
  readonly edits = new Edits();
  #keep: (record: ClientRecord) => boolean;
  #kept = new Map<number, Kept>();
  /** The last id of what was read; null where everything was. What lies beyond it is for the next page. */
  #reach: number | null = null;
  #isHeld = false;
  /** While nothing may move: rows that wait to come, and rows that wait to go. */
  #waiting = new Set<number>();
  #leaving = new Map<number, Kept>();
  /** Since it was read: records that events have added, and those that there was no room for. */
  #arrived = 0;
  #left = 0;

  constructor({ order, keep }: CollectionOptions) {
    this.#order = order;
    this.#keep = keep;
  }

  /** Rows that wait until `hold(false)`. */
  get heldCount(): number {
    return this.#waiting.size + this.#left;
  }

  /** Have more come than are kept? Then the list is to be read anew. */
  get isFull(): boolean {
    return this.#arrived >= ARRIVED_MAX;
  }

  get size(): number {
    return this.#kept.size;
  }

  has(id: number): boolean {
    return this.#kept.has(id);
  }

  get(id: number): ClientRecord | undefined {
    return this.#kept.get(id)?.record;
  }

  /** In order, without what waits. */
  get rows(): readonly CollectionRow[] {
    const rows: CollectionRow[] = [];
    for (const [id, { record, isNew }] of this.#kept) {
      if (!this.#waiting.has(id)) rows.push({ key: String(id), record, isNew, isGone: false });
    }
    for (const [id, { record }] of this.#leaving) {
      rows.push({ key: String(id), record, isNew: false, isGone: true });
    }
    const sign = this.#order === "asc" ? 1 : -1;
    return rows.sort((a, b) => sign * (a.record.id - b.record.id));
  }

  /** Other records belong here from now on. */
  narrow(keep: (record: ClientRecord) => boolean): void {
    this.#keep = keep;
    for (const [id, { record }] of this.#kept) if (!keep(record)) this.#kept.delete(id);
    this.release();
  }

  /** The first page, read anew: what it does not have is not there any more, unless it came after it was read. */
  read(page: RecordPage): void {
    const before = this.#kept;
    this.#kept = new Map();
    this.#reach = reachOf(page);
    this.#arrived = this.#left = 0;
    for (const record of page.items) this.#put(newer(before.get(record.id), record));
    for (const [id, kept] of before) {
      if (kept.seq !== null && kept.seq > page.seq && !this.#kept.has(id)) this.#put(kept);
    }
    for (const id of [...this.#waiting]) if (!this.#kept.has(id)) this.#waiting.delete(id);
    this.#leaving.clear();
  }

  /** The next page. */
  readMore(page: RecordPage): void {
    this.#reach = reachOf(page);
    for (const record of page.items) this.#put(newer(this.#kept.get(record.id), record));
  }

  /** A single record that was read, or answered to a change; undefined: it is not there. */
  readOne(id: number, record: ClientRecord | undefined): void {
    if (record === undefined) return this.#drop(id);
    const known = this.#kept.get(id);
    if (known !== undefined && known.record.version >= record.version) return;
    this.#settle({ record, seq: known?.seq ?? null, isNew: known?.isNew ?? true });
  }

  /** Takes an event of this entity; `seq` is a resume point behind it. */
  apply(event: ClientEvent, seq: number): Applied {
    const { id } = event.data;
    if (typeof id !== "number") return "same";
    const known = this.#kept.get(id);
    if (event.version === undefined) return known !== undefined || this.#isInReach(id) ? "unknown" : "same";
    if (known !== undefined && known.record.version >= event.version) return "same";
    if ((this.#gone.get(id) ?? 0) >= event.version) return "same";
    if (event.action === "deleted") {
      this.#remember(id, event.version);
      this.#drop(id);
      return known === undefined ? "same" : "changed";
    }
    const record = recordOf(event);
    if (record === undefined) return "unknown";
    if (known === undefined && !this.#isInReach(id)) return "same";
    if (known === undefined && this.#keep(record) && !this.#hasRoom()) return "same";
    this.#settle({ record, seq, isNew: known?.isNew ?? true });
    return "changed";
  }

  #hasRoom(): boolean {
    if (this.isFull) this.#left++;
    else this.#arrived++;
    return this.#left === 0;
  }

  /** While on, no row comes or goes: what is looked at stays where it is. */
  hold(on: boolean): void {
    this.#isHeld = on;
    if (!on) this.release();
  }

  /** Shows one that waits: it came by the person's own hand. */
  show(id: number): void {
    this.#waiting.delete(id);
  }

  /** Shows what waits; the person has asked for it, so it may move. */
  release(): void {
    this.#waiting.clear();
    this.#leaving.clear();
  }

  #settle(kept: Kept): void {
    const { id } = kept.record;
    const wasThere = this.#kept.has(id);
    if (!this.#keep(kept.record)) return this.#drop(id);
    if (this.#isHeld && !wasThere && !this.#leaving.delete(id)) this.#waiting.add(id);
    this.#put(kept);
  }

  #put(kept: Kept): void {
    const { id, version } = kept.record;
    if ((this.#gone.get(id) ?? 0) < version && this.#keep(kept.record)) this.#kept.set(id, kept);
  }

  #drop(id: number): void {
    const kept = this.#kept.get(id);
    if (kept === undefined) return;
    this.#kept.delete(id);
    if (!this.#waiting.delete(id) && this.#isHeld) this.#leaving.set(id, kept);
  }

  #remember(id: number, version: number): void {
    this.#gone.delete(id);
    this.#gone.set(id, version);
    if (this.#gone.size <= GONE_MAX) return;
    for (const oldest of this.#gone.keys()) {
      this.#gone.delete(oldest);
      return;
    }
  }

  #isInReach(id: number): boolean {
    if (this.#reach === null) return true;
    return this.#order === "asc" ? id <= this.#reach : id >= this.#reach;
  }
}

function reachOf({ items, next }: RecordPage): number | null {
  return next === null ? null : items.at(-1)?.id ?? null;
}

function newer(known: Kept | undefined, record: ClientRecord): Kept {
  return known !== undefined && known.record.version >= record.version
    ? known
    : { record, seq: null, isNew: known?.isNew ?? false };
}

/** The record that an event of the REST resources carries; other publishers may send a part of it, or anything. */
function recordOf({ data, version }: ClientEvent): ClientRecord | undefined {
  const isWhole = data.version === version && typeof data.createdAt === "string" &&
    (typeof data.propertyId === "number" || data.propertyId === null);
  return isWhole ? data as ClientRecord : undefined;
}
