import type { Principal } from "@/lib/auth/principal.ts";
import type { Problem } from "@/lib/protocol/problems.ts";
import { placeRefusal, writeRefusal } from "@/lib/resources/access.ts";
import { type Answer, refuse } from "@/lib/resources/answer.ts";
import type { Resource } from "@/lib/resources/define.ts";
import { readBody } from "@/lib/resources/validate.ts";
import type { Transaction } from "@/services/postgres/pool.ts";
import type { Happening } from "@/services/resources/events.ts";
import { claimKey, type KeyUse, keyUse } from "@/services/resources/idempotency.ts";
import { minorValues } from "@/services/resources/money_fields.ts";
import { checkIdempotencyKey, expectedVersion } from "@/services/resources/preconditions.ts";
import { keepQuota } from "@/services/resources/quota.ts";
import {
  columnsOfChanged,
  columnsOfNew,
  recordOf,
  type ResourceRecord,
} from "@/services/resources/record.ts";
import { homeCurrency, insertRow, updateRow } from "@/services/resources/statements.ts";
import { demand, removalOf, shownTo, writableRow } from "@/services/resources/visible.ts";

const CREATED = 201;

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
export interface Outcome<T> {
  readonly result: T;
  readonly happenings: readonly Happening[];
  readonly keep?: { readonly use: KeyUse; readonly status: number; readonly body: string } | undefined;
}

/** What is left of a write once the request is validated: it runs in a transaction and throws what it then finds. */
export type Prepared<T> = Answer<{ readonly run: (tx: Transaction, at: string) => Promise<Outcome<T>> }>;

export function prepareCreate(
  principal: Principal,
  resource: Resource,
  body: unknown,
  { idempotencyKey, action = "created" }: CreateOptions,
): Prepared<Created> {
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
  const run = async (tx: Transaction, at: string): Promise<Outcome<Created>> => {
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
  };
  return { ok: true, run };
}

export function prepareUpdate(
  principal: Principal,
  resource: Resource,
  id: number,
  body: unknown,
  { ifMatch, action = "updated" }: ChangeOptions,
): Prepared<{ record: ResourceRecord }> {
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
  const run = async (tx: Transaction, at: string): Promise<Outcome<{ record: ResourceRecord }>> => {
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
  };
  return { ok: true, run };
}

/** An action is the program's to name, never the client's. */
function checkAction({ key, actions = [] }: Resource, usual: string, action: string): void {
  if (action === usual || actions.includes(action)) return;
  throw new RangeError(`Cannot tell "${action}" of ${key}: it has ${[usual, ...actions].join(", ")}`);
}

function namesOf(given: { values: Readonly<Record<string, unknown>>; propertyId: unknown }): string[] {
  return [...Object.keys(given.values), ...(given.propertyId === undefined ? [] : ["propertyId"])];
}

function versionNeeded({ entity }: Resource): Problem {
  const detail = `Changing a ${entity} needs If-Match: "<version>" or the field version, as it was read`;
  return { code: "precondition_required", detail };
}
