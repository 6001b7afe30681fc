import { useRef, useState } from "preact/hooks";
import type { ClientRecord } from "@/lib/client/collection.ts";
import type { FieldSpec } from "@/lib/ui/field_spec.ts";
import { bodyOf, errorsByName, errorsOf, type FormPlan, type Texts, textsOf } from "@/lib/ui/field_values.ts";
import { useFrame } from "@/lib/ui/frame_context.ts";
import type { Saved } from "@/lib/ui/records.ts";
import { sayProblem } from "@/lib/ui/states.tsx";

export interface FormOptions extends FormPlan {
  /** Of the record, or what a new one has at first. */
  readonly values: Readonly<Record<string, unknown>>;
  /** Sends it. The form stays, with what was typed, until that has worked. */
  readonly save: (body: object) => Promise<Saved>;
  readonly onSaved: (record: ClientRecord | null) => void;
  /** An update of nothing was to be sent. */
  readonly onUnchanged?: () => void;
}

/** The fields of a record while they are filled in. It says what is wrong before it sends, in the words of the server. */
export function useForm({ resource, verb, fields, values, save, onSaved, onUnchanged }: FormOptions) {
  const { placeOf } = useFrame();
  const zoneOf = (propertyId: unknown) => placeOf(Number(propertyId) || null).timeZone;
  const before = useRef<Texts>(textsOf(fields, values, zoneOf(values.propertyId))).current;
  const [texts, setTexts] = useState(before);
  const [errors, setErrors] = useState<Readonly<Record<string, string>>>({});
  const [failure, setFailure] = useState<string | null>(null);
  const [isSaving, setSaving] = useState(false);
  const form = useRef<HTMLFormElement>(null);
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
    if (verb === "update" && Object.keys(shown).length === 0) return onUnchanged?.();
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
  const isChanged = fields.some(({ name }) => texts[name] !== before[name]);
  return { texts, errors, failure, isSaving, isChanged, form, set, submit };
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

export function isRequired({ resource, verb }: FormPlan, { name }: FieldSpec): boolean {
  if (name === "propertyId") return resource.scope === "property";
  const field = resource.fields[name];
  return field?.required === true ||
    (verb === "update" && field?.fallback !== null && field?.fallback !== "");
}

/** May it stay empty, with nothing taking its place? */
export function isOptional({ resource }: FormPlan, { name }: FieldSpec): boolean {
  const field = resource.fields[name];
  return field !== undefined && !field.required && (field.fallback === null || field.fallback === "");
}

export function fieldsIn(form: HTMLFormElement | null): (HTMLInputElement | HTMLSelectElement)[] {
  return [...form?.querySelectorAll<HTMLInputElement | HTMLSelectElement>("input, select, textarea") ?? []];
}
