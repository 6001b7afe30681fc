import { coversProperty, type Principal } from "@/lib/auth/principal.ts";
import { type Problem, ProblemError } from "@/lib/protocol/problems.ts";
import { isId } from "@/lib/protocol/subjects.ts";
import { veiled, veilOf } from "@/lib/protocol/veils.ts";
import type { OutboxRow } from "@/services/outbox/relay.ts";
import type { Sql, Transaction } from "@/services/postgres/pool.ts";
import { inTenant } from "@/services/postgres/tenant.ts";
import { placeRefusal, readRefusal, writeRefusal } from "@/lib/resources/access.ts";
import { type Answer, refuse } from "@/lib/resources/answer.ts";
import { problemOfStatement } from "@/services/resources/constraint_problems.ts";
import type { Resource } from "@/lib/resources/define.ts";
import { eventOf, type Happening, insertOutbox } from "@/services/resources/events.ts";
import { claimKey, keepAnswer, type KeyUse, keyUse } from "@/services/resources/idempotency.ts";
import { type ListQuery, type Page, readPage } from "@/services/resources/list.ts";
import { minorValues } from "@/services/resources/money_fields.ts";
import { checkIdempotencyKey, expectedVersion } from "@/services/resources/preconditions.ts";
import {
  columnsOfChanged,
  columnsOfNew,
  recordOf,
  type ResourceRecord,
  type Row,
} from "@/services/resources/record.ts";
import { keepQuota } from "@/services/resources/quota.ts";
import { SEARCH_MS, Searches } from "@/services/resources/searches.ts";
import { deleteRow, homeCurrency, insertRow, selectRow, updateRow } from "@/services/resources/statements.ts";
import { readBody } from "@/lib/resources/validate.ts";

const CREATED = 201;
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

export interface CreateOptions {
  /** Of the header of this name. */
  readonly idempotencyKey?: string | undefined;
  /** One of the resource's actions; default "created". */
  readonly action?: string;
}

export interface ChangeOptions {
  /** Of the header of this name, with its quotes. */
  readonly ifMatch?: string | undefined;
  /** One of the resource's actions; default "updated". */
  readonly action?: string;
}

export interface Created {
  readonly record: ResourceRecord;
  /** HTTP status of the first answer. */
  readonly status: number;
  /** Is this the answer to an earlier request with the same Idempotency-Key? */
  readonly replayed: boolean;
}

/** What a write leaves behind besides its row: all of it is committed with the row or not at all. */
interface Outcome<T> {
  readonly result: T;
  readonly happenings: readonly Happening[];
  readonly keep?: { readonly use: KeyUse; readonly status: number; readonly body: string } | undefined;
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
    { idempotencyKey, action = "created" }: CreateOptions = {},
  ): Promise<Answer<Created>> {
    checkAction(resource, "created", action);
    const read = readBody(resource, body, "create");
    const { values = {}, propertyId = null } = read.ok ? read.given : {};
    const refusal = writeRefusal(principal, resource, "create", Object.keys(values));
    if (refusal) return refuse(refusal);
    if (!read.ok) return read;
    const outside = placeRefusal(principal, propertyId);
    if (outside) return refuse(outside);
    const key = checkIdempotencyKey(idempotencyKey);
    if (!key.ok) return key;
    const use = key.key === undefined
      ? undefined
      : keyUse(principal, key.key, [resource.key, propertyId, values]);
    const { orgId, userId: createdBy } = principal;
    return await this.#write<Created>(principal, resource, async (tx, at) => {
      const [kept, home] = await Promise.all([
        use && claimKey(tx, use),
        resource.money && values.currency === undefined ? homeCurrency(tx, orgId) : undefined,
      ]);
      if (kept) {
        const record = shownTo(principal, resource, JSON.parse(kept.body));
        return { result: { record, status: kept.status, replayed: true }, happenings: [] };
      }
      const columns = columnsOfNew(resource, minorValues(resource, values, home), { at, currency: home });
      await keepQuota(tx, resource, orgId, { after: columns });
      const row = await insertRow(tx, resource, orgId, { propertyId, columns, at, createdBy });
      const record = recordOf(resource, row);
      return {
        result: { record: shownTo(principal, resource, record), status: CREATED, replayed: false },
        happenings: [{ action, propertyId: record.propertyId, version: record.version, data: record }],
        keep: use && { use, status: CREATED, body: JSON.stringify(record) },
      };
    });
  }

  /** Changes what the body names. Needs the version that was read, in If-Match or in the body. */
  async update(
    principal: Principal,
    resource: Resource,
    id: number,
    body: unknown,
    { ifMatch, action = "updated" }: ChangeOptions = {},
  ): Promise<Answer<{ record: ResourceRecord }>> {
    checkAction(resource, "updated", action);
    const read = readBody(resource, body, "update");
    const names = read.ok ? namesOf(read.given) : [];
    const refusal = writeRefusal(principal, resource, "update", names);
    if (refusal) return refuse(refusal);
    if (!read.ok) return read;
    const { values, propertyId: wanted, version: inBody } = read.given;
    const expected = expectedVersion(ifMatch, inBody);
    if (!expected.ok) return expected;
    if (expected.version === undefined) return refuse(versionNeeded(resource));
    const { version } = expected;
    return await this.#write(principal, resource, async (tx, at) => {
      const row = await writableRow(tx, principal, resource, { id, version });
      const shown = (record: ResourceRecord) => ({ record: shownTo(principal, resource, record) });
      if (names.length === 0) return { result: shown(recordOf(resource, row)), happenings: [] };
      const propertyId = wanted === undefined ? row.property_id : wanted;
      demand(placeRefusal(principal, propertyId));
      const moved = propertyId !== row.property_id;
      const columns = columnsOfChanged(resource, minorValues(resource, values, row.currency as string), row);
      await keepQuota(tx, resource, principal.orgId, { after: columns, before: row });
      const next = { id, propertyId, version: row.version + (moved ? 2 : 1), columns, at };
      const record = recordOf(resource, await updateRow(tx, resource, principal.orgId, next));
      const updated = { action, propertyId, version: record.version, data: record };
      return { result: shown(record), happenings: moved ? [removalOf(row), updated] : [updated] };
    });
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

/** The record without what belongs to a service that this person may not see. */
function shownTo(
  principal: Principal,
  { service, entity }: Resource,
  record: ResourceRecord,
): ResourceRecord {
  const veil = veilOf(service, entity);
  return veil === undefined || principal.services.has(veil.service) ? record : veiled(record, veil);
}

/** An action is the program's to name, never the client's. */
function checkAction({ key, actions = [] }: Resource, usual: string, action: string): void {
  if (action === usual || actions.includes(action)) return;
  throw new RangeError(`Cannot tell "${action}" of ${key}: it has ${[usual, ...actions].join(", ")}`);
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

/** Throws a problem, so that the transaction around it rolls back. */
function demand(problem: Problem | undefined): void {
  if (problem) throw new ProblemError(problem);
}

async function visibleRow(
  tx: Transaction,
  principal: Principal,
  resource: Resource,
  { id, lock }: { id: number; lock: boolean },
): Promise<Row> {
  const row = isId(id) ? await selectRow(tx, resource, { orgId: principal.orgId, id, lock }) : undefined;
  if (row === undefined || !coversProperty(principal, row.property_id)) {
    throw new ProblemError({ code: "not_found", detail: `There is no ${resource.entity} ${id}` });
  }
  return row;
}

/** The row, locked until the end of the transaction, where this person may write it and it is at this version. */
async function writableRow(
  tx: Transaction,
  principal: Principal,
  resource: Resource,
  { id, version }: { id: number; version: number | undefined },
): Promise<Row> {
  const row = await visibleRow(tx, principal, resource, { id, lock: true });
  demand(placeRefusal(principal, row.property_id));
  if (version !== undefined && version !== row.version) {
    const detail = `The ${resource.entity} ${id} is at version ${row.version}, not ${version}; read it again`;
    throw new ProblemError({ code: "version_conflict", detail });
  }
  return row;
}

/**
 * A removal is one more version. Where a record moves, it leaves one property at version + 1 and arrives in the other
 * at version + 2: whatever order both events arrive in, who sees both keeps the record.
 */
function removalOf(row: Row): Happening {
  const { id, property_id: propertyId } = row;
  return { action: "deleted", propertyId, version: row.version + 1, data: { id, propertyId } };
}

function namesOf(given: { values: Readonly<Record<string, unknown>>; propertyId: unknown }): string[] {
  return [...Object.keys(given.values), ...(given.propertyId === undefined ? [] : ["propertyId"])];
}

function versionNeeded({ entity }: Resource): Problem {
  const detail = `Changing a ${entity} needs If-Match: "<version>" or the field version, as it was read`;
  return { code: "precondition_required", detail };
}
