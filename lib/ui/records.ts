import {
  type ClientRecord,
  Collection,
  type CollectionRow,
  type Order,
  type RecordPage,
} from "@/lib/client/collection.ts";
import type { Edit } from "@/lib/client/edits.ts";
import { OwnSteps } from "@/lib/ui/own_steps.ts";
import type { Rest, RestAnswer } from "@/lib/client/rest.ts";
import type { After } from "@/lib/client/timers.ts";
import type { EventFilter, LiveEvent, RealtimeClient } from "@/lib/client/client_types.ts";
import type { Problem } from "@/lib/protocol/problems.ts";
import { type Service, SERVICE_NAMES, SERVICES } from "@/lib/protocol/services.ts";

/** `revenue`, `task`, ... */
export type EntityName = typeof SERVICES[Service]["entities"][number];

/** Attempts to read a list before the person is told, and the wait after the first one; it doubles. */
export const READ_ATTEMPTS_MAX = 4;
export const READ_RETRY_MS = 1_000;
/** Records in a page of a list, and the most that are read again at once. */
export const PAGE_RECORDS = 50;
const REREAD_RECORDS_MAX = 200;
/** Single records read at once because an event did not say all of them; beyond it the whole list is read. */
export const SINGLE_READS_MAX = 20;

/** Events that make a list out of date have it read once in this time, however many they are. */
export const REREAD_MS = 1_000;

/** The service of an entity, and the path of its list. */
export function placeOfEntity(entity: EntityName): { readonly service: Service; readonly path: string } {
  const service = SERVICE_NAMES.find((name) =>
    (SERVICES[name].entities as readonly string[]).includes(entity)
  )!;
  return { service, path: `/${SERVICES[service].base}/${entity}` };
}

export interface RecordRow {
  readonly key: string;
  readonly record: ClientRecord;
  /** A change of the person's own that is under way; `remove` also where others have removed it and nothing may move. */
  readonly pending: Edit["kind"] | null;
  /** Why the person's own change did not work, and the key to retry or discard it with. */
  readonly failure: Problem | null;
  readonly editKey: string | null;
  /** Arrived while the page was looked at. */
  readonly isNew: boolean;
}

export type Saved = { readonly ok: true; readonly record: ClientRecord | null } | {
  readonly ok: false;
  readonly problem: Problem;
};

export interface RecordsOptions {
  readonly entity: EntityName;
  readonly first: RecordPage;
  readonly order: Order;
  /** Query of the list, and the same as a question to a record. */
  readonly filter: Readonly<Record<string, string>>;
  readonly keep: (record: ClientRecord) => boolean;
}

export interface RecordsWorld {
  readonly client: Pick<RealtimeClient, "on" | "onRefetch">;
  readonly rest: Rest;
  /** The property that is shown now; null: all that the person may see. */
  readonly propertyId: () => number | null;
  /** Who makes the changes. */
  readonly userId: string;
  readonly after: After;
  readonly newId: () => string;
  /** RFC 3339. */
  readonly now: () => string;
  readonly changed: () => void;
}

/** The records of one entity on a page: read, followed, changed by the person, and read again where that is needed. */
export class Records {
  readonly #world: RecordsWorld;
  readonly #path: string;
  readonly #listened: EventFilter;
  readonly #collection: Collection;
  /** Keys that make a repeated creation one. */
  readonly #keys = new Map<string, string>();
  #options: RecordsOptions;
  #next: string | null;
  #reading = 0;
  #isHeld = false;
  #isReading = false;
  #isLoadingMore = false;
  #problem: Problem | null = null;
  readonly #singles = new Set<number>();
  /** Records that were there when the person last began to create one. */
  #seenBefore = new Set<number>();
  readonly #own = new OwnSteps();
  /** Versions as they were drawn last; what has come since, the person has not seen. */
  #drawn: ReadonlyMap<number, number> = new Map();
  #rereading: (() => void) | undefined;

  constructor(options: RecordsOptions, world: RecordsWorld) {
    const { entity, first, order } = options;
    const { service, path } = placeOfEntity(entity);
    this.#world = world;
    this.#options = options;
    this.#path = path;
    this.#listened = { service, entity };
    this.#collection = new Collection({ order, keep: (record) => this.#belongs(record) });
    this.#collection.read(first);
    this.#next = first.next;
  }

  get state(): "ready" | "loading" | "failed" {
    if (this.#problem !== null) return "failed";
    return this.#isReading ? "loading" : "ready";
  }

  get problem(): Problem | null {
    return this.#problem;
  }

  get hasMore(): boolean {
    return this.#next !== null;
  }

  get isLoadingMore(): boolean {
    return this.#isLoadingMore;
  }

  get held(): number {
    return this.#collection.heldCount;
  }

  /** Read and told, with the person's own changes on top: what is being created first. */
  get rows(): readonly RecordRow[] {
    const { creations } = this.#collection.edits;
    const created = creations.map((edit, i) => newRow(edit, -(i + 1), this.#world.now()));
    const isCreating = creations.some(({ failure }) => failure === null);
    const rows = this.#collection.rows.filter((row) => !isCreating || !this.#isOwn(row));
    return [...created, ...rows.map((row) => this.#rowOf(row))];
  }

  /** Has the event of an own creation come before its answer? Until that comes, it would stand there twice. */
  #isOwn({ isNew, record }: CollectionRow): boolean {
    return isNew && record.createdBy === this.#world.userId && !this.#seenBefore.has(record.id);
  }

  /** Follows the stream until the returned function is called. */
  start(): () => void {
    const { client } = this.#world;
    const ends = [
      client.on(this.#listened, (events) => this.#apply(events)),
      client.onRefetch(() => {
        this.narrow();
        void this.reload();
      }),
    ];
    return () => {
      this.#reading++;
      this.#rereading?.();
      for (const end of ends) end();
    };
  }

  /** Another property is shown: what belongs to it stays. The rest is read once the stream has it. */
  narrow(): void {
    this.#collection.narrow((record) => this.#belongs(record));
    this.#world.changed();
  }

  /** Another filter: what passes it stays, the rest is read. */
  filter(by: Pick<RecordsOptions, "filter" | "keep">): void {
    this.#options = { ...this.#options, ...by };
    this.narrow();
    void this.reload();
  }

  hold(on: boolean): void {
    this.#isHeld = on;
    this.#collection.hold(on);
    if (!on && this.#collection.isFull) void this.reload();
    this.#world.changed();
  }

  release(): void {
    this.#collection.release();
    if (this.#collection.isFull) void this.reload();
    this.#world.changed();
  }

  /** The rows as they are now are on screen: changes refer to them. */
  drawn(): void {
    this.#drawn = new Map(this.#collection.rows.map(({ record: { id, version } }) => [id, version]));
  }

  /** Reads the list anew, as far as it was read. */
  async reload(): Promise<void> {
    const turn = ++this.#reading;
    this.#isReading = true;
    this.#world.changed();
    const limit = Math.min(REREAD_RECORDS_MAX, Math.max(PAGE_RECORDS, this.#collection.size));
    let answer = await this.#read({ limit: String(limit) });
    for (let attempt = 1; !answer.ok && attempt < READ_ATTEMPTS_MAX; attempt++) {
      if (turn !== this.#reading) return;
      await this.#wait(READ_RETRY_MS * 2 ** (attempt - 1));
      if (turn !== this.#reading) return;
      answer = await this.#read({ limit: String(limit) });
    }
    if (turn !== this.#reading) return;
    this.#isReading = false;
    this.#problem = answer.ok ? null : answer.problem;
    if (answer.ok) {
      this.#collection.read(answer.page);
      this.#next = answer.page.next;
    }
    this.#world.changed();
  }

  async loadMore(): Promise<void> {
    if (this.#next === null || this.#isLoadingMore || this.#isReading) return;
    const turn = this.#reading;
    this.#isLoadingMore = true;
    this.#world.changed();
    const answer = await this.#read({ limit: String(PAGE_RECORDS), cursor: this.#next });
    this.#isLoadingMore = false;
    if (turn === this.#reading && answer.ok) {
      this.#collection.readMore(answer.page);
      this.#next = answer.page.next;
    } else if (turn === this.#reading && !answer.ok) this.#problem = answer.problem;
    this.#world.changed();
  }

  create(body: object): Promise<Saved> {
    this.#seenBefore = new Set(this.#collection.rows.map(({ record }) => record.id));
    return this.#create(this.#collection.edits.begin("create", null, { ...body }), body);
  }

  /** `seen`: the version that the person had before them; left out: the one on screen. */
  update(id: number, changes: object, seen = this.#drawn.get(id)): Promise<Saved> {
    const key = this.#collection.edits.begin("update", id, { ...changes });
    return this.#update(key, { id, changes, version: this.#versionOf(id, seen) });
  }

  remove(id: number, seen = this.#drawn.get(id)): Promise<Saved> {
    const key = this.#collection.edits.begin("remove", id, {});
    return this.#remove(key, { id, version: this.#versionOf(id, seen) });
  }

  /** Tries a failed change again, on what the record is by now. */
  retry(key: string): Promise<Saved> | undefined {
    const edit = this.#collection.edits.again(key);
    if (edit === undefined) return undefined;
    if (edit.id === null) return this.#create(key, edit.fields);
    const { id, fields: changes } = edit;
    const version = this.#versionOf(id, undefined);
    return edit.kind === "remove"
      ? this.#remove(key, { id, version })
      : this.#update(key, { id, changes, version });
  }

  discard(key: string): void {
    this.#collection.edits.end(key);
    this.#keys.delete(key);
    this.#world.changed();
  }

  async #create(key: string, body: object): Promise<Saved> {
    this.#world.changed();
    const idempotencyKey = this.#keys.get(key) ?? this.#world.newId();
    this.#keys.set(key, idempotencyKey);
    const answer = await this.#world.rest.create(this.#path, body, idempotencyKey);
    if (answer.ok) this.#keys.delete(key);
    return this.#settle(key, answer);
  }

  async #update(
    key: string,
    { id, changes, version }: { id: number; changes: object; version: number },
  ): Promise<Saved> {
    this.#world.changed();
    const answer = await this.#world.rest.update(this.#path, { id, version, changes });
    if (answer.ok) this.#own.add(id, version, answer.record.version);
    else if (answer.problem.code === "version_conflict") void this.#readOne(id);
    return this.#settle(key, answer);
  }

  async #remove(key: string, { id, version }: { id: number; version: number }): Promise<Saved> {
    this.#world.changed();
    const answer = await this.#world.rest.remove(this.#path, { id, version });
    // Whoever was faster has done what was asked for.
    const isGone = answer.ok || answer.problem.code === "not_found";
    if (isGone) this.#collection.readOne(id, undefined);
    if (!answer.ok && answer.problem.code === "version_conflict") void this.#readOne(id);
    return this.#settle(key, isGone ? { ok: true } : answer);
  }

  /** The version to change: what was seen, or what the person has made of it since; where nothing was seen, the latest. */
  #versionOf(id: number, seen: number | undefined): number {
    if (seen !== undefined) return this.#own.after(id, seen);
    return this.#collection.get(id)?.version ?? this.#own.last(id) ?? 0;
  }

  #settle(key: string, answer: RestAnswer<{ record?: ClientRecord }>): Saved {
    if (answer.ok) {
      this.#collection.edits.end(key);
      if (answer.record !== undefined) {
        this.#collection.readOne(answer.record.id, answer.record);
        this.#collection.show(answer.record.id);
      }
    } else this.#collection.edits.fail(key, answer.problem);
    this.#world.changed();
    return answer.ok ? { ok: true, record: answer.record ?? null } : answer;
  }

  #apply(events: readonly LiveEvent[]): void {
    let isStale = false;
    for (const event of events) {
      if (this.#collection.apply(event, event.seq) !== "unknown") continue;
      if (this.#singles.size >= SINGLE_READS_MAX) isStale = true;
      else void this.#readOne(event.data.id as number);
    }
    // While somebody is at the list it is not made short under their hands.
    if (isStale || this.#collection.isFull && !this.#isHeld) this.#reread();
    this.#world.changed();
  }

  /** Reads the list anew in a moment; once for all that happens until then, and not while it is being read. */
  #reread(): void {
    this.#rereading ??= this.#world.after(REREAD_MS, () => {
      this.#rereading = undefined;
      if (this.#isReading) this.#reread();
      else void this.reload();
    });
  }

  async #readOne(id: number): Promise<void> {
    if (this.#singles.has(id)) return;
    this.#singles.add(id);
    const answer = await this.#world.rest.get(this.#path, id);
    this.#singles.delete(id);
    if (answer.ok) this.#collection.readOne(id, answer.record);
    else if (answer.problem.code === "not_found") this.#collection.readOne(id, undefined);
    this.#world.changed();
  }

  #read(query: Record<string, string>): Promise<RestAnswer<{ page: RecordPage }>> {
    const { filter, order } = this.#options;
    const propertyId = this.#world.propertyId();
    const property: Record<string, string> = propertyId === null ? {} : { propertyId: String(propertyId) };
    return this.#world.rest.list(this.#path, { ...filter, ...property, order, ...query });
  }

  #belongs(record: ClientRecord): boolean {
    const propertyId = this.#world.propertyId();
    const { propertyId: of } = record;
    return (propertyId === null || of === null || of === propertyId) && this.#options.keep(record);
  }

  #rowOf({ key, record, isNew, isGone }: CollectionRow): RecordRow {
    const edit = this.#collection.edits.of(record.id);
    if (edit === undefined) {
      return { key, record, isNew, pending: isGone ? "remove" : null, failure: null, editKey: null };
    }
    const { failure } = edit;
    // A change that failed is rolled back; what was meant is kept for another try.
    const shown = failure === null ? { ...record, ...edit.fields } : record;
    return {
      key,
      record: shown,
      isNew,
      pending: failure === null ? edit.kind : null,
      failure,
      editKey: edit.key,
    };
  }

  #wait(ms: number): Promise<void> {
    return new Promise((resolve) => this.#world.after(ms, resolve));
  }
}

/** A record that the server has yet to give an id: below 0, so that nobody takes it for one. */
function newRow(edit: Edit & { readonly key: string }, id: number, now: string): RecordRow {
  const { key, fields, failure } = edit;
  const propertyId = typeof fields.propertyId === "number" ? fields.propertyId : null;
  const record = { createdAt: now, updatedAt: now, ...fields, id, propertyId, version: 0 };
  return { key, record, isNew: true, pending: failure === null ? "create" : null, failure, editKey: key };
}
