import { useEffect } from "preact/hooks";
import type { ClientRecord } from "@/lib/client/collection.ts";
import { THEME_FIELDS, verdictWords } from "@/lib/pages/branding/theme_fields.ts";
import { ThemePreview } from "@/lib/pages/branding/theme_preview.tsx";
import { resourceOf } from "@/lib/resources/catalog.ts";
import { Field } from "@/lib/ui/field.tsx";
import { useFrame } from "@/lib/ui/frame_context.ts";
import { Icon } from "@/lib/ui/icon.tsx";
import type { Records, Saved } from "@/lib/ui/records.ts";
import { sayProblem } from "@/lib/ui/states.tsx";
import { type Side, themeOf, verdictOf } from "@/lib/ui/theme.ts";
import { bodyAgain, bodyBack } from "@/lib/ui/use_editor.tsx";
import { isOptional, isRequired, useForm } from "@/lib/ui/use_form.ts";

const RESOURCE = resourceOf("branding", "theme")!;
const SIDES: readonly (readonly [Side, string])[] = [["light", "Light pages"], ["dark", "Dark pages"]];

export interface ThemeFormProps {
  /** Whose look it is. */
  readonly place: string;
  /** undefined: this place has none of its own. */
  readonly record: ClientRecord | undefined;
  /** What one of its own begins with. */
  readonly fresh: Readonly<Record<string, unknown>>;
  readonly records: Records;
  readonly isReadOnly: boolean;
  /** Somebody else has saved another state meanwhile. */
  readonly isOutdated: boolean;
  readonly onFollow: () => void;
  readonly onChanged: (isChanged: boolean) => void;
  readonly onSaved: (record: ClientRecord | undefined) => void;
}

/** The look of one place: its fields, what becomes of them, and saving, which every open page of the place follows. */
export function ThemeForm(props: ThemeFormProps) {
  const { place, record, fresh, isReadOnly, isOutdated, onFollow, onChanged } = props;
  const { save, saved, reset } = useSaving(props);
  const verb = record === undefined ? "create" : "update";
  const plan = { resource: RESOURCE, verb, fields: THEME_FIELDS } as const;
  const { propertyId } = useFrame();
  const values = record ?? { ...fresh, ...(propertyId !== null && { propertyId }) };
  const { texts, errors, failure, isSaving, isChanged, form, set, submit } = useForm({
    ...plan,
    values,
    save,
    onSaved: saved,
  });
  useEffect(() => onChanged(isChanged), [isChanged]);
  const draft = themeOf(propertyId, texts);
  return (
    <section class="card look-card" aria-labelledby="look-title">
      <form class="look-form" ref={form} noValidate onSubmit={submit}>
        <h2 id="look-title" dir="auto">{place}</h2>
        {isReadOnly && (
          <p class="muted">
            Only managers and admins{propertyId === null && " of all properties"} change this.
          </p>
        )}
        {failure !== null && <p class="form-failure" role="alert">{failure}</p>}
        {isOutdated && (
          <p class="form-failure" role="alert">
            Somebody has changed this meanwhile.{" "}
            <button type="button" class="link" onClick={onFollow}>Show theirs</button>
          </p>
        )}
        <fieldset class="look-fields script-only" disabled={isReadOnly}>
          <legend class="hidden">Look</legend>
          {THEME_FIELDS.map((spec) => (
            <div key={spec.name}>
              <Field
                spec={spec}
                value={texts[spec.name] ?? ""}
                error={errors[spec.name]}
                isRequired={isRequired(plan, spec)}
                isOptional={isOptional(plan, spec)}
                onChange={(value) => set(spec.name, value)}
              />
              {spec.kind === "color" && <Verdicts color={texts[spec.name] ?? ""} />}
            </div>
          ))}
        </fieldset>
        <ThemeFacts texts={texts} />
        {!isReadOnly && (
          <footer class="look-foot script-only">
            {record !== undefined && (
              <button
                type="button"
                class="button button-quiet"
                onClick={() => void reset(record)}
              >
                <Icon name="undo" />
                {record.propertyId === null ? "Reset to default" : "As the organisation"}
              </button>
            )}
            <span class="form-space" />
            <button type="submit" class="button button-main" disabled={isSaving || !isChanged}>
              {isSaving ? "Saving…" : "Save"}
            </button>
          </footer>
        )}
      </form>
      <ThemePreview theme={draft} place={place} />
    </section>
  );
}

/** The same to be read: without script nothing could be saved. */
function ThemeFacts({ texts }: { texts: Readonly<Record<string, string>> }) {
  return (
    <dl class="look-facts no-script">
      {THEME_FIELDS.map(({ name, label, options = [] }) => (
        <div key={name}>
          <dt>{label}</dt>
          <dd dir="auto">
            {options.find(({ value }) => value === texts[name])?.label ?? (texts[name] || "none")}
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** Can the colour be read, on light and on dark pages? */
function Verdicts({ color }: { color: string }) {
  return (
    <ul class="verdicts">
      {SIDES.map(([side, label]) => {
        const verdict = verdictOf(color, side);
        if (verdict === undefined) return null;
        return (
          <li key={side} class={verdict.isKept ? "verdict" : "verdict verdict-moved"}>
            <Icon name={verdict.isKept ? "check" : "alert"} />
            <span>{label}: {verdictWords(verdict, side)}</span>
          </li>
        );
      })}
    </ul>
  );
}

function useSaving({ record, records, onSaved }: ThemeFormProps) {
  const { toast } = useFrame();
  const undone = (answer: Saved) => {
    if (!answer.ok) {
      toast({ kind: "failed", text: `This could not be undone: ${sayProblem(answer.problem)}` });
    }
  };
  const save = async (body: object) => {
    const answer = record === undefined
      ? await records.create(body)
      : await records.update(record.id, body, record.version);
    if (!answer.ok) discardFailed(records, answer);
    return answer;
  };
  const saved = (after: ClientRecord | null) => {
    if (after === null) return;
    onSaved(after);
    const back = record === undefined
      ? () => records.remove(after.id, after.version)
      : () => records.update(record.id, bodyBack(RESOURCE, record, after), after.version);
    toast({ text: "Saved. Every open page shows it", undo: () => void back().then(undone) });
  };
  const reset = async (record: ClientRecord) => {
    const answer = await records.remove(record.id, record.version);
    if (!answer.ok) {
      discardFailed(records, answer);
      return toast({ kind: "failed", text: `This was not reset: ${sayProblem(answer.problem)}` });
    }
    onSaved(undefined);
    const again = () => void records.create(bodyAgain(RESOURCE, record)).then(undone);
    toast({
      text: record.propertyId === null ? "Back to the default" : "As the organisation now",
      undo: again,
    });
  };
  return { save, saved, reset };
}

/** The form tells what failed, so nothing is kept beside it. */
function discardFailed(records: Records, answer: Saved): void {
  const failed = records.rows.find(({ failure }) => !answer.ok && failure === answer.problem);
  if (failed) records.discard(failed.editKey ?? failed.key);
}
