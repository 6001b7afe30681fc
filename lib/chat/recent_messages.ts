import { HISTORY_MESSAGES } from "@/lib/chat/limits.ts";
import type { ChatMessage } from "@/lib/chat/message.ts";

/** Changes of a room kept in memory, so that who comes back after a moment needs no read. */
export const RECENT_CHANGES_MAX = 200;

/** The end of a room: its last messages, and what has changed last. */
export class RecentMessages {
  /** In order of `seq`, at most HISTORY_MESSAGES. */
  #messages: ChatMessage[];
  /** Whatever is in the room from here on is in `#messages`. */
  #firstSeq: number;
  /** In order of `rev`: everything after `#floor`. */
  readonly #changes: ChatMessage[] = [];
  #floor: number;
  #lastSeq: number;
  #lastRev: number;

  constructor(opened: {
    readonly history: readonly ChatMessage[];
    readonly lastSeq: number;
    readonly lastRev: number;
  }) {
    this.#messages = opened.history.slice(-HISTORY_MESSAGES);
    this.#firstSeq = this.#messages[0]?.seq ?? opened.lastSeq + 1;
    this.#lastSeq = opened.lastSeq;
    this.#lastRev = opened.lastRev;
    this.#floor = opened.lastRev;
  }

  get lastSeq(): number {
    return this.#lastSeq;
  }

  get lastRev(): number {
    return this.#lastRev;
  }

  /** The change that came last; undefined where none came since the room was opened. */
  get lastChange(): ChatMessage | undefined {
    return this.#changes.at(-1);
  }

  /** The last ones, in order of `seq`. */
  get last(): readonly ChatMessage[] {
    return this.#messages;
  }

  /** Takes the next change. Answers whether it is a message that was not there before. */
  apply(message: ChatMessage): boolean {
    this.#lastRev = message.rev;
    this.#changes.push(message);
    if (this.#changes.length > RECENT_CHANGES_MAX) this.#floor = this.#changes.shift()!.rev;
    const isNew = message.seq > this.#lastSeq;
    this.#lastSeq = Math.max(this.#lastSeq, message.seq);
    this.#place(message);
    return isNew;
  }

  find(id: number): ChatMessage | undefined {
    return this.#messages.find((message) => message.id === id);
  }

  /** What has changed after a revision, in order of `seq`; undefined where that is not all in memory. */
  since(rev: number): readonly ChatMessage[] | undefined {
    if (rev < this.#floor) return undefined;
    return latest(this.#changes.filter((message) => message.rev > rev));
  }

  /** What was said after a message, in order of `seq`; undefined where that is not all in memory. */
  after(seq: number): readonly ChatMessage[] | undefined {
    return seq >= this.#firstSeq - 1 ? this.#messages.filter((message) => message.seq > seq) : undefined;
  }

  /** One that was overtaken by an edit may come after others that were said later. */
  #place(message: ChatMessage): void {
    const { seq } = message;
    if (seq < this.#firstSeq) return;
    const at = this.#messages.findLastIndex((other) => other.seq <= seq);
    const isThere = this.#messages[at]?.seq === seq;
    this.#messages = isThere
      ? this.#messages.with(at, message)
      : this.#messages.toSpliced(at + 1, 0, message);
    if (this.#messages.length > HISTORY_MESSAGES) this.#firstSeq = this.#messages.shift()!.seq + 1;
  }
}

/** The latest form of each message, in order of `seq`. */
export function latest(...lists: readonly (readonly ChatMessage[])[]): readonly ChatMessage[] {
  const messages = new Map<number, ChatMessage>();
  for (const message of lists.flat()) {
    const known = messages.get(message.seq);
    if (known === undefined || known.rev < message.rev) messages.set(message.seq, message);
  }
  return [...messages.values()].sort((a, b) => a.seq - b.seq);
}
