import type { Principal } from "@/lib/auth/principal.ts";
import { ProblemError } from "@/lib/protocol/problems.ts";
import { readRefusal, writeRefusal } from "@/lib/resources/access.ts";
import { type Answer, refuse } from "@/lib/resources/answer.ts";
import type { Resource } from "@/lib/resources/define.ts";
import type { OutboxRow } from "@/services/outbox/relay.ts";
import { problemOfError } from "@/services/postgres/errors.ts";
import type { Sql, Transaction } from "@/services/postgres/pool.ts";
import { inTenant } from "@/services/postgres/tenant.ts";
import {
  type ChangeOptions,
  type Created,
  type CreateOptions,
  type Outcome,
  prepareCreate,
  prepareUpdate,
} from "@/services/resources/changes.ts";
import { problemOfStatement } from "@/services/resources/constraint_problems.ts";
import { eventOf, insertOutbox } from "@/services/resources/events.ts";
import { keepAnswer } from "@/services/resources/idempotency.ts";
import { type ListQuery, type Page, readPage } from "@/services/resources/list.ts";
import { expectedVersion } from "@/services/resources/preconditions.ts";
import { recordOf, type ResourceRecord } from "@/services/resources/record.ts";
import { SEARCH_MS, Searches } from "@/services/resources/searches.ts";
import { deleteRow } from "@/services/resources/statements.ts";
import { removalOf, shownTo, visibleRow, writableRow } from "@/services/resources/visible.ts";
import { Writes } from "@/services/resources/writes.ts";

const POSITION_RETRY_S = 1;

/** Where the event stream stands. */
export interface Position {
  readonly seq: number;
  readonly epoch: string;
}

export interface ResourceStoreParts {
  readonly sql: Sql;
  /** Read before the rows of a list: what follows it in the stream is all that the rows may lack. */
  readonly position: () => Promise<Position>;
  /** Told after each commit; must not throw. What it loses, the outbox still has. */
  readonly committed: (rows: readonly OutboxRow[]) => void;
  /** Unix time in milliseconds. */
  readonly now: () => number;
  /** A new UUID. */
  readonly newId: () => string;
}

export type ResourceStore = ReturnType<typeof createResourceStore>;

/**
 * The five verbs of every entity, for whoever the token says is asking. Expected failures are answers; a throw is a bug.
 * A single record of a property or organisation that the token does not cover is `not_found`, as if it were not there.
 */
export function createResourceStore(parts: ResourceStoreParts) {
  return new Store(parts);
}

class Store {
  readonly #parts: ResourceStoreParts;
  readonly #searches = new Searches();

  constructor(parts: ResourceStoreParts) {
    this.#parts = parts;
  }

  /** Records of one resource, newest first unless `order` says otherwise, page by page. */
  async list(
    principal: Principal,
    resource: Resource,
    query: ListQuery = {},
  ): Promise<Answer<Page & Position>> {
    const refusal = readRefusal(principal, resource);
    if (refusal) return refuse(refusal);
    const page = readPage(principal, resource, query);
    if (!page.ok) return page;
    const { sql } = this.#parts;
    const { orgId } = principal;
    const isSearch = query.q !== undefined;
    const read = async () => {
      const position = await this.#position();
      const options = { readOnly: true, ...(isSearch && { statementMs: SEARCH_MS }) };
      const found = await inTenant(sql, orgId, page.select, options);
      const items = found.items.map((record) => shownTo(principal, resource, record));
      return { ...found, items, ...position };
    };
    return await attempt(resource, () => isSearch ? this.#searches.run(orgId, read) : read());
  }

  async get(
    principal: Principal,
    resource: Resource,
    id: number,
  ): Promise<Answer<{ record: ResourceRecord }>> {
    const refusal = readRefusal(principal, resource);
    if (refusal) return refuse(refusal);
    const { orgId } = principal;
    return await attempt(resource, () => {
      return inTenant(this.#parts.sql, orgId, async (tx) => {
        const row = await visibleRow(tx, principal, resource, { id, lock: false });
        return { record: shownTo(principal, resource, recordOf(resource, row)) };
      }, { readOnly: true });
    });
  }

  /** With an Idempotency-Key the same request again gets the same answer, and `replayed`. */
  async create(
    principal: Principal,
    resource: Resource,
    body: unknown,
    options: CreateOptions = {},
  ): Promise<Answer<Created>> {
    const creation = prepareCreate(principal, resource, body, options);
    return creation.ok ? await this.#write(principal, resource, creation.run) : creation;
  }

  /** Changes what the body names. Needs the version that was read, in If-Match or in the body. */
  async update(
    principal: Principal,
    resource: Resource,
    id: number,
    body: unknown,
    options: ChangeOptions = {},
  ): Promise<Answer<{ record: ResourceRecord }>> {
    const change = prepareUpdate(principal, resource, id, body, options);
    return change.ok ? await this.#write(principal, resource, change.run) : change;
  }

  /**
   * Several writes in one transaction, with their events: all of it is committed or nothing. What `work` throws as a
   * ProblemError is the answer.
   */
  async together<T>(orgId: number, work: (writes: Writes) => Promise<T>): Promise<Answer<{ result: T }>> {
    const { sql, now, newId, committed } = this.#parts;
    const at = new Date(now()).toISOString();
    try {
      const { result, rows } = await inTenant(sql, orgId, async (tx) => {
        const writes = new Writes(tx, orgId, { at, newId });
        const result = await work(writes);
        if (writes.rows.length > 0) await insertOutbox(tx, orgId, writes.rows);
        return { result, rows: writes.rows };
      });
      if (rows.length > 0) committed(rows);
      return { ok: true, result };
    } catch (error) {
      const problem = problemOfError(error);
      if (problem === undefined) throw error;
      return refuse(problem);
    }
  }

  /** Removes the record. If-Match may say which version is meant. */
  async remove(
    principal: Principal,
    resource: Resource,
    id: number,
    { ifMatch }: Pick<ChangeOptions, "ifMatch"> = {},
  ): Promise<Answer<{ id: number }>> {
    const refusal = writeRefusal(principal, resource, "remove");
    if (refusal) return refuse(refusal);
    const expected = expectedVersion(ifMatch, undefined);
    if (!expected.ok) return expected;
    return await this.#write(principal, resource, async (tx) => {
      const row = await writableRow(tx, principal, resource, { id, version: expected.version });
      await deleteRow(tx, resource, { orgId: principal.orgId, id });
      return { result: { id }, happenings: [removalOf(row)] };
    });
  }

  /** One transaction: what `work` does, its events, and the answer kept under its key. */
  #write<T extends object>(
    principal: Principal,
    resource: Resource,
    work: (tx: Transaction, at: string) => Promise<Outcome<T>>,
  ): Promise<Answer<T>> {
    const { sql, now, newId, committed } = this.#parts;
    const at = new Date(now()).toISOString();
    return attempt(resource, async () => {
      const done = await inTenant(sql, principal.orgId, async (tx) => {
        const { result, happenings, keep } = await work(tx, at);
        const events = happenings.map((happening) =>
          eventOf(resource, principal, happening, { id: newId(), at })
        );
        await Promise.all([
          events.length > 0 && insertOutbox(tx, principal.orgId, events),
          keep && keepAnswer(tx, keep.use, keep),
        ]);
        return { result, events };
      });
      if (done.events.length > 0) committed(done.events);
      return done.result;
    });
  }

  async #position(): Promise<Position> {
    try {
      const { seq, epoch } = await this.#parts.position();
      return { seq, epoch };
    } catch {
      const detail = "The position of the event stream cannot be read";
      throw new ProblemError({ code: "unavailable", detail, retryAfter: POSITION_RETRY_S });
    }
  }
}

async function attempt<T extends object>(resource: Resource, run: () => Promise<T>): Promise<Answer<T>> {
  try {
    return { ok: true, ...await run() };
  } catch (error) {
    const problem = problemOfStatement(resource, error);
    if (problem === undefined) throw error;
    return refuse(problem);
  }
}
