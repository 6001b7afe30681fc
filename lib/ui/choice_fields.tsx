import type { FieldProps } from "@/lib/ui/field.tsx";

/** The text that means every property. */
const ALL = "*";

/** One of a few, each with what it means. */
export function Cards({ spec: { name, options = [] }, value, error, onChange }: FieldProps) {
  return (
    <div class="cards" data-invalid={error !== undefined || undefined}>
      {options.map((option) => (
        <label key={option.value} class="choice-card">
          <input
            type="radio"
            name={name}
            value={option.value}
            checked={option.value === value}
            onChange={() => onChange(option.value)}
          />
          <span class="choice-words">
            <span class="choice-name">{option.label}</span>
            {option.note && <span class="muted">{option.note}</span>}
          </span>
        </label>
      ))}
    </div>
  );
}

/** Every property, those to come as well, or some of them. */
export function Places({ spec: { name, options = [] }, value, onChange }: FieldProps) {
  const isAll = value === ALL;
  const chosen = chosenOf(value);
  const set = (id: number, on: boolean) => {
    const others = chosen.filter((one) => one !== id);
    onChange(JSON.stringify((on ? [...others, id] : others).toSorted((a, b) => a - b)));
  };
  return (
    <div class="places">
      <label class="place">
        <input
          type="checkbox"
          name={name}
          checked={isAll}
          onChange={(event) => onChange(event.currentTarget.checked ? ALL : "[]")}
        />
        All properties, also those to come
      </label>
      {!isAll && options.map((option) => (
        <label key={option.value} class="place">
          <input
            type="checkbox"
            checked={chosen.includes(Number(option.value))}
            onChange={(event) => set(Number(option.value), event.currentTarget.checked)}
          />
          <bdi>{option.label}</bdi>
        </label>
      ))}
    </div>
  );
}

/** The ids in the text of the field. */
function chosenOf(value: string): readonly number[] {
  return value === "" || value === ALL ? [] : JSON.parse(value);
}
