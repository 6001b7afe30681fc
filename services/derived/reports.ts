import { startOfDay } from "@/lib/derived/local_day.ts";
import { ReportSums } from "@/lib/derived/report_figures.ts";
import { periodsOf, REPORT_YEARS_MAX } from "@/lib/derived/report_periods.ts";
import type { DerivedParts } from "@/services/derived/parts.ts";
import { derivedPrincipal, type Place, REPORT } from "@/services/derived/place.ts";
import { type House, houseOf, sumCategories } from "@/services/derived/queries.ts";
import { written } from "@/services/derived/write.ts";
import { problemOfError } from "@/services/postgres/errors.ts";
import { inTenant } from "@/services/postgres/tenant.ts";
import type { ResourceRecord } from "@/services/resources/record.ts";

/** A report under way tells how far it is at most once in this time. */
export const PROGRESS_MS = 1_000;
/** A report that could not be computed for so long after it was asked for has failed. */
const PATIENCE_MS = 600_000;

/** Periods of a report that is one snapshot of the rows. A longer one tells how far it is instead. */
export const SNAPSHOT_PERIODS_MAX = 36;

interface MonthSpan {
  readonly month: string;
  /** RFC 3339 */
  readonly from: string;
  readonly until: string;
}

/**
 * Computes one report that was asked for, month by month, and leaves it `ready` or `failed`. One that is not pending,
 * or that another instance is at, is left alone. Throws where the database cannot be reached: then it is still pending.
 */
export async function deriveReport(parts: DerivedParts, orgId: number, id: number): Promise<void> {
  const found = await parts.resources.get(derivedPrincipal(orgId), REPORT, id);
  if (!found.ok) return void written(found);
  const { record } = found;
  const { propertyId } = record;
  if (record.status !== "pending" || propertyId === null) return;
  const place = { orgId, propertyId };
  const run = new ReportRun(parts, place, record);
  try {
    const house = await inTenant(parts.sql, orgId, (tx) => houseOf(tx, place), { readOnly: true });
    if (house !== undefined) await run.compute(house);
  } catch (error) {
    const away = problemOfError(error)?.code === "unavailable";
    if (away && parts.now() < Date.parse(record.createdAt) + PATIENCE_MS) throw error;
    parts.failed(error);
    await run.fail("The report could not be computed");
  }
}

class ReportRun {
  readonly #parts: DerivedParts;
  readonly #place: Place;
  /** As it stands after our last write. */
  #record: ResourceRecord;
  #toldAt: number;

  constructor(parts: DerivedParts, place: Place, record: ResourceRecord) {
    this.#parts = parts;
    this.#place = place;
    this.#record = record;
    this.#toldAt = parts.now();
  }

  async compute({ timezone, currency }: House): Promise<void> {
    const { startsOn, endsOn } = this.#record as unknown as { startsOn: string; endsOn: string };
    const periods = periodsOf(startsOn, endsOn);
    if (periods === undefined) {
      await this.fail(`A report covers at most ${REPORT_YEARS_MAX} calendar years`);
      return;
    }
    const at = (day: string) => new Date(startOfDay(day, timezone)).toISOString();
    const spans = periods.map(({ month, from, until }) => ({ month, from: at(from), until: at(until) }));
    const sums = new ReportSums(currency);
    if (spans.length <= SNAPSHOT_PERIODS_MAX) await this.#sumAtOnce(spans, sums);
    else if (!await this.#sumByMonth(spans, sums)) return;
    await this.#write({ status: "ready", figures: sums.figures() }, "ready");
  }

  /** All periods as the rows were at one moment. */
  async #sumAtOnce(spans: readonly MonthSpan[], sums: ReportSums): Promise<void> {
    await inTenant(this.#parts.sql, this.#place.orgId, async (tx) => {
      for (const span of spans) sums.add(span.month, await sumCategories(tx, this.#place, span));
    }, { readOnly: true, snapshot: true });
  }

  /** Each period for itself, so that none holds a connection for long. false: somebody else has written the report. */
  async #sumByMonth(spans: readonly MonthSpan[], sums: ReportSums): Promise<boolean> {
    const { sql } = this.#parts;
    for (const [done, span] of spans.entries()) {
      const found = await inTenant(sql, this.#place.orgId, (tx) => sumCategories(tx, this.#place, span), {
        readOnly: true,
      });
      sums.add(span.month, found);
      const percent = Math.floor((done + 1) / spans.length * 100);
      // Overtaken: another instance is at it, or somebody has taken it away.
      if (percent < 100 && this.#isTimeToTell() && !await this.#write({ figures: { progress: percent } })) {
        return false;
      }
    }
    return true;
  }

  /** Whoever asked sees why; it is not tried again. */
  async fail(error: string): Promise<void> {
    await this.#write({ status: "failed", figures: { error } }, "failed");
  }

  #isTimeToTell(): boolean {
    const now = this.#parts.now();
    if (now < this.#toldAt + PROGRESS_MS) return false;
    this.#toldAt = now;
    return true;
  }

  /** false: somebody else has written it meanwhile. */
  async #write(changes: object, action?: "ready" | "failed"): Promise<boolean> {
    const { id, version } = this.#record;
    const principal = derivedPrincipal(this.#place.orgId);
    const answer = await this.#parts.resources.update(principal, REPORT, id, { ...changes, version }, {
      ...(action && { action }),
    });
    if (answer.ok) this.#record = answer.record;
    return written(answer);
  }
}
