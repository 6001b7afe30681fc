import type { ComponentChildren } from "preact";
import { useCallback, useMemo, useState } from "preact/hooks";
import type { DocumentsDoor } from "@/lib/pages/guests/documents_door.tsx";
import { guestColumns } from "@/lib/pages/guests/guest_columns.tsx";
import { guestFields } from "@/lib/pages/guests/guest_fields.ts";
import { compareFor, dayAfter, type GuestView, STATUS_OF } from "@/lib/pages/guests/stays.ts";
import { useErasing } from "@/lib/pages/guests/use_erasing.tsx";
import { useStays } from "@/lib/pages/guests/use_stays.tsx";
import type { ClientRecord, RecordPage } from "@/lib/client/collection.ts";
import { useFrame } from "@/lib/ui/frame_context.ts";
import { Icon } from "@/lib/ui/icon.tsx";
import { PageHead } from "@/lib/ui/page_head.tsx";
import { RecordTable } from "@/lib/ui/record_table.tsx";
import type { RecordRow } from "@/lib/ui/records.ts";
import { SearchField } from "@/lib/ui/search_field.tsx";
import { Empty } from "@/lib/ui/states.tsx";
import { useAll } from "@/lib/ui/use_all.ts";
import { useEditor } from "@/lib/ui/use_editor.tsx";
import { useLate } from "@/lib/ui/use_late.ts";
import { useRecords } from "@/lib/ui/use_records.ts";
import { useStable } from "@/lib/ui/use_stable.ts";
import { useToday } from "@/lib/ui/use_today.ts";

const EMPTY: Readonly<Record<GuestView, readonly [title: string, text: string]>> = {
  arriving: [
    "Nobody is expected",
    "Guests who have booked and not arrived yet stand here, the next one on top.",
  ],
  inhouse: ["Nobody is in house", "Guests who are checked in stand here, the next to leave on top."],
  departed: ["Nobody has departed yet", "Guests who have left stand here."],
  all: ["No guests yet", "Everybody who has booked, is here, or was here."],
};

export interface GuestListProps {
  readonly view: GuestView;
  readonly first: RecordPage;
  readonly rooms: RecordPage;
  readonly views: ComponentChildren;
  readonly documents: Pick<DocumentsDoor, "openGuest" | "openList">;
}

/** The guests of one view: finding them, writing them down, and checking them in and out. */
export function GuestList({ view, first, rooms, views, documents }: GuestListProps) {
  const frame = useFrame();
  const { may, data, propertyId } = frame;
  const [query, search] = useState("");
  const asking = useLate(query.trim());
  const status = STATUS_OF[view];
  const records = useRecords("guest", {
    first,
    filter: { ...(status !== null && { status }), ...(asking !== "" && { q: asking }) },
  });
  const compare = compareFor(view);
  // In an order of its own only what is there can be put.
  useAll(records, compare !== undefined);
  const allRooms = useRecords("room", { first: rooms, order: "asc" });
  useAll(allRooms);
  const roomRecords = allRooms.rows.map(({ record }) => record);
  const today = useToday();
  const erasing = useErasing();
  const options = {
    entity: "guest",
    noun: "guest",
    records,
    beside: (guest: ClientRecord, close: () => void) => (
      <>
        <button type="button" class="button button-quiet" onClick={() => documents.openGuest(guest)}>
          <Icon name="reports" />Documents
        </button>
        {may("guest", "remove") && (
          <button
            type="button"
            class="button button-quiet button-bad"
            onClick={() => {
              close();
              erasing.ask(guest);
            }}
          >
            <Icon name="close" />Erase
          </button>
        )}
      </>
    ),
    fresh: { arrivesOn: today(propertyId), departsOn: dayAfter(today(propertyId), 1) },
  } as const;
  const booking = useEditor({ ...options, fields: guestFields(roomRecords, false) });
  const stay = useEditor({ ...options, fields: guestFields(roomRecords, true) });
  const stays = useStays({ guests: records, rooms: allRooms });
  const mayWrite = may("guest", "update");
  const open = (record: ClientRecord) => (record.status === "checked_in" ? stay : booking).edit(record);
  const roomsById = new Map(roomRecords.map((room) => [room.id, room]));
  const { checkIn, checkOut, roomOf } = useStable({
    checkIn: stays.checkIn,
    checkOut: stays.checkOut,
    roomOf: (id: unknown) => roomsById.get(id as number),
  });
  const columns = useMemo(
    () => guestColumns(view, { ...frame, today, roomOf }),
    [view, today, data, propertyId],
  );
  const actions = useCallback(
    (row: RecordRow) => <Actions row={row} stays={{ checkIn, checkOut }} change={booking.change} />,
    [],
  );
  const [title, text] = EMPTY[view];
  return (
    <>
      <PageHead title="Guests">
        {may("guest", "create") && (
          <>
            <button type="button" class="button script-only" onClick={() => booking.create()}>
              <Icon name="plus" />Add guest
            </button>
            <button
              type="button"
              class="button button-main script-only"
              data-new
              onClick={() => stays.checkIn(null)}
            >
              <Icon name="arrive" />Check in
            </button>
          </>
        )}
      </PageHead>
      {views}
      <div class="toolbar">
        <SearchField label="Search guests" value={query} onChange={search} />
        {may("guest", "create") && (
          <button
            type="button"
            class="button script-only"
            onClick={() => documents.openList()}
          >
            <Icon name="up" />Guest list
          </button>
        )}
      </div>
      <RecordTable
        entity="guest"
        label="Guests"
        columns={columns}
        records={records}
        compare={compare}
        onOpen={mayWrite ? open : undefined}
        actions={mayWrite ? actions : undefined}
        empty={query === ""
          ? (
            <Empty icon="guest" title={title} text={text}>
              {view === "arriving" && may("guest", "create") && (
                <button
                  type="button"
                  class="button script-only"
                  onClick={() => booking.create()}
                >
                  Add a guest
                </button>
              )}
            </Empty>
          )
          : <Empty icon="search" title="Nobody found" text="No guest here has these words." />}
      />
      {booking.form}
      {stay.form}
      {stays.form}
      {erasing.form}
    </>
  );
}

interface ActionsProps {
  readonly row: RecordRow;
  readonly stays: Pick<ReturnType<typeof useStays>, "checkIn" | "checkOut">;
  readonly change: ReturnType<typeof useEditor>["change"];
}

/** What the next step of a stay is. */
function Actions({ row: { record, pending }, stays, change }: ActionsProps) {
  const isBusy = pending !== null || record.id < 0;
  const button = (label: string, onClick: () => void, quiet = false) => (
    <button
      type="button"
      class={`button button-small script-only${quiet ? " button-quiet" : ""}`}
      disabled={isBusy}
      aria-label={`${label}: ${record.name}`}
      onClick={onClick}
    >
      {label}
    </button>
  );
  switch (record.status) {
    case "expected":
      return (
        <>
          {button("Cancel", () => change(record, { status: "cancelled" }, `${record.name} cancelled`), true)}
          {button("Check in", () => stays.checkIn(record))}
        </>
      );
    case "checked_in":
      return button("Check out", () => void stays.checkOut(record));
    case "cancelled":
      return button(
        "Expect again",
        () => change(record, { status: "expected" }, `${record.name} is expected again`),
        true,
      );
    default:
      return null;
  }
}
