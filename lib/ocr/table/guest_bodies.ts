import type { TableColumn, TableReading } from "@/lib/ocr/reading.ts";

/** What `POST /guest-checkin/guest` takes of a row; the property is the caller's to add. */
export type GuestBody = Readonly<Partial<Record<NonNullable<TableColumn["field"]>, string>>> & {
  readonly name: string;
};

export interface GuestBodies {
  readonly bodies: readonly { readonly row: number; readonly body: GuestBody }[];
  /** Rows that cannot be taken over, each with one sentence. */
  readonly refused: readonly { readonly row: number; readonly message: string }[];
}

/** Bodies for the rows that a person confirmed, by their index in the table. Rows with a problem are refused. */
export function guestBodiesOf(table: TableReading, rowIndexes: readonly number[]): GuestBodies {
  const bodies: { row: number; body: GuestBody }[] = [];
  const refused: { row: number; message: string }[] = [];
  for (const row of new Set(rowIndexes)) {
    const made = bodyOf(table, row);
    if (typeof made === "string") refused.push({ row, message: made });
    else bodies.push({ row, body: made });
  }
  return { bodies, refused };
}

function bodyOf({ rows, columns, problems }: TableReading, row: number): GuestBody | string {
  const cells = rows[row];
  if (cells === undefined) return "There is no such row";
  const problem = problems.find((problem) => problem.row === row);
  if (problem !== undefined) return `${columns[problem.column]!.heading} ${problem.message}`;
  const values = columns.flatMap(({ field }, column) => {
    const value = cells[column];
    return field === null || value === null || value === undefined ? [] : [[field, value] as const];
  });
  const body: Partial<GuestBody> = Object.fromEntries(values);
  return body.name === undefined ? "There is no name" : { ...body, name: body.name };
}
