import * as v from "valibot";
import { ID } from "@/lib/contracts/json_schema.ts";
import { wire } from "@/lib/contracts/wire.ts";
import type { Principal } from "@/lib/auth/principal.ts";
import { GUEST_FIELDS, type GuestField, guestFieldOf, guestValues } from "@/lib/ocr/guest_values.ts";
import type { Fields } from "@/lib/ocr/reading.ts";
import { type FieldError, ProblemError } from "@/lib/protocol/problems.ts";
import { isId } from "@/lib/protocol/subjects.ts";
import { type Answer, refuse } from "@/lib/resources/answer.ts";
import { type DocumentType, isTable } from "@/lib/upload/document_types.ts";
import { readable } from "@/services/documents/corrections.ts";
import { DOCUMENT, GUEST, onBehalfOf } from "@/services/documents/records.ts";
import type { ResourceRecord } from "@/services/resources/record.ts";
import type { ResourceStore } from "@/services/resources/store.ts";

const Id = v.pipe(v.custom<number>(isId), wire(ID));
/** The body. */
export const ApplySchema = v.strictObject({
  version: Id,
  guestId: v.optional(Id),
  guestVersion: Id,
  fields: v.pipe(
    v.array(v.pipe(v.string(), wire({ enum: GUEST_FIELDS }))),
    v.minLength(1),
    v.maxLength(2 * GUEST_FIELDS.length),
  ),
});

export interface Applied {
  readonly document: ResourceRecord;
  readonly guest: ResourceRecord;
}

/** Writes what a document says to its guest: both records at once, each at the version that the person saw. */
export async function applyDocument(
  store: ResourceStore,
  person: Principal,
  id: number,
  body: unknown,
): Promise<Answer<Applied>> {
  const parsed = v.safeParse(ApplySchema, body);
  if (!parsed.success) return invalid("", "must be {version, guestId?, guestVersion, fields: [name, ...]}");
  const { version, guestId: given, guestVersion, fields } = parsed.output;
  const unknown = fields.findIndex((name) => guestFieldOf(name) === undefined);
  if (unknown >= 0) {
    return invalid(`fields.${unknown}`, `is not a field to apply; these are: ${GUEST_FIELDS.join(", ")}`);
  }
  const wanted = new Set(fields.map((name) => guestFieldOf(name)!));
  const answer = await store.together(person.orgId, async (writes): Promise<Applied> => {
    const record = await readable(writes, person, id);
    if (isTable(record.documentType)) {
      throw new ProblemError(
        invalid("fields", "cannot be taken from a table: its rows are imported").problem,
      );
    }
    const guestId = given ?? record.guestId as number | null;
    if (guestId === null) {
      throw new ProblemError(invalid("guestId", "is required: the document has no guest").problem);
    }
    const values = valuesOf(record, wanted);
    const { propertyId } = await writes.read(person, GUEST, guestId);
    if (propertyId !== record.propertyId) {
      throw new ProblemError(invalid("guestId", "is a guest of another property than the document").problem);
    }
    const guest = await writes.update(person, GUEST, guestId, { ...values, version: guestVersion });
    const document = await writes.update(onBehalfOf(person), DOCUMENT, id, {
      guestId,
      appliedAt: writes.at,
      appliedBy: person.userId,
      version,
    }, { action: "applied" });
    return { document, guest };
  });
  return answer.ok ? { ok: true, ...answer.result } : answer;
}

/** Throws a ProblemError where the document does not say what is wanted. */
function valuesOf(
  record: ResourceRecord,
  wanted: ReadonlySet<GuestField>,
): Partial<Record<GuestField, string>> {
  const said = guestValues(record.documentType as DocumentType, record.fields as Fields);
  const errors: FieldError[] = [];
  for (const name of wanted) {
    if (said[name] === undefined) errors.push({ path: name, message: "is not in the document" });
  }
  if (errors.length > 0) throw new ProblemError({ code: "validation_failed", errors });
  // A number says nothing without its kind.
  const names = wanted.has("idNumber") ? new Set<GuestField>([...wanted, "idType"]) : wanted;
  return Object.fromEntries([...names].map((name) => [name, said[name]]));
}

function invalid(path: string, message: string) {
  return refuse({ code: "validation_failed", errors: [{ path, message }] });
}
