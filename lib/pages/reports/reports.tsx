import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { ClientRecord, RecordPage } from "@/lib/client/collection.ts";
import { Ask } from "@/lib/pages/reports/ask.tsx";
import { progressOf } from "@/lib/pages/reports/figures.ts";
import { csvPath, Opened } from "@/lib/pages/reports/opened.tsx";
import { spanName } from "@/lib/pages/reports/periods.ts";
import { figureOf } from "@/lib/ui/figure_of.ts";
import { Money, When } from "@/lib/ui/figures.tsx";
import { useFrame } from "@/lib/ui/frame_context.ts";
import { Icon } from "@/lib/ui/icon.tsx";
import { PageHead } from "@/lib/ui/page_head.tsx";
import { ProgressBar } from "@/lib/ui/progress_bar.tsx";
import type { Column } from "@/lib/ui/record_line.tsx";
import { RecordTable } from "@/lib/ui/record_table.tsx";
import type { RecordRow } from "@/lib/ui/records.ts";
import { Empty } from "@/lib/ui/states.tsx";
import { Tag } from "@/lib/ui/tag.tsx";
import { useEditor } from "@/lib/ui/use_editor.tsx";
import { useRecords } from "@/lib/ui/use_records.ts";

export interface ReportsData {
  readonly first: RecordPage;
  /** The one that is asked for by `?report=`. */
  readonly opened: ClientRecord | null;
}

/** Reports: ask for one, watch it being added up, read it, take it along. */
export function Reports({ first, opened }: ReportsData) {
  const { may, propertyId } = useFrame();
  const records = useRecords("report", { first });
  const editor = useEditor({ entity: "report", noun: "report", records, fields: [] });
  const [isAsking, ask] = useState(false);
  const [openId, open] = useOpened(opened);
  const row = records.rows.find(({ record }) => record.id === openId);
  const shown = row?.record ?? (opened?.id === openId ? opened : null);
  const isHere = shown !== null && (propertyId === null || shown.propertyId === propertyId);
  const mayAsk = may("report", "create");
  const newReport = (label: string, isMain: boolean) => (
    <button
      type="button"
      class={`button${isMain ? " button-main" : ""} script-only`}
      data-new={isMain || undefined}
      onClick={() => ask(true)}
    >
      {isMain && <Icon name="plus" />}
      {label}
    </button>
  );
  return (
    <>
      <PageHead title="Reports">{mayAsk && newReport("New report", true)}</PageHead>
      {isHere && (
        <Opened
          report={shown}
          onClose={() => open(null)}
          onRemove={may("report", "remove")
            ? () => {
              open(null);
              void editor.remove(shown);
            }
            : undefined}
        />
      )}
      <RecordTable
        entity="report"
        label="Reports"
        columns={useColumns()}
        records={records}
        onOpen={({ id }) => open(id)}
        actions={csvLink}
        empty={
          <Empty
            icon="reports"
            title="No report yet"
            text="A report adds up what came in and went out over some days, by category and month."
          >
            {mayAsk && newReport("Make the first report", false)}
          </Empty>
        }
      />
      {isAsking && (
        <Ask
          records={records}
          onClose={() => ask(false)}
          onAsked={(record) => {
            ask(false);
            if (record !== null) open(record.id);
          }}
        />
      )}
    </>
  );
}

function csvLink({ record }: RecordRow) {
  return record.status === "ready" && (
    <a class="button button-small button-quiet" href={csvPath(record)} download>
      <Icon name="download" />CSV
    </a>
  );
}

/** Which report is open; the address says so too. */
function useOpened(opened: ClientRecord | null): [number | null, (id: number | null) => void] {
  const [id, set] = useState(opened?.id ?? null);
  const isFirst = useRef(true);
  useEffect(() => {
    if (!isFirst.current && id !== null) {
      const title = document.getElementById("opened");
      title?.focus({ preventScroll: true });
      title?.closest("section")?.scrollIntoView({ block: "nearest" });
    }
    isFirst.current = false;
  }, [id]);
  const open = (next: number | null) => {
    const url = new URL(location.href);
    if (next === null) url.searchParams.delete("report");
    else url.searchParams.set("report", String(next));
    history.replaceState(history.state, "", url);
    set(next);
  };
  return [id, open];
}

function useColumns(): readonly Column[] {
  const { data: { properties, currency }, propertyId, propertyName, placeOf } = useFrame();
  return useMemo(() => [
    {
      name: "period",
      label: "Period",
      phone: "title",
      cell: ({ startsOn, endsOn, propertyId }) =>
        spanName({ startsOn: String(startsOn), endsOn: String(endsOn) }, placeOf(propertyId)),
    },
    ...(properties.length > 1 && propertyId === null
      ? [{
        name: "property",
        label: "Property",
        cell: ({ propertyId }: ClientRecord) => <bdi>{propertyName(propertyId)}</bdi>,
      }]
      : []),
    {
      name: "status",
      label: "State",
      cell: ({ status, figures }) =>
        status === "pending"
          ? <ProgressBar label="Being added up" percent={progressOf(figures)} />
          : <Tag state={String(status)} />,
    },
    {
      name: "asked",
      label: "Asked for",
      cell: ({ createdAt, propertyId }) => <When at={String(createdAt)} propertyId={propertyId} />,
    },
    {
      name: "result",
      label: "Result",
      align: "end",
      phone: "aside",
      cell: ({ status, figures }) => {
        const result = status === "ready" ? figureOf(figures, "result") : null;
        const { currency: own } = (figures ?? {}) as { readonly currency?: unknown };
        return result !== null && (
          <Money amount={result} currency={typeof own === "string" ? own : currency} />
        );
      },
    },
  ], [properties, currency, propertyId, propertyName, placeOf]);
}
