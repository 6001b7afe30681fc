import type { Principal } from "@/lib/auth/principal.ts";
import { Gathered } from "@/lib/audit/gathered.ts";
import type { AuditEntry, AuditEvent, AuditKind } from "@/lib/audit/kinds.ts";
import { TokenBuckets } from "@/lib/limits/token_buckets.ts";
import type { Registry } from "@/lib/metrics/registry.ts";
import { type AuditQuery, forgetEntries, insertEntries, listEntries } from "@/services/audit/audit_rows.ts";
import type { Log } from "@/services/log.ts";
import { problemOfError } from "@/services/postgres/errors.ts";
import type { Sql } from "@/services/postgres/pool.ts";

/** Rows are written together, this often; after a failure too. */
const AUDIT_WRITE_MS = 1_000;
const AUDIT_BATCH = 500;
/** Rows that wait for PostgreSQL. */
export const AUDIT_WAITING_MAX = 5_000;
/** Rows of one organisation: so many at once, then so many a second. Whoever makes more cannot fill the disk with them. */
export const AUDIT_ROWS_BURST = 1_000;
const AUDIT_ROWS_PER_S = 1;
const AUDIT_ORGANISATIONS_MAX = 20_000;
const AUDIT_FORGET_MS = 3_600_000;
/** What nobody can make happen at will without the right to do it: it counts against no bound but that of memory. */
const ALWAYS: ReadonlySet<AuditKind> = new Set<AuditKind>([
  "authn_token_revoked",
  "privilege_permissions_changed",
  "sensitive_delete",
]);

export interface AuditLogParts {
  readonly sql: Sql;
  readonly registry: Registry;
  readonly log: Log;
  readonly now: () => number;
  readonly failed: (error: unknown) => void;
}

type Noted = { readonly kind: AuditKind } & Partial<Omit<AuditEvent, "kind">>;

/**
 * The audit log. Noting something costs a request nothing and never fails it: rows wait in memory, repeats are counted,
 * and what is too much is dropped and counted too. What is nobody's goes to the log of the process alone.
 */
export class AuditLog {
  readonly #parts: AuditLogParts;
  readonly #gathered = new Gathered();
  readonly #rows = new TokenBuckets(
    { burst: AUDIT_ROWS_BURST, perSecond: AUDIT_ROWS_PER_S },
    AUDIT_ORGANISATIONS_MAX,
  );
  readonly #timers: readonly ReturnType<typeof setInterval>[];
  #waiting: AuditEntry[] = [];
  #writing: Promise<void> | undefined;
  #isAway = false;

  constructor(parts: AuditLogParts) {
    this.#parts = parts;
    this.#timers = [
      setInterval(() => void this.write(), AUDIT_WRITE_MS),
      setInterval(() => void forgetEntries(parts.sql).catch(parts.failed), AUDIT_FORGET_MS),
    ];
  }

  note({ kind, orgId = null, actor = null, client = null, target = null, detail = null }: Noted): void {
    const entry = this.#gathered.add(
      { kind, orgId, actor, client, target, detail },
      this.#parts.now(),
    );
    if (entry === "full") this.#drop(1);
    else if (entry !== undefined) this.#take(entry);
  }

  /** The same, of somebody who is known. */
  noteOf({ orgId, userId }: Pick<Principal, "orgId" | "userId">, noted: Noted): void {
    this.note({ ...noted, orgId, actor: userId });
  }

  list(orgId: number, query: AuditQuery): ReturnType<typeof listEntries> {
    return listEntries(this.#parts.sql, orgId, query);
  }

  /** Writes what waits. Never rejects; callers share one pass. */
  write(): Promise<void> {
    for (const entry of this.#gathered.due(this.#parts.now())) this.#take(entry);
    return this.#writing ??= this.#write().finally(() => this.#writing = undefined);
  }

  /** What was noted until now is written, where that is possible. */
  async close(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    for (const entry of this.#gathered.due(this.#parts.now(), true)) this.#take(entry);
    await this.#writing;
    await this.#write();
  }

  #take(entry: AuditEntry): void {
    const { orgId, kind } = entry;
    if (orgId === null) {
      const { at, ...fields } = entry;
      return this.#parts.log("info", "audit", { ...fields, happened: new Date(at).toISOString() });
    }
    const isTooMuch = !ALWAYS.has(kind) && this.#rows.take(String(orgId), this.#parts.now()) > 0;
    if (isTooMuch || this.#waiting.length >= AUDIT_WAITING_MAX) return this.#drop(entry.count);
    this.#waiting.push(entry);
  }

  #drop(count: number): void {
    this.#parts.registry.count("innstream_audit_dropped_total", {}, count);
  }

  async #write(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, AUDIT_BATCH);
      try {
        await insertEntries(this.#parts.sql, batch);
        this.#isAway = false;
      } catch (error) {
        if (!this.#isAway) this.#parts.failed(error);
        this.#isAway = true;
        // What PostgreSQL refuses it would refuse again.
        if (problemOfError(error) === undefined) this.#drop(batch.length);
        else this.#waiting.unshift(...batch.slice(0, AUDIT_WAITING_MAX - this.#waiting.length));
        return;
      }
    }
  }
}
