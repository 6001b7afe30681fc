import type { StoredEvent } from "@/lib/realtime/event.ts";
import type { StreamState } from "@/lib/realtime/ports.ts";

/** Takes what a source reads, in stream order, and says where it stands. */
export interface Reader {
  event(event: StoredEvent): void;
  /** Nothing of the organisation is shown up to `seq`. */
  advance(seq: number): void;
  /** Everything of the organisation up to here has arrived. */
  readonly head: number;
}

/** One organisation being read. */
export interface Reading {
  /** A sequence up to which everything of the organisation is certain to have arrived, given an earlier `state`. */
  reached(state: StreamState): Promise<number>;
  close(): Promise<void>;
}

/**
 * Where a feed's messages come from. Two implementations under one contract test: `OrgSource`, a consumer for each
 * organisation, and `ProcessSource`, one consumer for all of them.
 */
export interface Source {
  /** Where a reader that is opened now stands. */
  start(state: StreamState): { readonly epoch: string; readonly last: number };
  /** Reads an organisation from the reader's head on. */
  open(orgId: number, reader: Reader): Promise<Reading>;
  /** Hands over nothing more of what it reads now; `restart` follows. */
  pause(): void;
  /** After an interruption: every organisation goes on at its own sequence. */
  restart(
    state: StreamState,
    starts: ReadonlyMap<number, number>,
  ): Promise<void>;
  close(): Promise<void>;
}
