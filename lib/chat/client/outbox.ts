import type { ChatMessage } from "@/lib/chat/message.ts";
import type { Outgoing } from "@/lib/chat/client/chat_types.ts";
import { OUTGOING_MAX } from "@/lib/chat/client/limits.ts";

interface Entry {
  readonly outgoing: Outgoing;
  /** It is kept, as this `seq`, and shown until that message is there; null: not yet. */
  readonly ackedSeq: number | null;
}

/**
 * What a person has said and the server has not told yet that it is kept: of each room one at a time is under way, in the
 * order in which they were said, always with the same id.
 */
export class Outbox {
  readonly #keep: (list: readonly Outgoing[]) => void;
  #entries: readonly Entry[] = [];

  /** `keep` is handed all that would have to be sent again after a reload, whenever that has changed. */
  constructor(keep: (list: readonly Outgoing[]) => void) {
    this.#keep = keep;
  }

  get isFull(): boolean {
    return this.#entries.length >= OUTGOING_MAX;
  }

  of(roomId: string): readonly Outgoing[] {
    return this.#entries.map(({ outgoing }) => outgoing).filter((outgoing) => outgoing.roomId === roomId);
  }

  /** Rooms in which something is to be sent, or under way. */
  get rooms(): ReadonlySet<string> {
    const unsent = this.#entries.filter(({ outgoing, ackedSeq }) => {
      return ackedSeq === null && outgoing.state !== "failed";
    });
    return new Set(unsent.map(({ outgoing }) => outgoing.roomId));
  }

  add(outgoing: Outgoing): void {
    this.#set([...this.#entries, { outgoing, ackedSeq: null }]);
  }

  /**
   * Takes over what an earlier page has left, in front of what was said since. Answers the last ones, for which there is
   * no room.
   */
  takeOver(list: readonly Outgoing[]): readonly Outgoing[] {
    const free = Math.max(0, OUTGOING_MAX - this.#entries.length);
    const known = new Set(this.#entries.map(({ outgoing }) => outgoing.clientMsgId));
    const entries = list.slice(0, free).filter(({ clientMsgId }) => !known.has(clientMsgId)).map(
      (outgoing): Entry => {
        const state = outgoing.state === "failed" ? "failed" : "waiting";
        return { outgoing: { ...outgoing, state }, ackedSeq: null };
      },
    );
    if (entries.length > 0) {
      this.#set([...entries, ...this.#entries].toSorted((a, b) => order(a.outgoing, b.outgoing)));
    }
    return list.slice(free);
  }

  /** The next one of a room, which is under way from now on; null: none, or the one before it is. */
  next(roomId: string): Outgoing | null {
    const unacked = this.#entries.filter(({ ackedSeq }) => ackedSeq === null).map(({ outgoing }) => outgoing);
    const ofRoom = unacked.filter((outgoing) => outgoing.roomId === roomId);
    if (ofRoom.some(({ state }) => state === "sending")) return null;
    const next = ofRoom.find(({ state }) => state === "waiting");
    if (next === undefined) return null;
    this.#change(next.clientMsgId, { state: "sending" });
    return next;
  }

  /** The server has it, as `seq`. `lastSeq` is the last message that is there already. */
  acked(clientMsgId: string, seq: number, lastSeq: number): boolean {
    const entry = this.#find(clientMsgId);
    if (entry === undefined) return false;
    if (seq <= lastSeq) this.#remove(clientMsgId);
    else this.#set(this.#entries.map((other) => other === entry ? { ...entry, ackedSeq: seq } : other));
    return true;
  }

  /** A message of this person is there. */
  arrived({ roomId, clientMsgId }: Pick<ChatMessage, "roomId" | "clientMsgId">): boolean {
    const isThere = this.#find(clientMsgId)?.outgoing.roomId === roomId;
    if (isThere) this.#remove(clientMsgId);
    return isThere;
  }

  /** Everything of the room up to `lastSeq` is there. */
  caughtUp(roomId: string, lastSeq: number): void {
    const rest = this.#entries.filter(({ outgoing, ackedSeq }) => {
      return outgoing.roomId !== roomId || ackedSeq === null || ackedSeq > lastSeq;
    });
    if (rest.length < this.#entries.length) this.#set(rest);
  }

  /** It is not taken, and `problem` says why. */
  fail(clientMsgId: string, problem: string): boolean {
    return this.#change(clientMsgId, { state: "failed", problem });
  }

  /** What is left of the room cannot be sent any more. */
  failRoom(roomId: string, problem: string): void {
    this.#set(
      this.#entries.filter(({ outgoing, ackedSeq }) => outgoing.roomId !== roomId || ackedSeq === null).map(
        (entry) => {
          const { outgoing } = entry;
          if (outgoing.roomId !== roomId || outgoing.state === "failed") return entry;
          return { ...entry, outgoing: { ...outgoing, state: "failed", problem } };
        },
      ),
    );
  }

  /** It is to be sent again. */
  postpone(clientMsgId: string): boolean {
    return this.#change(clientMsgId, { state: "waiting", problem: null });
  }

  /** The connection is gone: whether what was under way has arrived is not known. */
  lost(): void {
    this.#set(this.#entries.map((entry) => {
      const { outgoing, ackedSeq } = entry;
      if (ackedSeq !== null || outgoing.state !== "sending") return entry;
      return { ...entry, outgoing: { ...outgoing, state: "waiting" } };
    }));
  }

  get underWay(): readonly string[] {
    return this.#entries.filter(({ outgoing, ackedSeq }) => ackedSeq === null && outgoing.state === "sending")
      .map(({ outgoing }) => outgoing.clientMsgId);
  }

  /** Forgets one that is not under way. */
  discard(clientMsgId: string): boolean {
    const entry = this.#find(clientMsgId);
    if (entry === undefined || entry.outgoing.state === "sending") return false;
    this.#remove(clientMsgId);
    return true;
  }

  #find(clientMsgId: string): Entry | undefined {
    return this.#entries.find(({ outgoing }) => outgoing.clientMsgId === clientMsgId);
  }

  #change(clientMsgId: string, change: Partial<Pick<Outgoing, "state" | "problem">>): boolean {
    const entry = this.#find(clientMsgId);
    if (entry === undefined || entry.ackedSeq !== null) return false;
    const outgoing = { ...entry.outgoing, ...change };
    this.#set(this.#entries.map((other) => other === entry ? { ...entry, outgoing } : other));
    return true;
  }

  #remove(clientMsgId: string): void {
    this.#set(this.#entries.filter(({ outgoing }) => outgoing.clientMsgId !== clientMsgId));
  }

  #set(entries: readonly Entry[]): void {
    this.#entries = entries;
    this.#keep(entries.filter(({ ackedSeq }) => ackedSeq === null).map(({ outgoing }) => outgoing));
  }
}

/** As they were said; of one millisecond as they were. */
function order(a: Outgoing, b: Outgoing): number {
  return a.at < b.at ? -1 : a.at > b.at ? 1 : 0;
}
