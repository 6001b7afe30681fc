import type { Position } from "@/lib/client/position.ts";
import { isObject, isSeq, isText } from "@/lib/client/server_frames.ts";

/** The part of sessionStorage that is used here. */
export interface StorageLike {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}

/** A position that is older than this is not worth going on from: the page was read anew since. */
export const KEPT_MS_MAX = 60_000;
/** It is written down at most this often, and when the page is left. */
export const KEEP_MS = 1_000;

/** The position of a tab, kept through reloads and from page to page: for each organisation and person. */
export class KeptPosition {
  readonly #storage: StorageLike | null;
  readonly #key: string;
  #keptAt = -Infinity;

  constructor(storage: StorageLike | null, { orgId, userId }: { orgId: number; userId: string }) {
    this.#storage = storage;
    this.#key = `innstream.position.${orgId}.${userId}`;
  }

  /**
   * Where to begin with a page whose snapshots were read at `read`: where this tab left off, if that is a moment ago, so
   * that it is told what happened in between; never behind what was read.
   */
  begin(read: Position, now: number): Position {
    const kept = this.#read(now);
    // A page without snapshots asks for them: it must not go on as if it had some.
    return kept !== undefined && kept.epoch === read.epoch && kept.seq < read.seq ? kept : read;
  }

  keep({ seq, epoch }: Position, now: number, atOnce = false): void {
    if (epoch === null || !atOnce && now - this.#keptAt < KEEP_MS) return;
    this.#keptAt = now;
    try {
      this.#storage?.setItem(this.#key, JSON.stringify({ seq, epoch, at: now }));
    } catch {
      // Full, or forbidden: then the page begins where it was read.
    }
  }

  #read(now: number): Position | undefined {
    try {
      const value: unknown = JSON.parse(this.#storage?.getItem(this.#key) ?? "null");
      if (!isObject(value) || !isSeq(value.seq) || !isText(value.epoch) || !isSeq(value.at)) return undefined;
      return now - value.at <= KEPT_MS_MAX ? { seq: value.seq, epoch: value.epoch } : undefined;
    } catch {
      return undefined;
    }
  }
}
