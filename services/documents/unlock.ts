import { errors, type NatsConnection } from "@nats-io/transport-node";
import * as v from "valibot";
import type { Principal } from "@/lib/auth/principal.ts";
import { unlockSubject } from "@/lib/protocol/subjects.ts";
import { type Answer, refuse } from "@/lib/resources/answer.ts";
import { PASSWORD_CHARS_MAX, UNLOCK_ANSWERS, type UnlockAnswer } from "@/lib/upload/unlock.ts";
import { beginPassword, PASSWORDS_MAX } from "@/services/documents/attempts.ts";
import { DOCUMENT } from "@/services/documents/records.ts";
import { uploadOf } from "@/services/documents/upload_of.ts";
import type { Sql } from "@/services/postgres/pool.ts";
import { inTenant } from "@/services/postgres/tenant.ts";
import type { ResourceRecord } from "@/services/resources/record.ts";
import type { ResourceStore } from "@/services/resources/store.ts";

/** Longest wait for a worker to have opened the file. */
const OPEN_MS = 30_000;
const BUSY_RETRY_S = 5;

/** The body. */
export const PasswordSchema = v.strictObject({
  password: v.pipe(v.string(), v.minLength(1), v.maxLength(PASSWORD_CHARS_MAX)),
});

export interface UnlockParts {
  readonly sql: Sql;
  readonly nats: NatsConnection;
  readonly resources: ResourceStore;
}

/** Hands the password of a locked document to a worker, and to nobody else. Answers the record as it then is. */
export async function unlockDocument(
  { sql, nats, resources }: UnlockParts,
  person: Principal,
  id: number,
  body: unknown,
): Promise<Answer<{ record: ResourceRecord }>> {
  const parsed = v.safeParse(PasswordSchema, body);
  if (!parsed.success) return wrong(`must have 1 to ${PASSWORD_CHARS_MAX} characters`);
  const found = await resources.get(person, DOCUMENT, id);
  if (!found.ok) return found;
  const { orgId } = person;
  const { problem, propertyId } = found.record;
  const uploadId = await inTenant(sql, orgId, (tx) => uploadOf(tx, orgId, id), { readOnly: true });
  if (problem !== "password_required" || uploadId === undefined) return notLocked(id);
  const waitS = await beginPassword(sql, { orgId, documentId: id });
  if (waitS !== undefined) {
    const detail = `${PASSWORDS_MAX} passwords were tried on the document ${id}; wait before the next one`;
    return refuse({ code: "too_many_requests", detail, retryAfter: waitS });
  }
  const request = { documentId: id, uploadId, password: parsed.output.password };
  switch (await ask(nats, unlockSubject(orgId, propertyId!), request)) {
    case "opened":
      return await resources.get(person, DOCUMENT, id);
    case "wrong":
      return wrong("does not open this document");
    case "not_locked":
      return notLocked(id);
    case "busy":
      return refuse({
        code: "unavailable",
        detail: "No worker is free to open the document",
        retryAfter: BUSY_RETRY_S,
      });
  }
}

/** Without a worker the answer is `busy`: somebody will be there later. */
async function ask(nats: NatsConnection, subject: string, request: object): Promise<UnlockAnswer> {
  try {
    const message = await nats.request(subject, JSON.stringify(request), { timeout: OPEN_MS });
    const parsed = v.safeParse(v.object({ answer: v.picklist(UNLOCK_ANSWERS) }), message.json());
    return parsed.success ? parsed.output.answer : "busy";
  } catch (error) {
    if (error instanceof errors.RequestError || error instanceof errors.TimeoutError) return "busy";
    throw error;
  }
}

function wrong(message: string) {
  return refuse({ code: "validation_failed", errors: [{ path: "password", message }] });
}

function notLocked(id: number) {
  return refuse({ code: "not_ready", detail: `The document ${id} does not wait for a password` });
}
