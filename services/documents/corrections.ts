import type { Principal } from "@/lib/auth/principal.ts";
import { corrected, needReview, readCorrections } from "@/lib/ocr/corrections.ts";
import { maskDigits } from "@/lib/ocr/mask.ts";
import type { FieldName, Fields } from "@/lib/ocr/reading.ts";
import { ProblemError } from "@/lib/protocol/problems.ts";
import { type Answer, refuse } from "@/lib/resources/answer.ts";
import { DOCUMENT, onBehalfOf } from "@/services/documents/records.ts";
import type { ResourceRecord } from "@/services/resources/record.ts";
import type { ResourceStore } from "@/services/resources/store.ts";
import type { Writes } from "@/services/resources/writes.ts";

/**
 * Puts values of a document right. Whoever sees the document may; who changed what is kept. A value that is sent as it
 * stands is thereby confirmed.
 */
export async function correctDocument(
  store: ResourceStore,
  person: Principal,
  id: number,
  body: unknown,
): Promise<Answer<{ record: ResourceRecord }>> {
  const asked = readCorrections(body, maskDigits);
  if ("errors" in asked) return refuse({ code: "validation_failed", errors: asked.errors });
  const { version, values } = asked;
  const answer = await store.together(person.orgId, async (writes) => {
    const record = await readable(writes, person, id);
    const before = record.fields as Fields;
    const fields: Fields = {
      ...before,
      ...Object.fromEntries(Object.entries(values).map(([name, value]) => [name, corrected(value)])),
    };
    const isHeld = isOfTheFile(record.problem) || isUnmasked(record);
    const status = isHeld ? record.status : needReview(fields) ? "needs_review" : "done";
    const problem = status === "done" ? null : record.problem;
    const changed = await writes.update(onBehalfOf(person), DOCUMENT, id, {
      fields,
      status,
      problem,
      version,
    }, {
      action: "corrected",
    });
    await keep(writes, person, { id, before, values });
    return changed;
  });
  return answer.ok ? { ok: true, record: answer.result } : answer;
}

/** What is wrong with the file stays wrong whatever is typed beside it: who may have it depends on this. */
function isOfTheFile(problem: unknown): boolean {
  return ["infected", "scanner_down", "password_required"].includes(problem as string);
}

/** An Aadhaar card whose file still waits to be masked, or erased: it must stay one that can be read again. */
function isUnmasked({ documentType, status, kept }: ResourceRecord): boolean {
  return documentType === "aadhaar" && status === "failed" && kept === "original";
}

/** The document, locked, where what was read is there. Throws a ProblemError. */
export async function readable(writes: Writes, person: Principal, id: number): Promise<ResourceRecord> {
  const record = await writes.read(person, DOCUMENT, id);
  if (record.status !== "uploaded" && record.status !== "processing") return record;
  throw new ProblemError({
    code: "not_ready",
    detail: `The document ${id} is being read; wait until it is done`,
  });
}

async function keep(
  { tx, at }: Writes,
  { orgId, userId }: Principal,
  { id, before, values }: { id: number; before: Fields; values: Readonly<Record<string, string>> },
): Promise<void> {
  const rows = Object.entries(values).flatMap(([field, after]) => {
    const old = before[field as FieldName]?.value ?? null;
    if (old === after) return [];
    return [{
      org_id: orgId,
      document_id: id,
      field,
      before: old,
      after,
      corrected_by: userId,
      corrected_at: at,
    }];
  });
  if (rows.length > 0) await tx`insert into document_corrections ${tx(rows)}`;
}
