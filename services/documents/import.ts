import * as v from "valibot";
import { ID } from "@/lib/contracts/json_schema.ts";
import { wire } from "@/lib/contracts/wire.ts";
import type { Principal } from "@/lib/auth/principal.ts";
import { TABLE_ROWS_MAX, type TableReading } from "@/lib/ocr/reading.ts";
import { guestBodiesOf } from "@/lib/ocr/table/guest_bodies.ts";
import { type FieldError, ProblemError } from "@/lib/protocol/problems.ts";
import { isId } from "@/lib/protocol/subjects.ts";
import { type Answer, refuse } from "@/lib/resources/answer.ts";
import { readable } from "@/services/documents/corrections.ts";
import { DOCUMENT, GUEST, onBehalfOf } from "@/services/documents/records.ts";
import type { ResourceRecord } from "@/services/resources/record.ts";
import type { ResourceStore } from "@/services/resources/store.ts";
import type { Writes } from "@/services/resources/writes.ts";

const rowIndex = v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(TABLE_ROWS_MAX - 1));
/** The body. */
export const ImportSchema = v.strictObject({
  version: v.pipe(v.custom<number>(isId), wire(ID)),
  rows: v.pipe(v.array(rowIndex), v.minLength(1), v.maxLength(TABLE_ROWS_MAX)),
});
/** Errors of rows that are told at once. */
const ERRORS_MAX = 20;

/** Makes guests of the rows of a table that a person confirmed: all of them, and once. Answers the new guests. */
export async function importGuests(
  store: ResourceStore,
  person: Principal,
  id: number,
  body: unknown,
): Promise<Answer<{ document: ResourceRecord; created: readonly ResourceRecord[] }>> {
  const parsed = v.safeParse(ImportSchema, body);
  if (!parsed.success) {
    const message = `must be {version, rows: [0, 1, ...]} with at most ${TABLE_ROWS_MAX} rows`;
    return refuse({ code: "validation_failed", errors: [{ path: "", message }] });
  }
  const { version, rows } = parsed.output;
  const answer = await store.together(person.orgId, async (writes) => {
    const record = await readable(writes, person, id);
    if (record.appliedAt !== null) {
      const detail = `The guests of the document ${id} were made already, on ${record.appliedAt}`;
      throw new ProblemError({ code: "already_exists", detail });
    }
    const { bodies, refused } = guestBodiesOf(await tableOf(writes, person.orgId, id), rows);
    check(refused.map(({ row, message }) => ({ path: `rows.${row}`, message })));
    const { propertyId } = record;
    const created: ResourceRecord[] = [];
    for (const { row, body } of bodies) {
      created.push(await madeOf(writes, person, row, { ...body, propertyId }));
    }
    const document = await writes.update(onBehalfOf(person), DOCUMENT, id, {
      status: "done",
      appliedAt: writes.at,
      appliedBy: person.userId,
      version,
    }, { action: "applied" });
    return { document, created };
  });
  return answer.ok ? { ok: true, ...answer.result } : answer;
}

async function tableOf({ tx }: Writes, orgId: number, id: number): Promise<TableReading> {
  const [row] = await tx<{ body: TableReading }[]>`
    select body from document_tables where org_id = ${orgId} and document_id = ${id}`;
  if (row !== undefined) return row.body;
  throw new ProblemError({ code: "not_ready", detail: `The document ${id} holds no table` });
}

/** Says which row it was where the guest is refused. */
async function madeOf(writes: Writes, person: Principal, row: number, body: object): Promise<ResourceRecord> {
  try {
    return await writes.create(person, GUEST, body);
  } catch (error) {
    if (!(error instanceof ProblemError) || error.problem.errors === undefined) throw error;
    const errors = error.problem.errors.map(({ path, message }) => ({
      path: `rows.${row}.${path}`,
      message,
    }));
    throw new ProblemError({ ...error.problem, errors });
  }
}

function check(errors: readonly FieldError[]): void {
  if (errors.length > 0) {
    throw new ProblemError({ code: "validation_failed", errors: errors.slice(0, ERRORS_MAX) });
  }
}
