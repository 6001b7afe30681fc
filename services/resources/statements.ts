// The SQL of the resources. Every statement names the organisation although row-level security adds it too, and each
// resource has few different texts, so that they stay prepared.
import type { Transaction } from "@/services/postgres/pool.ts";
import { HEAD_COLUMNS, type Resource } from "@/lib/resources/define.ts";
import type { Condition } from "@/lib/resources/validate.ts";
import type { Order } from "@/services/resources/cursor.ts";
import type { Row } from "@/services/resources/record.ts";

function columnsOf(resource: Resource): string[] {
  return [...HEAD_COLUMNS, ...resource.columns.values()];
}

export interface NewRow {
  readonly propertyId: number | null;
  readonly columns: Readonly<Record<string, unknown>>;
  readonly at: string;
  readonly createdBy: string;
}

export async function insertRow(
  tx: Transaction,
  resource: Resource,
  orgId: number,
  { propertyId, columns, at, createdBy }: NewRow,
): Promise<Row> {
  const head = { org_id: orgId, created_at: at, updated_at: at, created_by: createdBy };
  // A property's own id is given by the table.
  const place = resource.scope === "self" ? {} : { property_id: propertyId };
  const rows = await tx<Row[]>`
    insert into ${tx(resource.table)} ${tx({ ...head, ...place, ...columns })}
    returning ${tx(columnsOf(resource))}`;
  return only(rows);
}

export async function selectRow(
  tx: Transaction,
  resource: Resource,
  { orgId, id, lock }: { orgId: number; id: number; lock: boolean },
): Promise<Row | undefined> {
  const [row] = await tx<Row[]>`
    select ${tx(columnsOf(resource))} from ${tx(resource.table)}
    where org_id = ${orgId} and id = ${id} ${lock ? tx`for update` : tx``}`;
  return row;
}

export interface ChangedRow {
  readonly id: number;
  readonly propertyId: number | null;
  readonly version: number;
  readonly columns: Readonly<Record<string, unknown>>;
  readonly at: string;
}

export async function updateRow(
  tx: Transaction,
  resource: Resource,
  orgId: number,
  { id, propertyId, version, columns, at }: ChangedRow,
): Promise<Row> {
  const place = resource.scope === "self" ? {} : { property_id: propertyId };
  const rows = await tx<Row[]>`
    update ${tx(resource.table)} set ${tx({ version, updated_at: at, ...place, ...columns })}
    where org_id = ${orgId} and id = ${id}
    returning ${tx(columnsOf(resource))}`;
  return only(rows);
}

export async function deleteRow(
  tx: Transaction,
  resource: Resource,
  { orgId, id }: { orgId: number; id: number },
): Promise<void> {
  await tx`delete from ${tx(resource.table)} where org_id = ${orgId} and id = ${id}`;
}

export interface PageOf {
  readonly orgId: number;
  /** "*": no narrowing. A record of the whole organisation belongs to every property. */
  readonly properties: "*" | readonly number[];
  readonly conditions: readonly Condition[];
  /** Text that one of these columns shall have somewhere; undefined: any. */
  readonly search: { readonly columns: readonly string[]; readonly text: string } | undefined;
  /** The id to go on after; undefined: from the start. */
  readonly after: number | undefined;
  readonly order: Order;
  readonly limit: number;
}

export async function selectPage(tx: Transaction, resource: Resource, page: PageOf): Promise<Row[]> {
  const { orgId, properties, conditions, search, after, order, limit } = page;
  const within = properties === "*"
    ? tx``
    : tx`and (property_id = any(${properties as number[]}) or property_id is null)`;
  const fitting = conditions.reduce((all, [column, value, operator]) => {
    if (operator === ">=") return tx`${all} and ${tx(column)} >= ${value as string}`;
    if (operator === "<") return tx`${all} and ${tx(column)} < ${value as string}`;
    return tx`${all} and ${tx(column)} = ${value as string}`;
  }, tx``);
  const found = search === undefined ? tx`` : tx`and (${anyLike(tx, search)})`;
  const beyond = after === undefined ? tx`` : order === "asc" ? tx`and id > ${after}` : tx`and id < ${after}`;
  return [
    ...await tx<Row[]>`
      select ${tx(columnsOf(resource))} from ${tx(resource.table)}
      where org_id = ${orgId} ${within} ${fitting} ${found} ${beyond}
      order by id ${order === "asc" ? tx`asc` : tx`desc`} limit ${limit}`,
  ];
}

function anyLike(tx: Transaction, { columns, text }: NonNullable<PageOf["search"]>) {
  const pattern = `%${text.replace(/[\\%_]/g, "\\$&")}%`;
  return columns.reduce((any, column) => tx`${any} or ${tx(column)} ilike ${pattern}`, tx`false`);
}

export async function homeCurrency(tx: Transaction, orgId: number): Promise<string> {
  const rows = await tx<{ currency: string }[]>`select currency from organisations where id = ${orgId}`;
  return rows[0]?.currency ?? "INR";
}

function only(rows: readonly Row[]): Row {
  const [row] = rows;
  if (row === undefined) throw new Error("A statement that returns its row returned none");
  return row;
}
