import { useFrame } from "@/lib/ui/frame_context.ts";
import { Empty } from "@/lib/ui/states.tsx";

/** Where an organisation has no property yet, or this person sees none: there is nothing to put anything into. */
export function NoProperty() {
  const { may } = useFrame();
  return may("property", "create")
    ? (
      <Empty
        icon="properties"
        title="No property yet"
        text="Add the first one: everything else belongs to one."
      >
        <a class="button" href="/rooms?view=properties">To the properties</a>
      </Empty>
    )
    : (
      <Empty
        icon="properties"
        title="No property to see"
        text="What stands here belongs to a property, and none has been given to you yet."
      />
    );
}
