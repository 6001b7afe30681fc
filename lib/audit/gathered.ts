import type { AuditEntry, AuditEvent } from "@/lib/audit/kinds.ts";

/** Like events within this time make one more row. */
export const AUDIT_REPEAT_MS = 60_000;
/** Different events that are gathered at once. */
export const AUDIT_KEYS_MAX = 5_000;

interface Repeats {
  readonly event: AuditEvent;
  readonly since: number;
  at: number;
  count: number;
}

/**
 * Makes rows of events: the first of its kind, person, place and thing at once, and one more for all that follow within
 * AUDIT_REPEAT_MS. So a client in a loop makes two rows a minute, however fast it is.
 */
export class Gathered {
  readonly #repeats = new Map<string, Repeats>();

  /** The row to be written now, if any. "full": too many different ones are being gathered. */
  add(event: AuditEvent, now: number): AuditEntry | "full" | undefined {
    const key = JSON.stringify([
      event.orgId,
      event.kind,
      event.actor,
      event.client,
      event.target,
      event.detail,
    ]);
    const repeats = this.#repeats.get(key);
    if (repeats !== undefined) {
      repeats.count++;
      repeats.at = now;
      return undefined;
    }
    if (this.#repeats.size >= AUDIT_KEYS_MAX) return "full";
    this.#repeats.set(key, { event, since: now, at: now, count: 0 });
    return { ...event, at: now, count: 1 };
  }

  /** Rows of what was repeated, once its time is over; with `all`, of everything. */
  due(now: number, all = false): AuditEntry[] {
    const entries: AuditEntry[] = [];
    for (const [key, { event, since, at, count }] of this.#repeats) {
      // In the order of their beginnings.
      if (!all && now - since < AUDIT_REPEAT_MS) break;
      this.#repeats.delete(key);
      if (count > 0) entries.push({ ...event, at, count });
    }
    return entries;
  }
}
