import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Dialog } from "@/lib/ui/dialog.tsx";
import { Field } from "@/lib/ui/field.tsx";
import type { FieldSpec } from "@/lib/ui/field_spec.ts";
import { bodyOf, errorsByName, errorsOf, type FormPlan, type Texts, textsOf } from "@/lib/ui/field_values.ts";
import { useFrame } from "@/lib/ui/frame_context.ts";
import { sayProblem } from "@/lib/ui/states.tsx";
import type { ClientRecord } from "@/lib/client/collection.ts";
import type { Saved } from "@/lib/ui/records.ts";

export interface RecordFormProps extends FormPlan {
  readonly title: string;
  /** Of the record, or what a new one has at first. */
  readonly values: Readonly<Record<string, unknown>>;
  /** Sends it. The form stays, with what was typed, until that has worked. */
  readonly save: (body: object) => Promise<Saved>;
  /** It was saved; an update of nothing saves nothing. */
  readonly onSaved: (record: ClientRecord | null) => void;
  readonly onClose: () => void;
  /** "Add revenue" */
  readonly submitLabel: string;
  /** Stands at the other end of the foot: a button that removes, for example. */
  readonly children?: ComponentChildren;
}

/** A dialog around the fields of one record. It says what is wrong before it sends, in the words of the server. */
export function RecordForm(props: RecordFormProps) {
  const { title, fields, onClose, submitLabel, children } = props;
  const { texts, errors, failure, isSaving, form, set, submit } = useForm(props);
  return (
    <Dialog title={title} onClose={onClose}>
      <form class="form" ref={form} noValidate onSubmit={submit}>
        {failure !== null && <p class="form-failure" role="alert">{failure}</p>}
        <div class="form-fields">
          {fields.map((spec) => (
            <Field
              key={spec.name}
              spec={offeredAt(spec, Number(texts.propertyId || props.values.propertyId) || null)}
              value={texts[spec.name] ?? ""}
              error={errors[spec.name]}
              isRequired={isRequired(props, spec)}
              isOptional={isOptional(props, spec)}
              onChange={(value) => set(spec.name, value)}
            />
          ))}
        </div>
        <footer class="form-foot">
          {children}
          <span class="form-space" />
          <button type="button" class="button" onClick={onClose}>Cancel</button>
          <button type="submit" class="button button-main" disabled={isSaving}>
            {isSaving ? "Saving…" : submitLabel}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}

function useForm({ resource, verb, fields, values, save, onSaved, onClose }: RecordFormProps) {
  const { placeOf } = useFrame();
  const zoneOf = (propertyId: unknown) => placeOf(Number(propertyId) || null).timeZone;
  const before = useRef<Texts>(textsOf(fields, values, zoneOf(values.propertyId))).current;
  const [texts, setTexts] = useState(before);
  const [errors, setErrors] = useState<Readonly<Record<string, string>>>({});
  const [failure, setFailure] = useState<string | null>(null);
  const [isSaving, setSaving] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => fieldsIn(form.current)[0]?.focus(), []);
  const refuse = (found: Readonly<Record<string, string>>, words: string | null) => {
    setErrors(found);
    setFailure(words);
    fieldsIn(form.current).find(({ name }) => found[name] !== undefined)?.focus();
  };
  const submit = async (event: Event) => {
    event.preventDefault();
    if (isSaving) return;
    const timeZone = zoneOf(texts.propertyId || values.propertyId);
    const plan: FormPlan = { resource, verb, fields };
    const shown = bodyOf(plan, texts, before, timeZone);
    if (verb === "update" && Object.keys(shown).length === 0) return onClose();
    // What is known without asking, such as the property that is shown, is part of a new record.
    const body = verb === "create" ? { ...hidden(values, fields), ...shown } : shown;
    const found = errorsOf(plan, body);
    if (Object.keys(found).length > 0) return refuse(found, others(found, fields));
    setSaving(true);
    const saved = await save(body);
    setSaving(false);
    if (saved.ok) return onSaved(saved.record);
    const told = errorsByName(fields, saved.problem.errors ?? []);
    const isUnderField = fields.some(({ name }) => told[name] !== undefined);
    refuse(told, isUnderField ? others(told, fields) : sayProblem(saved.problem));
  };
  const set = (name: string, value: string) => {
    setTexts((now) => ({ ...now, [name]: value }));
    setErrors(({ [name]: _gone, ...rest }) => rest);
  };
  return { texts, errors, failure, isSaving, form, set, submit };
}

/** The field with what may be chosen at this property; null: it is not known yet which. */
export function offeredAt(spec: FieldSpec, property: number | null): FieldSpec {
  if (spec.options === undefined || property === null) return spec;
  const options = spec.options.filter(({ propertyId = property }) => propertyId === property);
  return { ...spec, options };
}

/** Values of a new record that no field asks for. */
function hidden(values: Readonly<Record<string, unknown>>, fields: readonly FieldSpec[]): object {
  const asked = new Set(fields.map(({ name }) => name));
  return Object.fromEntries(Object.entries(values).filter(([name]) => !asked.has(name)));
}

/** What is wrong with something that has no field here. */
function others(errors: Readonly<Record<string, string>>, fields: readonly FieldSpec[]): string | null {
  const rest = Object.entries(errors).filter(([path]) => !fields.some(({ name }) => name === path));
  return rest.length === 0 ? null : rest.map(([, words]) => words).join("; ");
}

function isRequired({ resource, verb }: FormPlan, { name }: FieldSpec): boolean {
  if (name === "propertyId") return resource.scope === "property";
  const field = resource.fields[name];
  return field?.required === true ||
    (verb === "update" && field?.fallback !== null && field?.fallback !== "");
}

/** May it stay empty, with nothing taking its place? */
function isOptional({ resource }: FormPlan, { name }: FieldSpec): boolean {
  const field = resource.fields[name];
  return field !== undefined && !field.required && (field.fallback === null || field.fallback === "");
}

function fieldsIn(form: HTMLFormElement | null): (HTMLInputElement | HTMLSelectElement)[] {
  return [...form?.querySelectorAll<HTMLInputElement | HTMLSelectElement>("input, select, textarea") ?? []];
}
