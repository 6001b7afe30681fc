import { useEffect, useRef, useState } from "preact/hooks";
import type { ClientRecord } from "@/lib/client/collection.ts";
import { localDay } from "@/lib/derived/local_day.ts";
import { capital } from "@/lib/live/words.ts";
import { PRESETS, presetSpan } from "@/lib/pages/reports/periods.ts";
import { resourceOf } from "@/lib/resources/catalog.ts";
import { Dialog } from "@/lib/ui/dialog.tsx";
import { Field } from "@/lib/ui/field.tsx";
import type { FieldSpec } from "@/lib/ui/field_spec.ts";
import { bodyOf, errorsByName, errorsOf, type FormPlan, type Texts } from "@/lib/ui/field_values.ts";
import { useFrame } from "@/lib/ui/frame_context.ts";
import type { Records } from "@/lib/ui/records.ts";
import { sayProblem } from "@/lib/ui/states.tsx";

const CUSTOM = "custom";

export interface AskProps {
  readonly records: Records;
  readonly onAsked: (record: ClientRecord | null) => void;
  readonly onClose: () => void;
}

/** Asks for a report: of which property, over which days. A preset fills in the days. */
export function Ask({ records, onAsked, onClose }: AskProps) {
  const { data: { properties }, propertyId, placeOf, now } = useFrame();
  const isChoice = propertyId === null && properties.length > 1;
  const place = propertyId ?? properties[0]?.id ?? null;
  const today = (id: string) => localDay(now, placeOf(Number(id) || place).timeZone);
  const first = { propertyId: isChoice ? "" : String(place ?? ""), ...presetSpan("this month", today("")) };
  const [texts, setTexts] = useState<Texts>(first);
  const [preset, setPreset] = useState<string>("this month");
  const [errors, setErrors] = useState<Readonly<Record<string, string>>>({});
  const [failure, setFailure] = useState<string | null>(null);
  const [isSending, setSending] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => form.current?.querySelector<HTMLElement>("select, button")?.focus(), []);
  const fields: readonly FieldSpec[] = [
    {
      name: "propertyId",
      label: "Property",
      kind: "property",
      options: properties.map(({ id, name }) => ({ value: String(id), label: name })),
    },
    { name: "startsOn", label: "From", kind: "day", half: true },
    { name: "endsOn", label: "To", kind: "day", half: true },
  ];
  const plan: FormPlan = { resource: resourceOf("reports", "report")!, verb: "create", fields };
  const submit = async (event: Event) => {
    event.preventDefault();
    if (isSending) return;
    const body = bodyOf(plan, texts, {}, "UTC");
    const found = {
      ...orderError(texts),
      ...errorsOf(plan, body),
      ...(texts.propertyId === "" && { propertyId: "Choose a property" }),
    };
    setErrors(found);
    if (Object.keys(found).length > 0) return;
    setSending(true);
    const saved = await records.create(body);
    setSending(false);
    if (saved.ok) return onAsked(saved.record);
    const failed = records.rows.find(({ failure }) => failure === saved.problem);
    if (failed) records.discard(failed.editKey ?? failed.key);
    setErrors(errorsByName(fields, saved.problem.errors ?? []));
    setFailure(sayProblem(saved.problem));
  };
  const set = (name: string, value: string) => {
    if (name !== "propertyId") setPreset(CUSTOM);
    setTexts({ ...texts, [name]: value });
    setErrors(({ [name]: _gone, ...rest }) => rest);
  };
  return (
    <Dialog title="New report" onClose={onClose}>
      <form class="form" ref={form} noValidate onSubmit={submit}>
        {failure !== null && <p class="form-failure" role="alert">{failure}</p>}
        <div class="form-fields">
          {isChoice && <AskField spec={fields[0]!} texts={texts} errors={errors} set={set} />}
          <fieldset class="field presets">
            <legend>Period</legend>
            {PRESETS.map((name) => (
              <button
                key={name}
                type="button"
                class="button preset"
                aria-pressed={preset === name}
                onClick={() => {
                  setPreset(name);
                  setErrors({});
                  setTexts({ ...texts, ...presetSpan(name, today(texts.propertyId ?? "")) });
                }}
              >
                {capital(name)}
              </button>
            ))}
            <button
              type="button"
              class="button preset"
              aria-pressed={preset === CUSTOM}
              onClick={() => {
                setPreset(CUSTOM);
                form.current?.querySelector<HTMLElement>("#field-startsOn")?.focus();
              }}
            >
              Custom
            </button>
          </fieldset>
          {fields.slice(1).map((spec) => (
            <AskField key={spec.name} spec={spec} texts={texts} errors={errors} set={set} />
          ))}
        </div>
        <footer class="form-foot">
          <span class="form-space" />
          <button type="button" class="button" onClick={onClose}>Cancel</button>
          <button type="submit" class="button button-main" disabled={isSending}>
            {isSending ? "Asking…" : "Make report"}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}

interface AskFieldProps {
  readonly spec: FieldSpec;
  readonly texts: Texts;
  readonly errors: Readonly<Record<string, string>>;
  readonly set: (name: string, value: string) => void;
}

function AskField({ spec, texts, errors, set }: AskFieldProps) {
  const { name } = spec;
  return (
    <Field
      spec={spec}
      value={texts[name] ?? ""}
      error={errors[name]}
      isRequired
      isOptional={false}
      onChange={(value) => set(name, value)}
    />
  );
}

function orderError({ startsOn = "", endsOn = "" }: Texts): Readonly<Record<string, string>> {
  return startsOn !== "" && endsOn !== "" && endsOn < startsOn
    ? { endsOn: "To must be the same day as From, or later" }
    : {};
}
