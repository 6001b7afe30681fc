import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { Dialog } from "@/lib/ui/dialog.tsx";
import { Field } from "@/lib/ui/field.tsx";
import type { FieldSpec } from "@/lib/ui/field_spec.ts";
import { fieldsIn, type FormOptions, isOptional, isRequired, useForm } from "@/lib/ui/use_form.ts";

export interface RecordFormProps extends FormOptions {
  readonly title: string;
  readonly onClose: () => void;
  /** "Add revenue" */
  readonly submitLabel: string;
  /** Stands at the other end of the foot: a button that removes, for example. */
  readonly children?: ComponentChildren;
}

/** A dialog around the fields of one record. It says what is wrong before it sends, in the words of the server. */
export function RecordForm(props: RecordFormProps) {
  const { title, fields, onClose, submitLabel, children } = props;
  const { texts, errors, failure, isSaving, form, set, submit } = useForm({ ...props, onUnchanged: onClose });
  useEffect(() => fieldsIn(form.current)[0]?.focus(), []);
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

/** The field with what may be chosen at this property; null: it is not known yet which. */
function offeredAt(spec: FieldSpec, property: number | null): FieldSpec {
  if (spec.options === undefined || property === null) return spec;
  const options = spec.options.filter(({ propertyId = property }) => propertyId === property);
  return { ...spec, options };
}
