import type { Principal } from "@/lib/auth/principal.ts";
import { ProblemError } from "@/lib/protocol/problems.ts";
import { uploadedSubject } from "@/lib/protocol/subjects.ts";
import { type Answer, refuse } from "@/lib/resources/answer.ts";
import { MANAGERS } from "@/lib/resources/define.ts";
import { uploadOf } from "@/services/documents/upload_of.ts";
import { DOCUMENT, onBehalfOf } from "@/services/documents/records.ts";
import type { ResourceRecord } from "@/services/resources/record.ts";
import type { ResourceStore } from "@/services/resources/store.ts";

/** A reading that has told nothing for so long has lost its worker. */
const LOST_MS = 10 * 60_000;
/** One that waits so long may have dropped out of the queue; a second job of one document does no harm. */
const WAITING_MS = 24 * 3_600_000;

/** Puts a document that could not be read into the queue again. */
export async function readAgain(
  store: ResourceStore,
  person: Principal,
  id: number,
  now: number,
): Promise<Answer<{ record: ResourceRecord }>> {
  if (!MANAGERS.includes(person.role)) {
    return refuse({ code: "forbidden", detail: `Role ${person.role} may not have documents read again` });
  }
  const answer = await store.together(person.orgId, async (writes) => {
    const record = await writes.read(person, DOCUMENT, id);
    const silentMs = now - Date.parse(record.updatedAt);
    const isLost = record.status === "processing" && silentMs > LOST_MS ||
      record.status === "uploaded" && silentMs > WAITING_MS;
    if (record.status !== "failed" && !isLost) {
      throw new ProblemError({
        code: "not_ready",
        detail: `The document ${id} is ${record.status}, not failed`,
      });
    }
    const uploadId = await uploadOf(writes.tx, person.orgId, id);
    if (record.kept !== "original" || uploadId === undefined) {
      throw new ProblemError({ code: "not_ready", detail: `The file of the document ${id} is not kept` });
    }
    const { version, propertyId } = record;
    const changes = { status: "uploaded", stage: "queued", problem: null, version };
    const queued = await writes.update(onBehalfOf(person), DOCUMENT, id, changes, { action: "progress" });
    await writes.tx`
      update document_attempts set attempts = 0 where org_id = ${person.orgId} and document_id = ${id}`;
    writes.tell(uploadedSubject(person.orgId, propertyId!), { documentId: id, uploadId });
    return queued;
  });
  return answer.ok ? { ok: true, record: answer.result } : answer;
}
