import { useState } from "preact/hooks";
import type { ClientRecord } from "@/lib/client/collection.ts";
import { FIELD_NAMES, type FieldName } from "@/lib/ocr/reading.ts";
import { applicables, NOBODY } from "@/lib/pages/documents/apply_plan.ts";
import { Apply } from "@/lib/pages/documents/apply.tsx";
import { ChooseGuest } from "@/lib/pages/documents/choose_guest.tsx";
import { CorrectionList } from "@/lib/pages/documents/correction_list.tsx";
import type { DocumentDetail, DocumentRest } from "@/lib/pages/documents/document_rest.ts";
import { ReviewField } from "@/lib/pages/documents/review_field.tsx";
import { useFrame } from "@/lib/ui/frame_context.ts";
import { sayProblem } from "@/lib/ui/states.tsx";

export interface FieldsProps {
  readonly detail: DocumentDetail;
  readonly guest: ClientRecord | null;
  readonly documents: DocumentRest;
  /** Something was changed: it is to be read again. */
  readonly onDone: () => Promise<void>;
}

/** null: nothing is being taken over. "whom": it is asked whose document it is. A guest of null: a new one. */
type Applying = { readonly guest: ClientRecord | null } | "whom" | null;

/** Asked for even where they were not found. */
const ALWAYS: ReadonlySet<FieldName> = new Set(["name", "documentNumber", "dateOfBirth"]);

/** What was read of a document, to be put right and taken over. */
export function Fields({ detail, guest, documents, onDone }: FieldsProps) {
  const { toast, may } = useFrame();
  const [typed, type] = useState<Partial<Record<FieldName, string>>>({});
  const [errors, setErrors] = useState<Readonly<Record<string, string>>>({});
  const [failure, fail] = useState<string | null>(null);
  const [isSaving, setSaving] = useState(false);
  const [applying, apply] = useState<Applying>(null);
  const { fields } = detail;
  const isSplit = fields.surname !== undefined;
  const names = FIELD_NAMES.filter((name) => {
    return fields[name] !== undefined || (ALWAYS.has(name) && !(name === "name" && isSplit));
  });
  const changed = Object.fromEntries(
    Object.entries(typed).filter(([name, value]) => value !== (fields[name as FieldName]?.value ?? "")),
  ) as Partial<Record<FieldName, string>>;
  const looks = names.filter((name) => fields[name]?.needsReview);
  const isChanged = Object.keys(changed).length > 0;
  const send = async (values: Partial<Record<FieldName, string>>, says: string) => {
    setSaving(true);
    const answer = await documents.correct(detail, values);
    if (answer.ok) await onDone();
    setSaving(false);
    if (answer.ok) {
      // What was typed since it was sent, is not saved yet.
      type((now) => {
        const left = Object.entries(now).filter(([name, value]) => value !== values[name as FieldName]);
        return Object.fromEntries(left);
      });
      setErrors({});
      fail(null);
      return toast({ text: says });
    }
    const found = (answer.problem.errors ?? []).map((
      { path, message },
    ) => [path.replace(/^fields\./, ""), message]);
    setErrors(Object.fromEntries(found));
    fail(sayProblem(answer.problem));
    if (answer.problem.code === "version_conflict") await onDone();
  };
  const isOfNobody = guest === null && detail.guestId === null;
  const canApply = may("guest", "update") && (guest !== null || isOfNobody) &&
    applicables(detail, guest ?? NOBODY).length > 0;
  if (applying === "whom") {
    return (
      <ChooseGuest
        {...{ detail, documents }}
        onClose={() => apply(null)}
        onChoose={(guest) => apply({ guest })}
      />
    );
  }
  if (applying !== null) {
    return (
      <Apply
        {...{ detail, guest: applying.guest, documents }}
        onClose={() => apply(guest === null ? "whom" : null)}
        onApplied={async () => {
          apply(null);
          await onDone();
        }}
      />
    );
  }
  const confirmed = Object.fromEntries(looks.map((name) => [name, fields[name]!.value]));
  return (
    <form
      class="review-fields"
      aria-label="What the document says"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (isChanged && !isSaving) void send(changed, "Corrections saved");
      }}
    >
      {failure !== null && <p class="form-failure" role="alert">{failure}</p>}
      {looks.length > 0 && (
        <p class="review-sum">
          {looks.length === 1 ? "1 value needs a look" : `${looks.length} values need a look`}: compare with
          the picture.
        </p>
      )}
      <div class="review-grid">
        {names.map((name) => (
          <ReviewField
            key={name}
            name={name}
            reading={fields[name]}
            value={typed[name] ?? fields[name]?.value ?? ""}
            error={errors[name]}
            onChange={(value) => type((now) => ({ ...now, [name]: value }))}
          />
        ))}
      </div>
      <CorrectionList detail={detail} />
      <footer class="review-foot">
        {isChanged && (
          <button type="submit" class="button button-main" disabled={isSaving}>
            {isSaving ? "Saving…" : "Save corrections"}
          </button>
        )}
        {!isChanged && looks.length > 0 && (
          <button
            type="button"
            class="button"
            disabled={isSaving}
            onClick={() => void send(confirmed, "Confirmed as right")}
          >
            {isSaving ? "Saving…" : "They are right"}
          </button>
        )}
        {canApply && (
          <button
            type="button"
            class={`button${isChanged ? "" : " button-main"}`}
            disabled={isChanged || isSaving}
            onClick={() => apply(isOfNobody ? "whom" : { guest })}
          >
            {isOfNobody ? "Choose its guest" : "Apply to guest"}
          </button>
        )}
        {isChanged && canApply && <span class="muted">Save the corrections first</span>}
      </footer>
    </form>
  );
}
