import { dashboardFigures } from "@/lib/derived/figures.ts";
import { addDays, localDay, startOfDay } from "@/lib/derived/local_day.ts";
import { stableJson } from "@/lib/resources/plain_json.ts";
import { restOfPace } from "@/services/derived/pace.ts";
import type { DerivedParts } from "@/services/derived/parts.ts";
import { derivedPrincipal, METRICS, type Place } from "@/services/derived/place.ts";
import { countNow, houseOf, keptMetrics } from "@/services/derived/queries.ts";
import { written } from "@/services/derived/write.ts";
import { inTenant } from "@/services/postgres/tenant.ts";

/** The metrics of a property are computed and written at most once in this time, whatever the number of instances. */
export const METRICS_MS = 1_000;

/** Computes the dashboard of a property and writes it where it changed. Answers when to do so again, if at all. */
export async function deriveMetrics(parts: DerivedParts, place: Place): Promise<number | undefined> {
  const at = parts.now();
  const computedAt = new Date(at).toISOString();
  const found = await inTenant(parts.sql, place.orgId, async (tx) => {
    const house = await houseOf(tx, place);
    if (house === undefined) return undefined;
    // The version before the rows: where another instance writes in between, ours will not be taken.
    const kept = await keptMetrics(tx, place);
    const wait = kept === undefined ? 0 : restOfPace(kept.at, METRICS_MS, at);
    if (wait > 0) return { wait };
    const day = localDay(at, house.timezone);
    const from = new Date(startOfDay(day, house.timezone)).toISOString();
    const monthFrom = new Date(startOfDay(`${day.slice(0, 7)}-01`, house.timezone)).toISOString();
    const until = new Date(startOfDay(addDays(day, 1), house.timezone)).toISOString();
    const { nextDue, ...counts } = await countNow(tx, place, { day, from, until, monthFrom }, computedAt);
    const validUntil = nextDue !== null && nextDue < until ? nextDue : until;
    return { kept, figures: dashboardFigures(counts, { day, validUntil, currency: house.currency }) };
  }, { readOnly: true });
  if (found === undefined) return undefined;
  if (found.figures === undefined) return found.wait;
  const { kept, figures } = found;
  if (kept !== undefined && stableJson(kept.figures) === stableJson(figures)) return undefined;
  const principal = derivedPrincipal(place.orgId);
  const body = { computedAt, figures };
  const answer = kept === undefined
    ? await parts.resources.create(principal, METRICS, { ...body, propertyId: place.propertyId })
    : await parts.resources.update(principal, METRICS, kept.id, { ...body, version: kept.version });
  return written(answer) ? undefined : METRICS_MS;
}
