import type { ComponentChildren, VNode } from "preact";
import { useState } from "preact/hooks";
import { capital } from "@/lib/live/words.ts";
import { RESOURCES } from "@/lib/resources/catalog.ts";
import type { Resource } from "@/lib/resources/define.ts";
import type { FieldSpec } from "@/lib/ui/field_spec.ts";
import { useFrame } from "@/lib/ui/frame_context.ts";
import { Icon } from "@/lib/ui/icon.tsx";
import { RecordForm } from "@/lib/ui/record_form.tsx";
import { sayProblem } from "@/lib/ui/states.tsx";
import type { ClientRecord } from "@/lib/client/collection.ts";
import type { EntityName, Records } from "@/lib/ui/records.ts";
import { type Edited, useSaving } from "@/lib/ui/use_saving.ts";
import { useStable } from "@/lib/ui/use_stable.ts";

type Values = Readonly<Record<string, unknown>>;

export interface EditorOptions {
  readonly entity: EntityName;
  /** "revenue": stands in titles, buttons and toasts. */
  readonly noun: string;
  readonly records: Edited;
  /** A field of kind "property" need not be named: it is added where there is a choice. */
  readonly fields: readonly FieldSpec[];
  /** What a new one has at first. */
  readonly fresh?: Values;
  /** Stands at the foot of a record's form, beside what removes it. `close` closes the form. */
  readonly beside?: (record: ClientRecord, close: () => void) => ComponentChildren;
}

/** Its functions stay the same from one render to the next. */
export interface Editor {
  /** Opens the form of a new record. */
  create(values?: Values): void;
  /** Opens the form of a record. */
  edit(record: ClientRecord): void;
  remove(record: ClientRecord): Promise<void>;
  /** Changes a record without a form; says so, with a way back. */
  change(record: ClientRecord, changes: Values, says: string): Promise<void>;
  /** The form while it is open: to be rendered. */
  readonly form: VNode | null;
}

interface Open {
  readonly record: ClientRecord | null;
  readonly values: Values;
}

/** Making, changing and removing records of one entity: forms, toasts and the way back. */
export function useEditor({ entity, noun, records, fields, fresh = {}, beside }: EditorOptions): Editor {
  const { toast, may, data: { properties, role }, propertyId } = useFrame();
  const [open, setOpen] = useState<Open | null>(null);
  const saving = useSaving(records);
  const resource = RESOURCES.find((one) => one.entity === entity)!;
  const place = propertyId ?? (properties.length === 1 ? properties[0]!.id : undefined);
  const failed = (what: string) => (answer: Awaited<ReturnType<Records["remove"]>>) => {
    if (!answer.ok) toast({ kind: "failed", text: `${what}: ${sayProblem(answer.problem)}` });
    return answer.ok;
  };
  const remove = async (record: ClientRecord) => {
    setOpen(null);
    const done = failed(`The ${noun} could not be removed`)(await records.remove(record.id, record.version));
    if (!done) return;
    const again = () =>
      void records.create(bodyAgain(resource, record)).then(failed("This could not be undone"));
    toast({ text: `${capital(noun)} removed`, ...(may(entity, "create") && { undo: again }) });
  };
  const change = async (record: ClientRecord, changes: Values, says: string) => {
    const before = Object.fromEntries(Object.keys(changes).map((name) => [name, record[name]]));
    const answer = await records.update(record.id, changes, record.version);
    if (!failed(`The ${noun} could not be changed`)(answer)) return;
    const made = answer.ok ? answer.record?.version : undefined;
    const back = () => void records.update(record.id, before, made).then(failed("This could not be undone"));
    toast({ text: says, undo: back });
  };
  const saved = (record: ClientRecord | null) => {
    const { record: before } = open!;
    setOpen(null);
    if (before === null) {
      const undo = record !== null && may(entity, "remove")
        ? () => void records.remove(record.id, record.version).then(failed("This could not be undone"))
        : undefined;
      return toast({ text: `${capital(noun)} added`, ...(undo && { undo }) });
    }
    const back = bodyBack(resource, before, record);
    const made = record?.version;
    const undo = () => void records.update(before.id, back, made).then(failed("This could not be undone"));
    toast({ text: `${capital(noun)} changed`, undo });
  };
  const save = (body: object) => {
    const { record } = open!;
    return record === null ? saving.create(body) : saving.update(record.id, body, record.version);
  };
  const close = () => {
    saving.forget();
    setOpen(null);
  };
  const verb = open?.record === null ? "create" : "update";
  const shown = fieldsFor(resource, verb, { fields, role });
  const needsPlace = verb === "create" && place === undefined && resource.scope === "property";
  const choice: FieldSpec = {
    name: "propertyId",
    label: "Property",
    kind: "property",
    options: properties.map(({ id, name }) => ({ value: String(id), label: name })),
  };
  const form = open && (
    <RecordForm
      key={open.record?.id ?? "new"}
      title={open.record === null ? `New ${noun}` : capital(noun)}
      resource={resource}
      verb={verb}
      fields={needsPlace ? [choice, ...shown] : shown}
      values={open.values}
      save={save}
      onSaved={saved}
      onClose={close}
      submitLabel={open.record === null ? `Add ${noun}` : "Save"}
    >
      {open.record !== null && may(entity, "remove") && (
        <button
          type="button"
          class="button button-quiet button-bad"
          onClick={() => remove(open.record!)}
        >
          <Icon name="trash" />Remove
        </button>
      )}
      {open.record !== null && beside?.(open.record, close)}
    </RecordForm>
  );
  const acts = useStable({
    create: (values: Values = {}) => {
      const home = resource.scope === "property" && place !== undefined ? { propertyId: place } : {};
      setOpen({ record: null, values: { ...home, ...fresh, ...values } });
    },
    edit: (record: ClientRecord) => setOpen({ record, values: record }),
    remove,
    change,
  });
  return { ...acts, form };
}

/** The fields that this verb takes; staff are shown those that they may set. */
function fieldsFor(
  resource: Resource,
  verb: "create" | "update",
  { fields, role }: { readonly fields: readonly FieldSpec[]; readonly role: string },
): readonly FieldSpec[] {
  const other = verb === "create" ? "update" : "create";
  const mine = role === "staff" ? resource.staffSets : undefined;
  return fields.filter(({ name }) => {
    return resource.fields[name]?.set !== other && (mine === undefined || mine.includes(name));
  });
}

/** What makes a record like this one, as far as a client may say. */
export function bodyAgain({ fields, scope }: Resource, record: ClientRecord): Record<string, unknown> {
  const names = Object.keys(fields).filter((name) => fields[name]!.set !== "update" && record[name] !== null);
  const body = Object.fromEntries(names.map((name) => [name, record[name]]));
  return scope === "property" || scope === "either" ? { ...body, propertyId: record.propertyId } : body;
}

/** What undoes an update: the old value of whatever it changed. */
export function bodyBack(
  { fields }: Resource,
  before: ClientRecord,
  after: ClientRecord | null,
): Record<string, unknown> {
  const names = Object.keys(fields).filter((name) => {
    return fields[name]!.set !== "create" && JSON.stringify(before[name]) !== JSON.stringify(after?.[name]);
  });
  return Object.fromEntries(names.map((name) => [name, before[name]]));
}
