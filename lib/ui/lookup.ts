import { type ClientRecord, Collection } from "@/lib/client/collection.ts";
import type { LiveEvent, RealtimeClient } from "@/lib/client/client_types.ts";
import type { Rest } from "@/lib/client/rest.ts";
import type { After } from "@/lib/client/timers.ts";
import { type EntityName, placeOfEntity } from "@/lib/ui/records.ts";

/** Records that others refer to and that are kept when the page does not show them any more. */
export const LOOKUP_RECORDS_MAX = 200;
/** Records asked for at once. */
export const LOOKUP_READS_MAX = 4;
/** Nothing is asked for so long after a read that failed; it doubles up to the second. */
export const LOOKUP_RETRY_MS = 1_000;
export const LOOKUP_RETRY_MAX_MS = 60_000;

export interface LookupWorld {
  readonly client: Pick<RealtimeClient, "on" | "onRefetch">;
  readonly rest: Pick<Rest, "get">;
  readonly after: After;
  readonly changed: () => void;
}

/**
 * `due`: to be read. `reading`; `again`: it has changed meanwhile, in a way that only another read tells. `settled`: it is
 * known, or known not to be there.
 */
type State = "due" | "reading" | "again" | "settled";

/** Records of one entity that are read one by one because others refer to them, and followed from then on. */
export class Lookup {
  readonly #world: LookupWorld;
  readonly #entity: EntityName;
  /** By id, the latest wanted last. */
  readonly #states = new Map<number, State>();
  readonly #records = new Collection({ order: "asc", keep: ({ id }) => this.#states.has(id) });
  #wanted: ReadonlySet<number> = new Set();
  #reads = 0;
  #waitMs = LOOKUP_RETRY_MS;
  #endWait: (() => void) | null = null;

  constructor(entity: EntityName, world: LookupWorld) {
    this.#entity = entity;
    this.#world = world;
  }

  /** undefined: it is not there, or not yet. */
  get(id: number): ClientRecord | undefined {
    return this.#records.get(id);
  }

  /** Is it known what there is: the record, or that there is none for this person? */
  isSettled(id: number): boolean {
    return this.#states.get(id) === "settled";
  }

  /** Follows the stream until the returned function is called. */
  start(): () => void {
    const { client } = this.#world;
    const { service } = placeOfEntity(this.#entity);
    const ends = [
      client.on({ service, entity: this.#entity }, (events) => this.#apply(events)),
      client.onRefetch(() => this.#readAnew()),
    ];
    return () => {
      this.#wanted = new Set();
      this.#endWait?.();
      for (const end of ends) end();
    };
  }

  /** The ids that the page needs now: these are read, if they have to be. */
  want(ids: readonly number[]): void {
    this.#wanted = new Set(ids);
    for (const id of this.#wanted) {
      const state = this.#states.get(id) ?? "due";
      this.#states.delete(id);
      this.#states.set(id, state);
    }
    this.#forget();
    this.#readOn();
  }

  /** What the page shows is never forgotten, however much that is: it would be read again at once. */
  #forget(): void {
    const max = Math.max(LOOKUP_RECORDS_MAX, this.#wanted.size);
    for (const id of this.#states.keys()) {
      if (this.#states.size <= max) return;
      this.#drop(id);
    }
  }

  #drop(id: number): void {
    this.#states.delete(id);
    this.#records.readOne(id, undefined);
  }

  #apply(events: readonly LiveEvent[]): void {
    for (const event of events) {
      const { id } = event.data;
      if (typeof id !== "number" || !this.#states.has(id)) continue;
      const applied = this.#records.apply(event, event.seq);
      if (applied === "changed") this.#states.set(id, "settled");
      if (applied === "unknown") this.#outdate(id);
    }
    this.#world.changed();
    this.#readOn();
  }

  /** Events were missed: whatever is known may have changed. */
  #readAnew(): void {
    for (const id of [...this.#states.keys()]) this.#outdate(id);
    this.#readOn();
  }

  #outdate(id: number): void {
    const isReading = ["reading", "again"].includes(this.#states.get(id)!);
    if (isReading) this.#states.set(id, "again");
    else if (this.#wanted.has(id)) this.#states.set(id, "due");
    else this.#drop(id);
  }

  #readOn(): void {
    if (this.#endWait !== null) return;
    for (const [id, state] of this.#states) {
      if (this.#reads >= LOOKUP_READS_MAX) return;
      if (state === "due" && this.#wanted.has(id)) void this.#read(id);
    }
  }

  async #read(id: number): Promise<void> {
    this.#reads++;
    this.#states.set(id, "reading");
    const answer = await this.#world.rest.get(placeOfEntity(this.#entity).path, id);
    this.#reads--;
    const isAnswer = answer.ok || answer.problem.code === "not_found";
    const state = this.#states.get(id);
    const isAsked = state === "reading" || state === "again";
    if (answer.ok) this.#records.readOne(id, answer.record);
    // An event may have told it meanwhile. Else an amount that may be old is worse than none.
    else if (isAsked) this.#records.readOne(id, undefined);
    if (isAsked) this.#states.set(id, state === "reading" && isAnswer ? "settled" : "due");
    if (isAnswer) this.#waitMs = LOOKUP_RETRY_MS;
    else this.#wait();
    this.#world.changed();
    this.#readOn();
  }

  #wait(): void {
    if (this.#endWait !== null || this.#wanted.size === 0) return;
    this.#endWait = this.#world.after(this.#waitMs, () => {
      this.#endWait = null;
      this.#readOn();
    });
    this.#waitMs = Math.min(LOOKUP_RETRY_MAX_MS, this.#waitMs * 2);
  }
}
