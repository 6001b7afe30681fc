import { isId } from "@/lib/protocol/subjects.ts";
import { PENDING_REPORTS_MAX } from "@/lib/resources/reports.ts";
import type { DerivedSource } from "@/services/derived/consumer.ts";
import { namedDays, recordId } from "@/services/derived/named_days.ts";
import type { Mark } from "@/services/derived/pacer.ts";
import type { Place } from "@/services/derived/place.ts";

/** Events of reports of one organisation that an instance holds: those that can be pending, and some that are not yet settled. */
export const REPORTS_HELD_MAX = 4 * PENDING_REPORTS_MAX;

export interface ReportPlace extends Place {
  readonly id: number;
}

/** What moves the figures of a property. `mark` settles twice: metrics and statistics. */
export function propertySource(mark: (place: Place, mark: Mark) => void): DerivedSource {
  return {
    durable: "derived",
    filters: ["evt.*.*.finance.>", "evt.*.*.guest.guest.*", "evt.*.*.tasks.>", "evt.*.*.properties.>"],
    // They are covered together, however many there are.
    heldOrgMax: Infinity,
    read(place, service, payload) {
      // Tasks concern the days they are made and done on, which are computed anyway.
      const isDated = service === "finance" || service === "guest";
      const days = isDated ? { days: namedDays(payload) } : {};
      return { settlements: 2, mark: (settled) => mark(place, { settled, ...days }) };
    },
  };
}

/** The reports that are asked for. They take long, and must not keep the figures of a property waiting. */
export function reportSource(mark: (report: ReportPlace, mark: Mark) => void): DerivedSource {
  return {
    durable: "derived_reports",
    filters: ["evt.*.*.reports.report.created"],
    heldOrgMax: REPORTS_HELD_MAX,
    read(place, _service, payload) {
      const id = recordId(payload);
      return isId(id)
        ? { settlements: 1, mark: (settled) => mark({ ...place, id }, { settled }) }
        : undefined;
    },
  };
}
