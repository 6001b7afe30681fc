import type { ComponentChildren, JSX } from "preact";
import { Cards, Places } from "@/lib/ui/choice_fields.tsx";
import { parseHex } from "@/lib/ui/color.ts";
import type { FieldSpec } from "@/lib/ui/field_spec.ts";
import { Icon } from "@/lib/ui/icon.tsx";
import { ReferencePicker } from "@/lib/ui/reference_picker.tsx";

/** A list of more than this is searched instead of looked through. */
const SELECT_OPTIONS_MAX = 20;

export interface FieldProps {
  readonly spec: FieldSpec;
  readonly value: string;
  /** A sentence; undefined: nothing is wrong. */
  readonly error: string | undefined;
  readonly isRequired: boolean;
  readonly isOptional: boolean;
  readonly onChange: (value: string) => void;
}

/** A field of a form: its label above, what is wrong below. */
export function Field(props: FieldProps) {
  const { spec: { name, label, hint, half, kind }, error, isOptional } = props;
  const id = `field-${name}`;
  if (kind === "flag") return <Flag {...props} id={id} />;
  if (kind === "cards" || kind === "places") {
    const Choice = kind === "cards" ? Cards : Places;
    return (
      <fieldset class="field" data-field={name} aria-describedby={`${id}-below`}>
        <legend>{label}</legend>
        <Choice {...props} />
        <Below id={id} hint={hint} error={error} />
      </fieldset>
    );
  }
  return (
    <div class={`field${half ? " field-half" : ""}`} data-field={name}>
      <label for={id}>
        {label}
        {isOptional && <span class="field-optional">optional</span>}
      </label>
      <Control {...props} id={id} />
      <Below id={id} hint={hint} error={error} />
    </div>
  );
}

interface ControlProps extends FieldProps {
  readonly id: string;
}

function Control({ spec, value, error, isRequired, onChange, id }: ControlProps) {
  const { name, kind, options = [], none } = spec;
  const common = {
    id,
    name,
    value,
    "aria-invalid": error !== undefined,
    "aria-describedby": `${id}-below`,
    "aria-required": isRequired,
  };
  const typed = (event: { readonly currentTarget: { readonly value: string } }) =>
    onChange(event.currentTarget.value);
  switch (kind) {
    case "long":
      return <textarea {...common} class="input" rows={3} dir="auto" onInput={typed} />;
    case "choice":
    case "reference":
    case "property":
      if (options.length > SELECT_OPTIONS_MAX) {
        return <ReferencePicker {...common} options={options} onChange={onChange} none={none} />;
      }
      return (
        <Selected>
          <select {...common} class="input" onChange={typed}>
            {(none !== undefined || value === "") && <option value="">{none ?? "Choose…"}</option>}
            {options.map(({ value, label }) => <option key={value} value={value}>{label}</option>)}
          </select>
        </Selected>
      );
    case "day":
      return <input {...common} class="input" type="date" onInput={typed} />;
    case "moment":
      return <input {...common} class="input" type="datetime-local" onInput={typed} />;
    case "color":
      return <Color {...common} label={spec.label} onInput={typed} />;
    case "amount":
      return (
        <input
          {...common}
          class="input figure"
          inputMode="decimal"
          autocomplete="off"
          onInput={typed}
        />
      );
    case "whole":
      return (
        <input
          {...common}
          class="input figure"
          inputMode="numeric"
          autocomplete="off"
          onInput={typed}
        />
      );
    default:
      return (
        <>
          <input
            {...common}
            class="input"
            type={kind}
            dir="auto"
            autocomplete="off"
            list={options.length > 0 ? `${id}-list` : undefined}
            onInput={typed}
          />
          {options.length > 0 && (
            <datalist id={`${id}-list`}>
              {options.map(({ value }) => <option key={value} value={value} />)}
            </datalist>
          )}
        </>
      );
  }
}

type ColorProps = JSX.InputHTMLAttributes<HTMLInputElement> & { readonly label: string };

/** A colour to point at, and as it is written. */
function Color({ label, ...common }: ColorProps) {
  return (
    <div class="color">
      <input
        class="input input-color"
        type="color"
        // A field of this type holds nothing else.
        value={parseHex(String(common.value)) === undefined ? "#000000" : common.value}
        aria-label={`${label}, to choose`}
        onInput={common.onInput}
      />
      <input {...common} class="input figure" type="text" autocomplete="off" spellcheck={false} />
    </div>
  );
}

function Flag({ spec: { name, label, hint }, value, error, onChange, id }: ControlProps) {
  return (
    <div class="field field-flag" data-field={name}>
      <label for={id}>
        <input
          id={id}
          name={name}
          type="checkbox"
          checked={value === "true"}
          aria-describedby={`${id}-below`}
          onChange={(event) => onChange(String(event.currentTarget.checked))}
        />
        {label}
      </label>
      <Below id={id} hint={hint} error={error} />
    </div>
  );
}

function Selected({ children }: { children: ComponentChildren }) {
  return (
    <span class="input-select">
      {children}
      <Icon name="down" />
    </span>
  );
}

function Below({ id, hint, error }: { id: string; hint: string | undefined; error: string | undefined }) {
  return (
    <p id={`${id}-below`} class={error === undefined ? "field-hint" : "field-error"}>{error ?? hint ?? ""}</p>
  );
}
