import { useState } from "preact/hooks";
import type { TableColumn, TableReading } from "@/lib/ocr/reading.ts";
import type { Problem } from "@/lib/protocol/problems.ts";
import type { DocumentDetail, DocumentRest } from "@/lib/pages/documents/document_rest.ts";
import { useFrame } from "@/lib/ui/frame_context.ts";
import { sayProblem } from "@/lib/ui/states.tsx";

export interface TableImportProps {
  readonly detail: DocumentDetail;
  readonly table: TableReading;
  readonly documents: DocumentRest;
  readonly onDone: () => Promise<void>;
}

const GUEST_FIELD_WORDS: Readonly<Record<NonNullable<TableColumn["field"]>, string>> = {
  name: "Name",
  email: "E-mail",
  phone: "Phone",
  arrivesOn: "Arrives",
  departsOn: "Departs",
  notes: "Notes",
};

/** What is wrong, by the rows as people count them. */
function sayRows(problem: Problem): string {
  const rows = (problem.errors ?? []).flatMap(({ path, message }) => {
    const [, row, field] = /^rows\.(\d+)(?:\.(\w+))?$/.exec(path) ?? [];
    if (row === undefined) return [];
    const label = GUEST_FIELD_WORDS[field as keyof typeof GUEST_FIELD_WORDS] ?? field;
    return [`Row ${Number(row) + 1}: ${label === undefined ? message : `${label} ${message}`}`];
  });
  return rows.length === 0 ? sayProblem(problem) : rows.join("; ");
}

/** The rows of a guest list, to be confirmed and taken over as guests. */
export function TableImport({ detail, table, documents, onDone }: TableImportProps) {
  const { toast } = useFrame();
  const { columns, rows, rowsTotal, problems } = table;
  const nameColumn = columns.findIndex(({ field }) => field === "name");
  const hasName = (row: number) => nameColumn >= 0 && Boolean(rows[row]?.[nameColumn]);
  const badRows = new Set(problems.map(({ row }) => row));
  const [chosen, choose] = useState<ReadonlySet<number>>(() => {
    return new Set(rows.flatMap((_, row) => hasName(row) && !badRows.has(row) ? [row] : []));
  });
  const [failure, fail] = useState<string | null>(null);
  const [isSaving, setSaving] = useState(false);
  const isApplied = Boolean(detail.appliedAt);
  const possible = rows.flatMap((_, row) => hasName(row) ? [row] : []);
  const set = (row: number, on: boolean) => {
    const next = new Set(chosen);
    if (on) next.add(row);
    else next.delete(row);
    choose(next);
  };
  const save = async () => {
    setSaving(true);
    const answer = await documents.import(detail, [...chosen].toSorted((a, b) => a - b));
    setSaving(false);
    if (!answer.ok) return fail(sayRows(answer.problem));
    toast({ text: chosen.size === 1 ? "1 guest added" : `${chosen.size} guests added` });
    await onDone();
  };
  return (
    <section class="import" aria-label="Rows of the guest list">
      {failure !== null && <p class="form-failure" role="alert">{failure}</p>}
      <p class="muted">
        {isApplied && "These guests have been added. "}
        {rowsTotal > rows.length && `The first ${rows.length} of ${rowsTotal} rows. `}
        {nameColumn < 0 && "No column with names was found, so nobody can be added. "}
        {badRows.size > 0 &&
          `${badRows.size === 1 ? "1 row has" : `${badRows.size} rows have`} something to look at.`}
      </p>
      <div class="import-scroll" tabIndex={0} role="region" aria-label="Guest list, scrolls">
        <table class="import-table">
          <thead>
            <tr>
              <th scope="col">
                <input
                  type="checkbox"
                  aria-label="All rows"
                  disabled={isApplied}
                  checked={possible.length > 0 && possible.every((row) => chosen.has(row))}
                  onChange={({ currentTarget }) => choose(new Set(currentTarget.checked ? possible : []))}
                />
              </th>
              {columns.map(({ heading, field }, at) => (
                <th key={at} scope="col">
                  <bdi>{field ? GUEST_FIELD_WORDS[field] : heading}</bdi>
                  <span class="import-heading muted">
                    {field === null ? "not taken over" : <bdi>{heading}</bdi>}
                  </span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((cells, row) => (
              <tr key={row} data-bad={badRows.has(row) || undefined}>
                <td>
                  <input
                    type="checkbox"
                    aria-label={`Row ${row + 1}: ${cells[nameColumn] ?? "no name"}`}
                    disabled={isApplied || !hasName(row)}
                    checked={chosen.has(row)}
                    onChange={({ currentTarget }) => set(row, currentTarget.checked)}
                  />
                </td>
                {columns.map(({ field }, column) => {
                  const bad = problems.find((one) => one.row === row && one.column === column);
                  return (
                    <td key={column} class={field === null ? "muted" : undefined}>
                      <bdi>{cells[column] ?? ""}</bdi>
                      {bad && <span class="import-problem">{bad.message}</span>}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {!isApplied && (
        <footer class="review-foot">
          <button
            type="button"
            class="button button-main"
            disabled={chosen.size === 0 || isSaving}
            onClick={() => void save()}
          >
            {isSaving ? "Adding…" : chosen.size === 1 ? "Add 1 guest" : `Add ${chosen.size} guests`}
          </button>
        </footer>
      )}
    </section>
  );
}
