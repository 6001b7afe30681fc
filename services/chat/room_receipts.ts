import { Coalesced } from "@/lib/chat/coalesced.ts";
import { RECEIPTS_MAX, RECEIPTS_MS } from "@/lib/chat/limits.ts";
import { furthest, type Position } from "@/lib/chat/positions.ts";
import type { Clock } from "@/lib/realtime/ports.ts";
import type { ChatRecord } from "@/services/chat/ports.ts";
import { problemOfError } from "@/services/postgres/errors.ts";

/** People whose new positions wait in one room; those beyond say it again when they read on. */
export const RECEIPTS_WAITING_MAX = 5_000;

export interface RoomReceiptsOptions {
  readonly record: ChatRecord;
  readonly clock: Clock;
  readonly orgId: number;
  readonly roomId: string;
  /** Called with those who got ahead, once that is committed. */
  readonly advanced: (positions: readonly Position[]) => void;
  readonly failed: (error: unknown) => void;
}

/** How far people say they are, gathered for one write. */
export class RoomReceipts {
  readonly #options: RoomReceiptsOptions;
  readonly #waiting = new Map<string, Position>();
  readonly #flush: Coalesced;
  #writing: Promise<void> | undefined;

  constructor(options: RoomReceiptsOptions) {
    this.#options = options;
    this.#flush = new Coalesced(options.clock, RECEIPTS_MS, () => this.#start());
  }

  get isEmpty(): boolean {
    return this.#waiting.size === 0 && this.#writing === undefined;
  }

  add(position: Position): void {
    const waiting = this.#waiting.get(position.userId);
    if (waiting === undefined && this.#waiting.size >= RECEIPTS_WAITING_MAX) return;
    this.#waiting.set(position.userId, furthest(waiting ?? position, position));
    // When one person has read something, others are about to.
    this.#flush.callLater();
  }

  /** Writes what waits. Never rejects. */
  async settle(): Promise<void> {
    await this.#writing;
    this.#start();
    await this.#writing;
    this.#flush.close();
  }

  #start(): void {
    if (this.#waiting.size === 0) return;
    // One is under way: the next begins with what has come by then.
    if (this.#writing !== undefined) return this.#flush.callLater();
    this.#writing = this.#write().finally(() => this.#writing = undefined);
  }

  async #write(): Promise<void> {
    const { record, orgId, roomId, advanced, failed } = this.#options;
    const positions = [...this.#waiting.values()].slice(0, RECEIPTS_MAX);
    for (const { userId } of positions) this.#waiting.delete(userId);
    try {
      const ahead = await record.advance(orgId, roomId, positions);
      if (ahead.length > 0) advanced(ahead);
    } catch (error) {
      failed(error);
      // Where the database was there, it would stumble over them again.
      if (problemOfError(error) !== undefined) { for (const position of positions) this.add(position); }
    }
    if (this.#waiting.size > 0) this.#flush.callLater();
  }
}
