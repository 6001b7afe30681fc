import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { newId } from "@/lib/client/browser.ts";
import type { ClientRecord } from "@/lib/client/collection.ts";
import type { GuestField } from "@/lib/ocr/guest_values.ts";
import { type Applicable, applicables, chosenAtFirst, NOBODY } from "@/lib/pages/documents/apply_plan.ts";
import type { DocumentDetail, DocumentRest } from "@/lib/pages/documents/document_rest.ts";
import { useFrame } from "@/lib/ui/frame_context.ts";
import { sayProblem } from "@/lib/ui/states.tsx";
import { useLookup } from "@/lib/ui/use_lookup.ts";

export interface ApplyProps {
  readonly detail: DocumentDetail;
  /** null: a new one is made, once the person has confirmed what of. */
  readonly guest: ClientRecord | null;
  readonly documents: DocumentRest;
  readonly onClose: () => void;
  readonly onApplied: () => Promise<void>;
}

/** Which values of the document become the guest's, beside what the guest's record says now. */
export function Apply({ detail, guest: given, documents, onClose, onApplied }: ApplyProps) {
  const { toast } = useFrame();
  // As it is now: somebody else may write to it meanwhile.
  const [made, setMade] = useState<ClientRecord | null>(null);
  const known = given ?? made;
  const guest = useLookup("guest", [], [known?.id])(known?.id) ?? known;
  const list = applicables(detail, guest ?? NOBODY);
  const name = list.find(({ field }) => field === "name")?.value ?? "";
  const key = useMemo(newId, [name]);
  const [chosen, choose] = useState<ReadonlySet<GuestField>>(() => new Set(chosenAtFirst(list)));
  const [failure, fail] = useState<string | null>(null);
  const [isSaving, setSaving] = useState(false);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  // Nobody is without a name.
  const isFixed = ({ field, isSame }: Applicable) => isSame || given === null && field === "name";
  const picked = list.filter((one) => !one.isSame && (isFixed(one) || chosen.has(one.field)));
  const conflicts = picked.filter(({ isConflict }) => isConflict).length;
  const values = picked.length === 1 ? "1 value" : `${picked.length} values`;
  /** What went wrong; null: nothing. */
  const carryOut = async () => {
    const fields = picked.map(({ field }) => field);
    if (guest !== null) return sayOutcome(await documents.apply(detail, guest, fields));
    const created = await documents.createGuest({ propertyId: detail.propertyId, name, key });
    if (!created.ok) return sayProblem(created.problem);
    const says = sayOutcome(await documents.apply(detail, created.record, fields));
    if (says === null) return null;
    // The next attempt is for the same guest.
    setMade(created.record);
    return `${name} was added as a guest, without these values: ${says}`;
  };
  const save = async () => {
    setSaving(true);
    const says = await carryOut();
    setSaving(false);
    if (says !== null) return fail(says);
    toast({ text: `${values} applied to ${guest?.name ?? name}` });
    await onApplied();
  };
  return (
    <section class="apply">
      <h3 ref={heading} tabIndex={-1}>
        {guest === null ? "New guest" : (
          <>
            Apply to <bdi>{String(guest.name)}</bdi>
          </>
        )}
      </h3>
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
            isNew={guest === null}
            isFixed={isFixed(one)}
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
          {isSaving ? "Applying…" : guest === null ? `Add guest with ${values}` : `Apply ${values}`}
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

function sayOutcome(answer: Awaited<ReturnType<DocumentRest["apply"]>>): string | null {
  return answer.ok ? null : sayProblem(answer.problem);
}

interface LineProps extends Applicable {
  readonly isChosen: boolean;
  readonly isNew: boolean;
  /** Chosen, or the same, whatever the person would like. */
  readonly isFixed: boolean;
  readonly onChoose: (on: boolean) => void;
}

function ApplyLine({ field, label, value, present, isSame, isConflict, needsReview, ...rest }: LineProps) {
  return (
    <li>
      <label class={`apply-line${isConflict ? " apply-conflict" : ""}`} data-apply={field}>
        <input
          type="checkbox"
          checked={(rest.isChosen || rest.isFixed) && !isSame}
          disabled={rest.isFixed}
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
              : rest.isNew
              ? (field === "name" ? "a guest has to have one" : null)
              : "the guest's record has none yet"}
            {needsReview && <span class="review-mark">Needs a look</span>}
          </span>
        </span>
      </label>
    </li>
  );
}
