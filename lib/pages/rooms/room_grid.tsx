import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { localDay } from "@/lib/derived/local_day.ts";
import { countStates, housesOf, ROOM_STATES } from "@/lib/pages/rooms/floors.ts";
import { roomFields } from "@/lib/pages/rooms/room_fields.ts";
import { RoomTile } from "@/lib/pages/rooms/room_tile.tsx";
import { StateChoices } from "@/lib/pages/rooms/state_choices.tsx";
import type { ClientRecord, RecordPage } from "@/lib/client/collection.ts";
import { Chip } from "@/lib/ui/chip.tsx";
import { useFrame } from "@/lib/ui/frame_context.ts";
import { Icon } from "@/lib/ui/icon.tsx";
import { ListFoot } from "@/lib/ui/list_foot.tsx";
import { PageHead } from "@/lib/ui/page_head.tsx";
import type { RecordRow } from "@/lib/ui/records.ts";
import { SearchField } from "@/lib/ui/search_field.tsx";
import { Empty, Failed } from "@/lib/ui/states.tsx";
import { useAll } from "@/lib/ui/use_all.ts";
import { useEditor } from "@/lib/ui/use_editor.tsx";
import { useRecords } from "@/lib/ui/use_records.ts";
import { useStill } from "@/lib/ui/use_still.ts";

export interface RoomGridProps {
  readonly first: RecordPage;
  /** Guests who are in house, and those who are expected: who is in a room, and who waits for it. */
  readonly inHouse: RecordPage;
  readonly expected: RecordPage;
  /** The state that is shown; "": all. */
  readonly status: string;
  readonly views: ComponentChildren;
}

/** Every room as a tile: its state in a word and a colour, who is in it, and who waits for it. */
export function RoomGrid({ first, inHouse, expected, status: asked, views }: RoomGridProps) {
  const { may, propertyName, propertyId, data: { properties } } = useFrame();
  const [status, narrow] = useState(asked);
  const [query, search] = useState("");
  const records = useRecords("room", { first, order: "asc" });
  const isPart = useAll(records);
  const guests = useGuestsByRoom({ inHouse, expected });
  const words = query.trim().toLocaleLowerCase();
  const fits = ({ record }: RecordRow) => {
    if (status !== "" && record.status !== status) return false;
    const { here = [], next } = guests.get(record.id) ?? {};
    const names = [...here, ...(next ? [next] : [])].map(({ name }) => name);
    return [record.number, record.kind, ...names].join(" ").toLocaleLowerCase().includes(words);
  };
  const { rows, waiting, release, holding } = useStill(records, fits);
  const kinds = new Set(records.rows.map(({ record }) => String(record.kind)));
  const editor = useEditor({ entity: "room", noun: "room", records, fields: roomFields(kinds) });
  const houses = housesOf(rows);
  const namesHouses = properties.length > 1 && propertyId === null;
  const FloorName = namesHouses ? "h3" : "h2";
  const mayCreate = may("room", "create");
  return (
    <>
      <PageHead title="Rooms">
        {mayCreate && (
          <button
            type="button"
            class="button button-main script-only"
            data-new
            onClick={() => editor.create()}
          >
            <Icon name="plus" />Add room
          </button>
        )}
      </PageHead>
      {views}
      <div class="toolbar">
        <StateChoices
          counts={countStates(records.rows)}
          total={records.rows.length}
          current={status}
          onChoose={narrow}
        />
        <SearchField label="Search rooms and guests" value={query} onChange={search} />
      </div>
      {records.state === "failed" && records.rows.length === 0
        ? (
          <div class="card">
            <Failed
              what="Rooms could not be loaded"
              problem={records.problem}
              onRetry={() => records.reload()}
            />
          </div>
        )
        : (
          <div class="houses" data-entity="room" {...holding}>
            <Chip count={waiting} onClick={release} />
            {houses.map(({ propertyId, floors }) => (
              <section key={propertyId} class="house" aria-label={propertyName(propertyId) || "Rooms"}>
                {namesHouses && (
                  <h2 class="house-name">
                    <bdi>{propertyName(propertyId)}</bdi>
                  </h2>
                )}
                {floors.map(({ name, rows }) => (
                  <section key={name} class="floor">
                    <FloorName class="floor-name">
                      {name === "" ? "Other rooms" : <bdi>Floor {name}</bdi>}
                    </FloorName>
                    <ul class="room-tiles">
                      {rows.map((row) => (
                        <RoomTile
                          key={row.key}
                          row={row}
                          guests={guests.get(row.record.id)}
                          records={records}
                          states={ROOM_STATES}
                          editor={editor}
                        />
                      ))}
                    </ul>
                  </section>
                ))}
              </section>
            ))}
            {rows.length === 0 && records.state === "ready" && (
              <div class="card">
                {records.rows.length === 0
                  ? (
                    <Empty
                      icon="properties"
                      title="No rooms yet"
                      text="Each room stands here with its state: vacant, occupied, being cleaned or out of order."
                    >
                      {mayCreate && (
                        <button
                          type="button"
                          class="button script-only"
                          onClick={() => editor.create()}
                        >
                          Add the first room
                        </button>
                      )}
                    </Empty>
                  )
                  : (
                    <Empty
                      icon="search"
                      title="No such room"
                      text="No room is in this state and has these words."
                    />
                  )}
              </div>
            )}
            {(isPart || records.state === "failed") && <ListFoot records={records} />}
          </div>
        )}
      {editor.form}
    </>
  );
}

/** Who is in a room, and who comes next. */
export interface RoomGuests {
  readonly here: readonly ClientRecord[];
  /** Expected by today. */
  readonly next: ClientRecord | undefined;
}

function useGuestsByRoom(
  { inHouse, expected }: Pick<RoomGridProps, "inHouse" | "expected">,
): ReadonlyMap<number, RoomGuests> {
  const { now, placeOf } = useFrame();
  const present = useRecords("guest", { first: inHouse, filter: { status: "checked_in" } });
  const coming = useRecords("guest", { first: expected, filter: { status: "expected" } });
  useAll(present);
  useAll(coming);
  const rooms = new Map<number, RoomGuests>();
  for (const { record } of present.rows) {
    const { roomId } = record;
    if (typeof roomId !== "number") continue;
    rooms.set(roomId, { here: [...rooms.get(roomId)?.here ?? [], record], next: undefined });
  }
  for (const { record } of coming.rows) {
    const { roomId, arrivesOn, propertyId } = record;
    if (typeof roomId !== "number" || typeof arrivesOn !== "string") continue;
    if (arrivesOn > localDay(now, placeOf(propertyId).timeZone)) continue;
    rooms.set(roomId, { here: rooms.get(roomId)?.here ?? [], next: record });
  }
  return rooms;
}
