import type { Resource } from "@/lib/resources/define.ts";
import { HOME_CURRENCY, NOW } from "@/lib/resources/fields.ts";
import { toMajor } from "@/lib/resources/money.ts";

/** A row as the database gives it: by column name. */
export interface Row {
  readonly id: number;
  readonly property_id: number | null;
  readonly version: number;
  readonly created_at: string;
  readonly updated_at: string;
  readonly created_by: string;
  readonly [column: string]: unknown;
}

/** A record as answers and events show it. Times are RFC 3339 in UTC, `amount` is in major units of `currency`. */
export interface ResourceRecord {
  readonly id: number;
  /** null: the whole organisation's. */
  readonly propertyId: number | null;
  readonly version: number;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly createdBy: string;
  readonly [name: string]: unknown;
}

export function recordOf(resource: Resource, row: Row): ResourceRecord {
  const shown: Record<string, unknown> = {};
  for (const [name, column] of resource.columns) shown[name] = resource.fields[name]?.show(row[column]);
  if (resource.money) {
    shown.amountMinor = row.amount_minor;
    shown.amount = toMajor(row.amount_minor as number, row.currency as string);
  }
  return {
    id: row.id,
    propertyId: row.property_id,
    ...shown,
    version: row.version,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    createdBy: row.created_by,
  };
}

/** Column values of a new row: what the body gave, else the fallback. Every column has one, so the statement is one. */
export function columnsOfNew(
  resource: Resource,
  values: Readonly<Record<string, unknown>>,
  { at, currency }: { at: string; currency: string | undefined },
): Record<string, unknown> {
  const columns: Record<string, unknown> = {};
  for (const [name, column] of resource.columns) {
    const fallback = resource.fields[name]?.fallback;
    const standIn = fallback === NOW ? at : fallback === HOME_CURRENCY ? currency : fallback;
    columns[column] = Object.hasOwn(values, name) ? values[name] : standIn;
  }
  return columns;
}

/** Column values of a changed row: what the body gave, else what stands there. */
export function columnsOfChanged(
  resource: Resource,
  values: Readonly<Record<string, unknown>>,
  row: Row,
): Record<string, unknown> {
  const columns: Record<string, unknown> = {};
  for (const [name, column] of resource.columns) {
    columns[column] = Object.hasOwn(values, name) ? values[name] : row[column];
  }
  return columns;
}
