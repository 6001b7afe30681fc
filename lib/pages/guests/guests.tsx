import { localDay } from "@/lib/derived/local_day.ts";
import { DocumentList } from "@/lib/pages/documents/document_list.tsx";
import { useDocumentsDoor } from "@/lib/pages/guests/documents_door.tsx";
import { GuestList } from "@/lib/pages/guests/guest_list.tsx";
import { type GuestPageView, STATUS_OF } from "@/lib/pages/guests/stays.ts";
import type { RecordPage } from "@/lib/client/collection.ts";
import { useFrame } from "@/lib/ui/frame_context.ts";
import { useAll } from "@/lib/ui/use_all.ts";
import { PageHead } from "@/lib/ui/page_head.tsx";
import { useRecords } from "@/lib/ui/use_records.ts";
import { Views } from "@/lib/ui/views.tsx";

/** What the page of guests is given. Plain JSON. */
export interface GuestsData {
  readonly view: GuestPageView;
  /** Guests of the view, or documents. */
  readonly first: RecordPage;
  /** Guests who are expected; for the count where the view is another. */
  readonly expected: RecordPage;
  readonly rooms: RecordPage;
}

/** Guests by where they are in their stay. */
export function Guests({ view, first, expected, rooms }: GuestsData) {
  const { door, ...documents } = useDocumentsDoor();
  const views = <GuestViews view={view} expected={expected} />;
  return (
    <>
      {view === "documents"
        ? (
          <>
            <PageHead title="Guests" />
            <DocumentList
              first={first}
              onOpen={documents.openDocument}
              onUpload={documents.openScans}
              views={views}
            />
          </>
        )
        : <GuestList {...{ view, first, rooms, views, documents }} />}
      {door}
    </>
  );
}

function GuestViews({ view, expected }: Pick<GuestsData, "view" | "expected">) {
  const { now, placeOf } = useFrame();
  const filter = { status: STATUS_OF.arriving! };
  const records = useRecords("guest", { first: expected, filter });
  useAll(records);
  const { rows } = records;
  const due = rows.filter(({ record: { arrivesOn, propertyId } }) => {
    return typeof arrivesOn === "string" && arrivesOn <= localDay(now, placeOf(propertyId).timeZone);
  });
  return (
    <Views
      path="/guests"
      current={view}
      views={[
        { name: "arriving", label: "Arriving", count: due.length },
        { name: "inhouse", label: "In house" },
        { name: "departed", label: "Departed" },
        { name: "all", label: "All" },
        { name: "documents", label: "Documents" },
      ]}
    />
  );
}
