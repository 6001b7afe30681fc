import { useId } from "preact/hooks";
import type { FieldName, FieldReading } from "@/lib/ocr/reading.ts";
import { checkWords, FIELD_WORDS, reviewWords, sourceWords } from "@/lib/pages/documents/words.ts";

export interface ReviewFieldProps {
  readonly name: FieldName;
  /** undefined: it was not found. */
  readonly reading: FieldReading | undefined;
  readonly value: string;
  /** What the server has against the value. */
  readonly error: string | undefined;
  readonly onChange: (value: string) => void;
}

const DAYS: ReadonlySet<FieldName> = new Set(["dateOfBirth", "issuedOn", "expiresOn"]);
const SEXES = [["", "Not known"], ["F", "Female"], ["M", "Male"], ["X", "Another"]] as const;

/** One value of a document: what was read, where from, what was checked; and the place to put it right. */
export function ReviewField({ name, reading, value, error, onChange }: ReviewFieldProps) {
  const id = useId();
  const isEdited = value !== (reading?.value ?? "");
  const review = reading && !isEdited ? reviewWords(reading) : null;
  const common = {
    id,
    class: "input",
    value,
    "aria-describedby": `${id}-below`,
    "aria-invalid": error !== undefined,
    onInput: (event: { readonly currentTarget: { readonly value: string } }) =>
      onChange(event.currentTarget.value),
  };
  return (
    <div class={`review-field${review ? " review-look" : ""}`} data-field={name}>
      <label for={id}>
        {FIELD_WORDS[name]}
        {review !== null && <span class="review-mark">{review}</span>}
      </label>
      {name === "sex"
        ? (
          <select {...common}>
            {SEXES.map(([value, label]) => <option key={value} value={value}>{label}</option>)}
          </select>
        )
        : name === "address"
        ? <textarea {...common} rows={2} dir="auto" />
        : <input {...common} type={DAYS.has(name) ? "date" : "text"} dir="auto" autocomplete="off" />}
      <p id={`${id}-below`} class="review-below">
        {error !== undefined
          ? <span class="error">{error}</span>
          : <Below reading={reading} isEdited={isEdited} />}
      </p>
    </div>
  );
}

function Below({ reading, isEdited }: { reading: FieldReading | undefined; isEdited: boolean }) {
  if (isEdited) return <>{reading ? `Changed; it was read as “${reading.value}”` : "Typed by hand"}</>;
  if (reading === undefined) return <>Not found in the document</>;
  const { source, checks } = reading;
  return (
    <>
      {sourceWords(source)}
      {checks.map((check) => (
        <span key={check.name} class={check.ok ? "check-ok" : "check-bad"}>
          {check.ok ? "✓ " : "✗ "}
          {checkWords(check)}
        </span>
      ))}
    </>
  );
}
