import type { PropertyName } from "@/lib/live/places.ts";

export interface PropertyFilterProps {
  readonly properties: readonly PropertyName[];
  /** null: all of them. */
  readonly value: number | null;
  readonly onChange: (propertyId: number | null) => void;
}

/** Chooses whose events are shown. Without script it is a form that loads the page anew. */
export function PropertyFilter({ properties, value, onChange }: PropertyFilterProps) {
  return (
    <form class="filter" method="get" action="/live">
      <label for="property">Property</label>
      <select
        id="property"
        name="property"
        class="select"
        value={String(value ?? "")}
        onChange={(event) => onChange(Number(event.currentTarget.value) || null)}
      >
        <option value="">All properties</option>
        {properties.map(({ id, name }) => <option key={id} value={String(id)}>{name}</option>)}
      </select>
      <button class="button no-script" type="submit">Show</button>
    </form>
  );
}
