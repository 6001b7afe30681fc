import { capital, spaced } from "@/lib/live/words.ts";
import { ROOM_STATES } from "@/lib/pages/rooms/floors.ts";
import { useFrame } from "@/lib/ui/frame_context.ts";
import { hrefOf } from "@/lib/ui/pages.ts";
import { softLink } from "@/lib/ui/soft_link.ts";
import { toneOf } from "@/lib/ui/tag.tsx";

export interface StateChoicesProps {
  readonly counts: ReadonlyMap<string, number>;
  readonly total: number;
  /** "": all. */
  readonly current: string;
  readonly onChoose: (status: string) => void;
}

/** How many rooms are in each state, and the way to see only those. */
export function StateChoices({ counts, total, current, onChoose }: StateChoicesProps) {
  const { propertyId } = useFrame();
  const choices = [
    { status: "", label: "All", count: total },
    ...ROOM_STATES.map((status) => ({
      status,
      label: capital(spaced(status)),
      count: counts.get(status) ?? 0,
    })),
  ];
  return (
    <nav class="choices" aria-label="State">
      {choices.map(({ status, label, count }) => (
        <a
          key={status}
          class="choice"
          data-status={status}
          aria-current={status === current ? "true" : undefined}
          {...softLink(
            hrefOf("/rooms", propertyId, status === "" ? {} : { status }),
            () => onChoose(status),
          )}
        >
          {status === "" ? label : <span class={`tag tag-${toneOf(status)}`}>{label}</span>}
          <span class="choice-count">{count}</span>
        </a>
      ))}
    </nav>
  );
}
