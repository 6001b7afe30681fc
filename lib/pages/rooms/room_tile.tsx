import { useState } from "preact/hooks";
import { capital, spaced } from "@/lib/live/words.ts";
import type { RoomGuests } from "@/lib/pages/rooms/room_grid.tsx";
import type { ClientRecord } from "@/lib/client/collection.ts";
import { useFrame } from "@/lib/ui/frame_context.ts";
import { Menu } from "@/lib/ui/menu.tsx";
import type { RecordRow, Records } from "@/lib/ui/records.ts";
import { RowFailure } from "@/lib/ui/row_failure.tsx";
import { Tag, toneOf } from "@/lib/ui/tag.tsx";
import type { Editor } from "@/lib/ui/use_editor.tsx";

export interface RoomTileProps {
  readonly row: RecordRow;
  readonly guests: RoomGuests | undefined;
  readonly records: Records;
  readonly states: readonly string[];
  readonly editor: Editor;
}

/** A room. A click shows the states it can be given, a second one gives it. */
export function RoomTile({ row, guests, records, states, editor }: RoomTileProps) {
  const { may } = useFrame();
  const [isOpen, open] = useState(false);
  const { record, pending, isNew } = row;
  const mayChange = may("room", "update") && record.id > 0;
  const status = String(record.status);
  const give = (state: string) => {
    if (state === status) return;
    void editor.change(record, { status: state }, `Room ${record.number} is ${spaced(state)}`);
  };
  const looks = ["room", `room-${toneOf(status)}`, isNew && "room-new", pending && "room-pending"];
  const content = <Content record={record} guests={guests} />;
  return (
    <li class={looks.filter(Boolean).join(" ")} data-row data-id={record.id} data-status={status}>
      {mayChange
        ? (
          <button
            type="button"
            class="room-open"
            data-open
            aria-haspopup="menu"
            aria-expanded={isOpen}
            onClick={() => open(!isOpen)}
          >
            {content}
          </button>
        )
        : <div class="room-open">{content}</div>}
      <RowFailure row={row} records={records} />
      {isOpen && (
        <Menu
          label={`State of room ${record.number}`}
          onClose={() => open(false)}
          items={[
            ...states.map((state) => ({
              name: state,
              label: <Tag state={state} />,
              isChecked: state === status,
              onChoose: () => give(state),
            })),
            ...(may("room", "create")
              ? [{ name: "edit", label: "Edit room…", onChoose: () => editor.edit(record) }]
              : []),
          ]}
        >
          {guests !== undefined && guests.here.length > 0 && (
            <p class="room-warning">
              <bdi>{guests.here.map(({ name }) => name).join(", ")}</bdi>{" "}
              {guests.here.length === 1 ? "is" : "are"} checked in here.
            </p>
          )}
        </Menu>
      )}
    </li>
  );
}

function Content({ record, guests }: { record: ClientRecord; guests: RoomGuests | undefined }) {
  const { data: { services } } = useFrame();
  const { here = [], next } = guests ?? {};
  const isEmptyInside = record.status === "occupied" && here.length === 0 && services.includes("guest");
  return (
    <>
      <span class="room-head">
        <bdi class="room-number">{String(record.number)}</bdi>
        <span class="room-kind">{capital(String(record.kind))}</span>
      </span>
      <Tag state={String(record.status)} />
      <span class="room-who">
        {here.length > 0 && <bdi>{here.map(({ name }) => name).join(", ")}</bdi>}
        {isEmptyInside && <span class="room-odd">Nobody is checked in</span>}
        {here.length === 0 && !isEmptyInside && next !== undefined && (
          <span class="room-next">
            Arrives: <bdi>{String(next.name)}</bdi>
          </span>
        )}
      </span>
    </>
  );
}
