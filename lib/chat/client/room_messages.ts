import type { ChatMessage } from "@/lib/chat/message.ts";
import type { JoinedFrame } from "@/lib/chat/server_frames.ts";
import { MESSAGES_HELD_MAX, MESSAGES_LET_GO } from "@/lib/chat/client/limits.ts";

/** What a message of the room has brought: one that was not there, another form, nothing, or that something is missing. */
export type Applied = "new" | "changed" | "same" | "gap";

/** The messages of a room, by `seq` and without a hole, each in the form with the highest `rev` that is known. */
export class RoomMessages {
  #list: ChatMessage[] = [];
  /** Was `#list` handed out? Then it is not changed any more. */
  #isShared = false;
  #lastSeq = 0;
  /** Everything up to it has come; null before the first `joined`. */
  #rev: number | null = null;
  #hasOlder = false;
  #page: "idle" | "loading" | "failed" = "idle";
  /** Counts the times that the list was begun anew: a page that was asked for before then does not fit. */
  #generation = 0;
  /** Forms of messages before the first one, that came while a page of them is under way: it may be older. */
  readonly #early = new Map<number, ChatMessage>();

  get list(): readonly ChatMessage[] {
    this.#isShared = true;
    return this.#list;
  }

  get rev(): number | null {
    return this.#rev;
  }

  get firstSeq(): number {
    return this.#lastSeq + 1 - this.#list.length;
  }

  get lastSeq(): number {
    return this.#lastSeq;
  }

  get older(): "none" | "some" | "loading" | "failed" | "full" {
    if (this.#page !== "idle") return this.#page;
    if (!this.#hasOlder) return "none";
    return this.#list.length >= MESSAGES_HELD_MAX ? "full" : "some";
  }

  at(seq: number): ChatMessage | undefined {
    return this.#list[seq - this.firstSeq];
  }

  byId(id: number): ChatMessage | undefined {
    return this.#list.findLast((message) => message.id === id);
  }

  /** Takes what came with a join that asked with `asked`. False: it does not fit to what is held; ask without a position. */
  joined({ history, reset, seq, rev, more }: JoinedFrame, asked: number | null): boolean {
    if (asked === null || reset === true) {
      this.#begin(history, seq);
      this.#hasOlder = more;
    } else if (rev < asked || !this.#merge(history) || this.#lastSeq !== seq) return false;
    this.#rev = rev;
    return true;
  }

  /** `prevRev`: nothing is missing after that one, which is the one before it unless the server says so. */
  chat(message: ChatMessage, prevRev = message.rev - 1): Applied {
    if (this.#rev === null || prevRev > this.#rev) return "gap";
    const applied = this.#put(message);
    if (applied !== "gap" && message.rev > this.#rev) this.#rev = message.rev;
    if (applied === "new" && this.#list.length > MESSAGES_HELD_MAX) {
      this.trim(MESSAGES_HELD_MAX - MESSAGES_LET_GO);
    }
    return applied;
  }

  /** Lets the oldest go until `max` are left. */
  trim(max: number): void {
    if (this.#list.length <= max) return;
    this.#list = this.#list.slice(this.#list.length - max);
    this.#isShared = false;
    this.#hasOlder = true;
    this.#forgetPage();
  }

  /** A page of what is before the first message is asked for. Null: there is none to ask for, or one is under way. */
  startPage(): { readonly before: number; readonly generation: number } | null {
    if (this.older !== "some" && this.older !== "failed") return null;
    this.#page = "loading";
    return { before: this.firstSeq, generation: this.#generation };
  }

  /** `messages` in order of `seq`; null: the page could not be had. */
  page(
    generation: number,
    answer: { readonly messages: readonly ChatMessage[]; readonly more: boolean } | null,
  ): void {
    if (generation !== this.#generation) return;
    if (answer === null) return void (this.#page = "failed");
    const fitting = connected(answer.messages, this.firstSeq).map((message) => {
      return newer(message, this.#early.get(message.seq));
    });
    this.#forgetPage();
    this.#list = [...fitting, ...this.#list];
    this.#isShared = false;
    this.#hasOlder = answer.more && fitting.length > 0;
  }

  #begin(history: readonly ChatMessage[], seq: number): void {
    this.#list = [...connected(history, seq + 1)];
    this.#isShared = false;
    this.#lastSeq = seq;
    this.#forgetPage();
  }

  #merge(history: readonly ChatMessage[]): boolean {
    return history.every((message) => this.#put(message) !== "gap");
  }

  #put(message: ChatMessage): Applied {
    if (message.seq > this.#lastSeq + 1) return "gap";
    if (message.seq > this.#lastSeq) {
      this.#own().push(message);
      this.#lastSeq = message.seq;
      return "new";
    }
    const at = message.seq - this.firstSeq;
    if (at < 0) {
      if (this.#page === "loading") {
        this.#early.set(message.seq, newer(message, this.#early.get(message.seq)));
      }
      return "same";
    }
    if (this.#list[at]!.rev >= message.rev) return "same";
    this.#own()[at] = message;
    return "changed";
  }

  #own(): ChatMessage[] {
    if (this.#isShared) this.#list = [...this.#list];
    this.#isShared = false;
    return this.#list;
  }

  #forgetPage(): void {
    this.#generation++;
    this.#page = "idle";
    this.#early.clear();
  }
}

function newer(message: ChatMessage, other: ChatMessage | undefined): ChatMessage {
  return other !== undefined && other.rev > message.rev ? other : message;
}

/** The last ones of `messages` that stand without a hole in front of `end`. */
function connected(messages: readonly ChatMessage[], end: number): readonly ChatMessage[] {
  let from = messages.length;
  let seq = end;
  while (from > 0 && messages[from - 1]!.seq === seq - 1) {
    from--;
    seq--;
  }
  return messages.slice(from);
}
