import type { FlagName, FlagValue } from "@/lib/flags/flags.ts";
import { encodeCursor } from "@/services/resources/cursor.ts";
import type { Sql } from "@/services/postgres/pool.ts";
import { transaction } from "@/services/postgres/transaction.ts";

/** Changes that wait for PostgreSQL: more than the history of the bucket, from which they can be read again. */
const CHANGES_WAITING_MAX = 1_000;
const CHANGES_RETRY_MS = 1_000;

/** One change of a flag. The bucket's epoch and its revision tell it from every other. */
export interface FlagChange {
  readonly epoch: string;
  readonly revision: number;
  readonly flag: FlagName;
  /** null: not known any more. */
  readonly oldValue: FlagValue | null;
  readonly newValue: FlagValue;
  /** null: by hand. */
  readonly changedBy: string | null;
  readonly orgId: number | null;
  /** RFC 3339. */
  readonly changedAt: string;
}

/** A change as it is listed. */
export interface ListedChange extends Omit<FlagChange, "epoch" | "revision"> {
  readonly id: number;
}

/**
 * The audit table of the flags. Every instance writes what it sees in the bucket, and the table takes each change once;
 * while PostgreSQL is away they wait here, and after a crash the next start reads them from the bucket's history.
 */
export class FlagChanges {
  readonly #sql: Sql;
  readonly #failed: (error: unknown) => void;
  #waiting: FlagChange[] = [];
  #isWriting = false;
  #wake: (() => void) | undefined;
  #closed = false;

  constructor(sql: Sql, failed: (error: unknown) => void) {
    this.#sql = sql;
    this.#failed = failed;
  }

  /** Writes these as soon as PostgreSQL takes them. */
  add(changes: readonly FlagChange[]): void {
    if (changes.length === 0 || this.#closed) return;
    this.#waiting.push(...changes);
    const over = this.#waiting.length - CHANGES_WAITING_MAX;
    if (over > 0) {
      this.#waiting.splice(0, over);
      this.#failed(new Error(`Cannot keep ${over} changes of flags for the audit table: too many wait`));
    }
    if (!this.#isWriting) void this.#write();
  }

  /** A page of changes, newest first, and the cursor of the next one. */
  async list(limit: number, after?: number): Promise<{ items: ListedChange[]; next: string | null }> {
    const rows = await transaction(this.#sql, (tx) => {
      const older = after === undefined ? tx`` : tx`
        where (changed_at, id) < (select changed_at, id from flag_changes where id = ${after})`;
      return tx<ListedChange[]>`
        select id, flag, old_value as "oldValue", new_value as "newValue", changed_by as "changedBy",
          org_id as "orgId", changed_at as "changedAt"
        from flag_changes ${older} order by changed_at desc, id desc limit ${limit + 1}`;
    }, { readOnly: true });
    const items = rows.slice(0, limit);
    const last = items.at(-1);
    const next = rows.length > limit && last !== undefined ? encodeCursor(changesCursor(last.id)) : null;
    return { items, next };
  }

  /** Takes nothing more, and waits for nothing: what is not written yet is in the bucket. */
  close(): void {
    this.#closed = true;
    this.#wake?.();
  }

  async #write(): Promise<void> {
    this.#isWriting = true;
    let isTold = false;
    while (this.#waiting.length > 0 && !this.#closed) {
      const changes = this.#waiting;
      this.#waiting = [];
      try {
        await this.#insert(changes);
      } catch (error) {
        this.#waiting.unshift(...changes);
        if (!isTold) this.#failed(error);
        isTold = true;
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
          setTimeout(resolve, CHANGES_RETRY_MS);
        });
      }
    }
    this.#isWriting = false;
  }

  async #insert(changes: readonly FlagChange[]): Promise<void> {
    await transaction(this.#sql, (tx) =>
      tx`
        insert into flag_changes
          (epoch, revision, flag, old_value, new_value, changed_by, org_id, changed_at)
        select epoch, revision, flag, "oldValue", "newValue", "changedBy", "orgId", "changedAt"
        from jsonb_to_recordset(${JSON.stringify(changes)}::text::jsonb) as change
          (epoch text, revision bigint, flag text, "oldValue" jsonb, "newValue" jsonb, "changedBy" text,
            "orgId" bigint, "changedAt" timestamptz)
        on conflict (epoch, revision) do nothing`);
  }
}

/** What the cursor of the list of changes holds. */
export function changesCursor(id: number) {
  return { key: "flag_changes", order: "desc", id } as const;
}
