import type { After } from "@/lib/client/timers.ts";
import { JOIN_WAIT_MS } from "@/lib/chat/client/limits.ts";

interface RoomLinkParts {
  readonly roomId: string;
  readonly after: After;
  readonly send: (frame: object) => void;
  /** The answer to a join did not come: the connection is no good. */
  readonly overdue: () => void;
}

/** How a room stands with the connection: not joined, asked for, or joined. */
export class RoomLink {
  readonly #parts: RoomLinkParts;
  #state: "none" | "asked" | "joined" = "none";
  #asked: number | null = null;
  /** Leaves that the server has not answered yet. */
  #leaving = 0;
  #stopWait: (() => void) | undefined;

  constructor(parts: RoomLinkParts) {
    this.#parts = parts;
  }

  get isJoined(): boolean {
    return this.#state === "joined";
  }

  get isNone(): boolean {
    return this.#state === "none";
  }

  /** The `rev` that the room was asked for with. */
  get asked(): number | null {
    return this.#asked;
  }

  /** `rev` null: nothing is held, or what is held does not count. */
  join(rev: number | null): void {
    const { roomId, after, send, overdue } = this.#parts;
    this.#state = "asked";
    this.#asked = rev;
    send({ type: "join", roomId, ...(rev !== null && { afterRev: rev }) });
    this.#stopWait?.();
    this.#stopWait = after(JOIN_WAIT_MS, overdue);
  }

  joined(): void {
    this.ends();
    this.#state = "joined";
  }

  leave(): void {
    this.ends();
    this.#leaving++;
    this.#parts.send({ type: "leave", roomId: this.#parts.roomId });
  }

  /** The server says that the room is left. True: nobody here asked for that. */
  left(): boolean {
    if (this.#leaving === 0) return true;
    this.#leaving--;
    return false;
  }

  lost(): void {
    this.ends();
    this.#leaving = 0;
  }

  ends(): void {
    this.#state = "none";
    this.#stopWait?.();
    this.#stopWait = undefined;
  }
}
