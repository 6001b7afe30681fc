import { coversProperty, type Principal } from "@/lib/auth/principal.ts";
import { type Problem, ProblemError } from "@/lib/protocol/problems.ts";
import { isId } from "@/lib/protocol/subjects.ts";
import { veiled, veilOf } from "@/lib/protocol/veils.ts";
import { placeRefusal } from "@/lib/resources/access.ts";
import type { Resource } from "@/lib/resources/define.ts";
import type { Transaction } from "@/services/postgres/pool.ts";
import type { Happening } from "@/services/resources/events.ts";
import type { ResourceRecord, Row } from "@/services/resources/record.ts";
import { selectRow } from "@/services/resources/statements.ts";

/** The record without what belongs to a service that this person may not see. */
export function shownTo(
  principal: Principal,
  { service, entity }: Resource,
  record: ResourceRecord,
): ResourceRecord {
  const veil = veilOf(service, entity);
  return veil === undefined || principal.services.has(veil.service) ? record : veiled(record, veil);
}

/** Throws a problem, so that the transaction around it rolls back. */
export function demand(problem: Problem | undefined): void {
  if (problem) throw new ProblemError(problem);
}

export async function visibleRow(
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
export async function writableRow(
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
export function removalOf(row: Row): Happening {
  const { id, property_id: propertyId } = row;
  return { action: "deleted", propertyId, version: row.version + 1, data: { id, propertyId } };
}
