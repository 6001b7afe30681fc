import { useFrame } from "@/lib/ui/frame_context.ts";
import { Icon } from "@/lib/ui/icon.tsx";
import { useProperty } from "@/lib/ui/realtime.tsx";

/** Chooses whose records and events are shown. Without script it is a form that loads the page anew. */
export function PropertySwitcher({ path, view }: { path: string; view: string | undefined }) {
  const { data: { properties }, propertyId } = useFrame();
  const { choose } = useProperty();
  if (properties.length === 0) return null;
  if (properties.length === 1) return <span class="property-one" dir="auto">{properties[0]!.name}</span>;
  return (
    <form class="property" method="get" action={path}>
      {view !== undefined && <input type="hidden" name="view" value={view} />}
      <label class="hidden" for="property">Property</label>
      <select
        id="property"
        name="property"
        class="property-select"
        value={String(propertyId ?? "")}
        onChange={(event) => choose(Number(event.currentTarget.value) || null)}
      >
        <option value="">All properties</option>
        {properties.map(({ id, name }) => <option key={id} value={String(id)}>{name}</option>)}
      </select>
      <Icon name="down" />
      <button class="button no-script" type="submit">Show</button>
    </form>
  );
}
