import { useId } from "preact/hooks";
import { useFrame } from "@/lib/ui/frame_context.ts";
import { Icon } from "@/lib/ui/icon.tsx";

/** For which property it is uploaded. null: that has yet to be said. */
export function PlaceChoice(
  { place, onChange }: { place: number | null; onChange: (place: number) => void },
) {
  const { data: { properties } } = useFrame();
  const id = useId();
  return (
    <div class="upload-type">
      <label for={id}>Property</label>
      <span class="input-select">
        <select
          id={id}
          class="input"
          value={String(place ?? "")}
          onChange={({ currentTarget }) => onChange(Number(currentTarget.value))}
        >
          {place === null && <option value="">Choose…</option>}
          {properties.map(({ id, name }) => <option key={id} value={id}>{name}</option>)}
        </select>
        <Icon name="down" />
      </span>
    </div>
  );
}
