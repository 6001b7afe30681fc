import { useEffect, useRef, useState } from "preact/hooks";
import type { ClientRecord } from "@/lib/client/collection.ts";
import type { GuestField } from "@/lib/ocr/guest_values.ts";
import { type Applicable, applicables, chosenAtFirst } from "@/lib/pages/documents/apply_plan.ts";
import type { DocumentDetail, DocumentRest } from "@/lib/pages/documents/document_rest.ts";
import { useFrame } from "@/lib/ui/frame_context.ts";
import { sayProblem } from "@/lib/ui/states.tsx";
import { useLookup } from "@/lib/ui/use_lookup.ts";

export interface ApplyProps {
  readonly detail: DocumentDetail;
  readonly guest: ClientRecord;
  readonly documents: DocumentRest;
  readonly onClose: () => void;
  readonly onApplied: () => Promise<void>;
}

/** Which values of the document become the guest's, beside what the guest's record says now. */
export function Apply({ detail, guest: given, documents, onClose, onApplied }: ApplyProps) {
  const { toast } = useFrame();
  // As it is now: somebody else may write to it meanwhile.
  const guest = useLookup("guest", [], [given.id])(given.id) ?? given;
  const list = applicables(detail, guest);
  const [chosen, choose] = useState<ReadonlySet<GuestField>>(() => new Set(chosenAtFirst(list)));
  const [failure, fail] = useState<string | null>(null);
  const [isSaving, setSaving] = useState(false);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const picked = list.filter(({ field, isSame }) => chosen.has(field) && !isSame);
  const conflicts = picked.filter(({ isConflict }) => isConflict).length;
  const save = async () => {
    setSaving(true);
    const answer = await documents.apply(detail, guest, picked.map(({ field }) => field));
    setSaving(false);
    if (!answer.ok) return fail(sayProblem(answer.problem));
    toast({
      text: `${picked.length === 1 ? "1 value" : `${picked.length} values`} applied to ${guest.name}`,
    });
    await onApplied();
  };
  return (
    <section class="apply">
      <h3 ref={heading} tabIndex={-1}>Apply to {String(guest.name)}</h3>
      {failure !== null && <p class="form-failure" role="alert">{failure}</p>}
      {list.length === 0 && (
        <p class="muted">
          The document says nothing that a guest's record has room for.
        </p>
      )}
      <ul class="apply-list">
        {list.map((one) => (
          <ApplyLine
            key={one.field}
            {...one}
            isChosen={chosen.has(one.field)}
            onChoose={(on) => {
              const next = new Set(chosen);
              if (on) next.add(one.field);
              else next.delete(one.field);
              choose(next);
            }}
          />
        ))}
      </ul>
      <footer class="review-foot">
        <button type="button" class="button" onClick={onClose}>Back</button>
        <button
          type="button"
          class="button button-main"
          disabled={picked.length === 0 || isSaving}
          onClick={() => void save()}
        >
          {isSaving ? "Applying…" : `Apply ${picked.length === 1 ? "1 value" : `${picked.length} values`}`}
        </button>
        {conflicts > 0 && (
          <span class="apply-warning">
            {conflicts === 1 ? "1 value replaces another" : `${conflicts} values replace others`}
          </span>
        )}
      </footer>
    </section>
  );
}

interface LineProps extends Applicable {
  readonly isChosen: boolean;
  readonly onChoose: (on: boolean) => void;
}

function ApplyLine({ field, label, value, present, isSame, isConflict, needsReview, ...rest }: LineProps) {
  return (
    <li>
      <label class={`apply-line${isConflict ? " apply-conflict" : ""}`} data-apply={field}>
        <input
          type="checkbox"
          checked={rest.isChosen && !isSame}
          disabled={isSame}
          onChange={({ currentTarget }) => rest.onChoose(currentTarget.checked)}
        />
        <span class="apply-words">
          <span class="apply-label">{label}</span>
          <bdi class="apply-value">{value}</bdi>
          <span class="apply-present">
            {isSame ? "the guest's record says the same" : isConflict
              ? (
                <>
                  the guest's record says otherwise: <bdi>{present}</bdi>
                </>
              )
              : "the guest's record has none yet"}
            {needsReview && <span class="review-mark">Needs a look</span>}
          </span>
        </span>
      </label>
    </li>
  );
}
