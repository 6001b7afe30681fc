import type { Place } from "@/services/derived/place.ts";
import type { Sql } from "@/services/postgres/pool.ts";
import { inRelay } from "@/services/postgres/tenant.ts";

/** Places and reports read in one statement. */
export const REFRESH_ROWS_MAX = 500;
/** A report pending for so long without a change has been left by whoever was at it. */
export const REPORT_LEFT_MS = 30_000;
/** No figures hold for longer: a day of the clocks has at most 25 hours, and instances differ. */
const HOLDS_MS = 27 * 3_600_000;

/** A property, or nothing before the first one. */
const NONE: Place = { orgId: 0, propertyId: 0 };

/**
 * Properties whose metrics are missing, or held until a moment that has passed; page by page, in order. `all`: every
 * property.
 */
export async function* staleProperties(sql: Sql, now: number, all: boolean): AsyncGenerator<Place[]> {
  const moment = new Date(now).toISOString();
  const beyond = new Date(now + HOLDS_MS).toISOString();
  for (let after = NONE, full = true; full;) {
    const page = await inRelay(sql, (tx) =>
      tx<Place[]>`
        select p.org_id as "orgId", p.id as "propertyId"
        from properties p left join metrics m on m.org_id = p.org_id and m.property_id = p.id
        where (p.org_id, p.id) > (${after.orgId}, ${after.propertyId})
          ${
        all
          ? tx``
          : tx`and (m.valid_until is null or m.valid_until <= ${moment} or m.valid_until > ${beyond})`
      }
        order by p.org_id, p.id limit ${REFRESH_ROWS_MAX}`);
    full = page.length === REFRESH_ROWS_MAX;
    after = page.at(-1) ?? after;
    yield [...page];
  }
}

export interface LeftReport extends Place {
  readonly id: number;
}

/** Reports that nobody seems to be at: the oldest of each organisation, then the second of each, and so on. */
export async function leftReports(sql: Sql, now: number): Promise<LeftReport[]> {
  const before = new Date(now - REPORT_LEFT_MS).toISOString();
  return [
    ...await inRelay(sql, (tx) =>
      tx<LeftReport[]>`
        select org_id as "orgId", property_id as "propertyId", id from reports
        where status = 'pending' and updated_at < ${before}
        order by row_number() over (partition by org_id order by updated_at, id), updated_at
        limit ${REFRESH_ROWS_MAX}`),
  ];
}
