import { spaced } from "@/lib/live/words.ts";
import { StayDay } from "@/lib/pages/guests/stay_day.tsx";
import { statusWords } from "@/lib/pages/guests/status_words.ts";
import { daysBetween, type GuestView } from "@/lib/pages/guests/stays.ts";
import type { ClientRecord } from "@/lib/client/collection.ts";
import type { FrameTools } from "@/lib/ui/frame_context.ts";
import type { Column } from "@/lib/ui/record_line.tsx";
import { Tag } from "@/lib/ui/tag.tsx";

interface ColumnTools extends FrameTools {
  /** The day of the calendar at a property. */
  readonly today: (propertyId: number | null) => string;
  readonly roomOf: (id: unknown) => ClientRecord | undefined;
}

/** What a view tells about each guest. */
export function guestColumns(view: GuestView, tools: ColumnTools): readonly Column[] {
  const { today, roomOf, propertyName, propertyId, data: { properties, services } } = tools;
  const hasPlaces = properties.length > 1 && propertyId === null;
  const columns: (Column | false)[] = [
    {
      name: "name",
      label: "Name",
      phone: "title",
      cell: ({ name, notes }) => (
        <>
          <bdi>{String(name)}</bdi>
          {notes ? <bdi class="cell-beside" title={String(notes)}>{String(notes)}</bdi> : null}
        </>
      ),
    },
    view === "all" && {
      name: "status",
      label: "Status",
      cell: ({ status }) => <Tag state={String(status)} label={statusWords(status)} />,
    },
    services.includes("properties") && {
      name: "room",
      label: "Room",
      phone: "aside",
      beside: ({ roomId }) => roomOf(roomId),
      cell: ({ status }, _row, room) => <RoomCell room={room} isWaited={status === "expected"} />,
    },
    hasPlaces && {
      name: "property",
      label: "Property",
      cell: ({ propertyId }) => <bdi>{propertyName(propertyId)}</bdi>,
    },
    {
      name: "arrives",
      label: "Arrives",
      cell: ({ arrivesOn, propertyId, status }) => (
        <StayDay day={arrivesOn} today={today(propertyId)} isDue={status === "expected"} before="arrives" />
      ),
    },
    {
      name: "departs",
      label: "Departs",
      cell: ({ departsOn, propertyId, status }) => (
        <StayDay day={departsOn} today={today(propertyId)} isDue={status === "checked_in"} before="departs" />
      ),
    },
    {
      name: "nights",
      label: "Nights",
      align: "end",
      phone: "none",
      wide: true,
      cell: ({ arrivesOn, departsOn }) => {
        if (typeof arrivesOn !== "string" || typeof departsOn !== "string") return null;
        return daysBetween(arrivesOn, departsOn);
      },
    },
    {
      name: "phone",
      label: "Phone",
      phone: "none",
      wide: true,
      cell: ({ phone }) => typeof phone === "string" ? <bdi>{phone}</bdi> : null,
    },
  ];
  return columns.filter((column) => column !== false);
}

/** The room; while the guest is awaited, whether it could be taken now. */
function RoomCell({ room, isWaited }: { room: ClientRecord | undefined; isWaited: boolean }) {
  if (room === undefined) return null;
  if (!isWaited) return <bdi>{String(room.number)}</bdi>;
  const isFree = room.status === "vacant";
  const words = isFree ? String(room.number) : `${room.number}, ${spaced(String(room.status))}`;
  return (
    <span title={isFree ? "This room is free" : undefined}>
      <Tag state={String(room.status)} label={words} />
      {isFree && <span class="hidden">, free</span>}
    </span>
  );
}
