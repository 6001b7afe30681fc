/** A property by the name it is shown under. */
export interface PropertyName {
  readonly id: number;
  readonly name: string;
  readonly timeZone: string;
}

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
        onChange={(event) => onChange(Number(event.currentTarget.value) || null)}
      >
        <option value="" selected={value === null}>All properties</option>
        {properties.map(({ id, name }) => <option key={id} value={id} selected={value === id}>{name}</option>)}
      </select>
      <noscript>
        <button class="button" type="submit">Show</button>
      </noscript>
    </form>
  );
}
