// What the figures are counted from. Each statement is one snapshot of the committed rows.
import type { DayCounts, PropertyCounts } from "@/lib/derived/figures.ts";
import type { CategorySum } from "@/lib/derived/report_figures.ts";
import type { Place } from "@/services/derived/place.ts";
import type { Transaction } from "@/services/postgres/pool.ts";

/** What a property's figures need to know about it. */
export interface House {
  readonly timezone: string;
  /** Of the organisation. */
  readonly currency: string;
}

/** undefined: there is no such property. */
export async function houseOf(tx: Transaction, { orgId, propertyId }: Place): Promise<House | undefined> {
  const [house] = await tx<House[]>`
    select p.timezone, o.currency from properties p join organisations o on o.id = p.org_id
    where p.org_id = ${orgId} and p.id = ${propertyId}`;
  return house;
}

/** A derived record as it stands. */
export interface Kept {
  readonly id: number;
  readonly version: number;
  readonly at: string;
  readonly figures: unknown;
}

export async function keptMetrics(tx: Transaction, { orgId, propertyId }: Place): Promise<Kept | undefined> {
  const [kept] = await tx<Kept[]>`
    select id, version, computed_at as at, figures from metrics
    where org_id = ${orgId} and property_id = ${propertyId}`;
  return kept;
}

export interface Span {
  readonly day: string;
  /** RFC 3339; the end is the start of the next one. */
  readonly from: string;
  readonly until: string;
}

/** Also answers when the next task falls due, RFC 3339; null where none does. */
export async function countNow(
  tx: Transaction,
  { orgId, propertyId }: Place,
  { day, from, until, monthFrom }: Span & { readonly monthFrom: string },
  now: string,
): Promise<PropertyCounts & { nextDue: string | null }> {
  const own = tx`org_id = ${orgId} and property_id = ${propertyId}`;
  const since = (moment: string) => tx`${own} and occurred_at >= ${moment} and occurred_at < ${until}`;
  const sums = (table: string, moment: string) =>
    tx`
    (select coalesce(jsonb_object_agg(currency, total), '{}') from
      (select currency, sum(amount_minor)::text as total from ${tx(table)} where ${
      since(moment)
    } group by currency))`;
  const [counts] = await tx<(PropertyCounts & { nextDue: string | null })[]>`
    select
      (select coalesce(jsonb_object_agg(status, rooms), '{}') from
        (select status, count(*)::int as rooms from rooms where ${own} group by status)) as rooms,
      arrivals, arrived, departures, departed,
      (select count(*)::int from guests where ${own} and status = 'checked_in') as "inHouse",
      "openTasks", "urgentTasks", "overdueTasks", "nextDue",
      (select count(*)::int from approvals where ${own} and status = 'pending') as "pendingApprovals",
      ${sums("revenues", from)} as revenue, ${sums("expenses", from)} as expense,
      ${sums("revenues", monthFrom)} as "monthRevenue", ${sums("expenses", monthFrom)} as "monthExpense"
    from
      (select count(*) filter (where status <> 'cancelled')::int as arrivals,
        count(*) filter (where status in ('checked_in', 'checked_out'))::int as arrived
        from guests where ${own} and arrives_on = ${day}),
      (select count(*) filter (where status in ('checked_in', 'checked_out'))::int as departures,
        count(*) filter (where status = 'checked_out')::int as departed
        from guests where ${own} and departs_on = ${day}),
      (select count(*)::int as "openTasks", count(*) filter (where priority = 'urgent')::int as "urgentTasks",
        count(*) filter (where due_at <= ${now})::int as "overdueTasks",
        min(due_at) filter (where due_at > ${now}) as "nextDue"
        from tasks where ${own} and status in ('open', 'in_progress'))`;
  if (counts === undefined) throw new Error("A statement of counts gave no row");
  return counts;
}

export interface KeptDay extends Kept {
  readonly day: string;
}

export async function keptDays(
  tx: Transaction,
  { orgId, propertyId }: Place,
  days: readonly string[],
): Promise<KeptDay[]> {
  return [
    ...await tx<KeptDay[]>`
      select id, version, updated_at as at, day, figures from statistics
      where org_id = ${orgId} and property_id = ${propertyId} and day = any(${days as string[]}::date[])`,
  ];
}

/** When a statistic of the property was written last, by whatever instance; null: never. */
export async function lastWritten(tx: Transaction, { orgId, propertyId }: Place): Promise<string | null> {
  const [row] = await tx<{ at: string | null }[]>`
    select max(updated_at) as at from statistics where org_id = ${orgId} and property_id = ${propertyId}`;
  return row?.at ?? null;
}

/** Days before this one that have a record. */
export async function daysBefore(
  tx: Transaction,
  { orgId, propertyId }: Place,
  day: string,
): Promise<string[]> {
  const rows = await tx<{ day: string }[]>`
    select day from statistics where org_id = ${orgId} and property_id = ${propertyId} and day < ${day} order by day desc`;
  return rows.map(({ day }) => day);
}

export async function countRooms(tx: Transaction, { orgId, propertyId }: Place): Promise<number> {
  const [row] = await tx<{ rooms: number }[]>`
    select count(*)::int as rooms from rooms where org_id = ${orgId} and property_id = ${propertyId}`;
  return row?.rooms ?? 0;
}

/**
 * Counts whole days. A night counts for the room of a guest who came: until the day before the guest left, and as long
 * as the guest is in the house.
 */
export async function countDays(
  tx: Transaction,
  { orgId, propertyId }: Place,
  spans: readonly Span[],
): Promise<(DayCounts & { day: string })[]> {
  const own = tx`org_id = ${orgId} and property_id = ${propertyId}`;
  const during = (column: string) => tx`${own} and ${tx(column)} >= d.from_at and ${tx(column)} < d.until_at`;
  return [
    ...await tx<(DayCounts & { day: string })[]>`
      select d.day,
        (select coalesce(jsonb_object_agg(currency, total), '{}') from (select currency, sum(amount_minor)::text as total
          from revenues where ${during("occurred_at")} group by currency)) as revenue,
        (select coalesce(jsonb_object_agg(currency, total), '{}') from (select currency, sum(amount_minor)::text as total
          from expenses where ${during("occurred_at")} group by currency)) as expense,
        (select count(*)::int from guests
          where ${own} and arrives_on = d.day and status in ('checked_in', 'checked_out')) as arrivals,
        (select count(*)::int from guests
          where ${own} and departs_on = d.day and status = 'checked_out') as departures,
        (select count(distinct room_id)::int from
          (select room_id from guests where ${own} and status = 'checked_in' and arrives_on <= d.day
          union all select room_id from guests
            where ${own} and status = 'checked_out' and departs_on > d.day and arrives_on <= d.day)) as "roomNights",
        (select count(*)::int from tasks where ${during("updated_at")} and status = 'done') as "tasksDone",
        (select count(*)::int from tasks where ${during("created_at")}) as "tasksCreated"
      from unnest(${spans.map(({ day }) => day)}::date[], ${spans.map(({ from }) => from)}::timestamptz[],
        ${spans.map(({ until }) => until)}::timestamptz[]) as d (day, from_at, until_at)
      order by d.day`,
  ];
}

export async function sumCategories(
  tx: Transaction,
  { orgId, propertyId }: Place,
  { from, until }: { from: string; until: string },
): Promise<CategorySum[]> {
  const within = tx`
    where org_id = ${orgId} and property_id = ${propertyId} and occurred_at >= ${from} and occurred_at < ${until}
    group by currency, category`;
  return [
    ...await tx<CategorySum[]>`
      select 'revenue' as side, currency, category, sum(amount_minor)::text as total, count(*)::int as count
        from revenues ${within}
      union all select 'expense', currency, category, sum(amount_minor)::text, count(*)::int from expenses ${within}`,
  ];
}
