import type { ChatMessage, Present } from "@/lib/chat/message.ts";
import { Positions } from "@/lib/chat/positions.ts";
import type { JoinedFrame } from "@/lib/chat/server_frames.ts";

type Shared = "history" | "online" | "receipts";

/** Most people that are listed to who joins; all of them are counted. */
export const ONLINE_LISTED_MAX = 1_000;

export interface JoinedSource {
  readonly history: () => readonly ChatMessage[];
  readonly online: () => readonly Present[];
  readonly positions: () => Positions;
}

/** Writes `joined`: what is the same for everybody is encoded once until it changes. */
export class JoinedFrames {
  readonly #source: JoinedSource;
  readonly #encoded = new Map<Shared, string>();

  constructor(source: JoinedSource) {
    this.#source = source;
  }

  changed(shared: Shared): void {
    this.#encoded.delete(shared);
  }

  /** `missed` undefined: the last messages. */
  frame(
    own: Omit<JoinedFrame, "history" | "online" | "receipts" | "delivered" | "more">,
    missed: readonly ChatMessage[] | undefined,
  ): string {
    const history = missed ?? this.#source.history();
    const more = (history[0]?.seq ?? 1) > 1;
    const text = missed === undefined
      ? this.#part("history", () => `"history":${JSON.stringify(history)}`)
      : `"history":${JSON.stringify(history)}`;
    const online = this.#part("online", () => {
      return `"online":${JSON.stringify(this.#source.online().slice(0, ONLINE_LISTED_MAX))}`;
    });
    const receipts = this.#part("receipts", () => {
      // The braces of the object around the two.
      return JSON.stringify(Positions.told(this.#source.positions().all)).slice(1, -1);
    });
    return `${JSON.stringify({ ...own, more }).slice(0, -1)},${text},${online},${receipts}}`;
  }

  #part(shared: Shared, encode: () => string): string {
    let text = this.#encoded.get(shared);
    if (text === undefined) this.#encoded.set(shared, text = encode());
    return text;
  }
}
