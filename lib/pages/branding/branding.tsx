import { useEffect, useState } from "preact/hooks";
import type { ClientRecord, RecordPage } from "@/lib/client/collection.ts";
import { PlaceList } from "@/lib/pages/branding/place_list.tsx";
import { ThemeForm } from "@/lib/pages/branding/theme_form.tsx";
import { freshTheme } from "@/lib/pages/branding/theme_fields.ts";
import { useFrame } from "@/lib/ui/frame_context.ts";
import { PageHead } from "@/lib/ui/page_head.tsx";
import { Failed } from "@/lib/ui/states.tsx";
import { themeFor } from "@/lib/ui/theme.ts";
import { useRecords } from "@/lib/ui/use_records.ts";

/** What the page of the looks is given. Plain JSON. */
export interface BrandingData {
  readonly first: RecordPage;
}

/** How the pages of the organisation look, and those of a property that wants its own. */
export function Branding({ first }: BrandingData) {
  const { data: { organisation, properties, reach }, propertyId, themes, may } = useFrame();
  const records = useRecords("theme", { first });
  const own = records.rows.find(({ record }) => record.propertyId === propertyId)?.record;
  const { base, isOutdated, follow, setChanged, saved } = useBase(propertyId, own);
  const place = propertyId === null ? organisation : properties.find(({ id }) => id === propertyId)?.name;
  const mayEdit = may("theme", "update") && (propertyId !== null || reach === "*");
  if (records.state === "failed" && records.rows.length === 0) {
    return (
      <>
        <PageHead title="Branding" />
        <div class="card">
          <Failed
            what="The looks could not be loaded"
            problem={records.problem}
            onRetry={() => records.reload()}
          />
        </div>
      </>
    );
  }
  return (
    <>
      <PageHead title="Branding" />
      <div class="branding">
        <PlaceList />
        <ThemeForm
          key={`${propertyId} ${base?.id} ${base?.version}`}
          place={place ?? ""}
          record={base}
          fresh={freshTheme(place ?? "", themeFor(themes, propertyId))}
          records={records}
          isReadOnly={!mayEdit}
          isOutdated={isOutdated}
          onFollow={follow}
          onChanged={setChanged}
          onSaved={saved}
        />
      </div>
    </>
  );
}

/** The record that the form began from. It follows what others do, until the person changes something themselves. */
function useBase(propertyId: number | null, own: ClientRecord | undefined) {
  const [kept, keep] = useState({ propertyId, record: own });
  const [isChanged, setChanged] = useState(false);
  const isHere = kept.propertyId === propertyId;
  const isOutdated = isHere && (own?.id !== kept.record?.id || own?.version !== kept.record?.version);
  const follow = () => {
    setChanged(false);
    keep({ propertyId, record: own });
  };
  useEffect(() => {
    if (!isHere || (isOutdated && !isChanged)) follow();
  }, [isHere, isOutdated, isChanged]);
  return {
    base: isHere ? kept.record : own,
    isOutdated: isOutdated && isChanged,
    follow,
    setChanged,
    saved: (record: ClientRecord | undefined) => {
      setChanged(false);
      keep({ propertyId, record });
    },
  };
}
