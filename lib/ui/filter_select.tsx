import type { Option } from "@/lib/ui/field_spec.ts";
import { Icon } from "@/lib/ui/icon.tsx";

export interface FilterSelectProps {
  readonly label: string;
  /** "": everything. */
  readonly value: string;
  /** What "" is called. */
  readonly all: string;
  readonly options: readonly Option[];
  readonly onChange: (value: string) => void;
}

/** Narrows a list to one of a few values. */
export function FilterSelect({ label, value, all, options, onChange }: FilterSelectProps) {
  return (
    <label class="filter script-only">
      <span class="hidden">{label}</span>
      <select class="select" value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        <option value="">{all}</option>
        {options.map(({ value, label }) => <option key={value} value={value}>{label}</option>)}
      </select>
      <Icon name="down" />
    </label>
  );
}
