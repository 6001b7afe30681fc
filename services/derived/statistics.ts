import { isQuiet, type StatisticFigures, statisticFigures } from "@/lib/derived/figures.ts";
import { addDays, daysFrom, localDay, startOfDay } from "@/lib/derived/local_day.ts";
import { stableJson } from "@/lib/resources/plain_json.ts";
import { restOfPace } from "@/services/derived/pace.ts";
import type { Mark } from "@/services/derived/pacer.ts";
import type { DerivedParts } from "@/services/derived/parts.ts";
import { derivedPrincipal, type Place, STATISTIC } from "@/services/derived/place.ts";
import {
  countDays,
  countRooms,
  daysBefore,
  type House,
  houseOf,
  type KeptDay,
  keptDays,
  lastWritten,
} from "@/services/derived/queries.ts";
import { written } from "@/services/derived/write.ts";
import { inTenant } from "@/services/postgres/tenant.ts";

/** The statistics of a property are computed at most once in this time. */
export const STATISTICS_MS = 5_000;
/** Days computed each time, today's included. */
export const STATISTICS_DAYS = 35;
/** Days further back have no statistics: whoever names many must not keep the others waiting. */
const STATISTICS_BACK_DAYS = 3_660;
/** Days computed in one statement. */
const DAYS_AT_ONCE = 64;

interface Computed {
  readonly day: string;
  readonly kept: KeptDay | undefined;
  readonly figures: StatisticFigures;
}

/**
 * Computes the latest days of a property and those that the marks name, and writes those that changed; the first time on
 * a local day, every day that has a record, for what no event named. Days on which nothing happened have none. Answers
 * when to do so again, if at all.
 */
export async function deriveStatistics(
  parts: DerivedParts,
  place: Place,
  marks: readonly Mark[],
): Promise<number | undefined> {
  const now = parts.now();
  const found = await inTenant(parts.sql, place.orgId, async (tx) => {
    const house = await houseOf(tx, place);
    if (house === undefined) return undefined;
    const today = localDay(now, house.timezone);
    const latest = daysFrom(addDays(today, 1 - STATISTICS_DAYS), today);
    const writtenAt = await lastWritten(tx, place);
    const isFirst = (await keptDays(tx, place, [today])).length === 0;
    return { house, latest, writtenAt, earlier: isFirst ? await daysBefore(tx, place, latest[0]!) : [] };
  }, { readOnly: true });
  if (found === undefined) return undefined;
  const { house, latest, writtenAt, earlier } = found;
  const wait = writtenAt === null ? 0 : restOfPace(writtenAt, STATISTICS_MS, now);
  if (wait > 0) return wait;
  const oldest = addDays(latest[0]!, -STATISTICS_BACK_DAYS);
  const named = marks.flatMap(({ days = [] }) => days).filter((day) => day >= oldest && day < latest[0]!);
  // Today's record is written last: until it is there, a run that broke off is followed by another first one.
  const days = [...new Set([...earlier, ...named]), ...latest];
  for (let first = 0; first < days.length; first += DAYS_AT_ONCE) {
    const computed = await compute(parts, place, house, days.slice(first, first + DAYS_AT_ONCE));
    for (const one of computed) {
      if (!await keep(parts, place, one)) return STATISTICS_MS;
    }
  }
  return undefined;
}

async function compute(
  { sql }: DerivedParts,
  place: Place,
  { timezone, currency }: House,
  days: readonly string[],
): Promise<Computed[]> {
  const at = (day: string) => new Date(startOfDay(day, timezone)).toISOString();
  const spans = days.map((day) => ({ day, from: at(day), until: at(addDays(day, 1)) }));
  return await inTenant(sql, place.orgId, async (tx) => {
    // The versions before the rows: where another instance writes in between, ours will not be taken.
    const kept = new Map((await keptDays(tx, place, days)).map((one) => [one.day, one]));
    const rooms = await countRooms(tx, place);
    const counted = await countDays(tx, place, spans);
    return counted.map(({ day, ...counts }) => {
      return { day, kept: kept.get(day), figures: statisticFigures(counts, rooms, currency) };
    });
  }, { readOnly: true });
}

/** false: somebody else was faster. */
async function keep(
  { resources }: DerivedParts,
  { orgId, propertyId }: Place,
  { day, kept, figures }: Computed,
): Promise<boolean> {
  const principal = derivedPrincipal(orgId);
  if (kept === undefined) {
    if (isQuiet(figures)) return true;
    return written(await resources.create(principal, STATISTIC, { propertyId, day, figures }));
  }
  if (stableJson(kept.figures) === stableJson(figures)) return true;
  return written(await resources.update(principal, STATISTIC, kept.id, { figures, version: kept.version }));
}
