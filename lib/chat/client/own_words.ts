import type { ChatMessage } from "@/lib/chat/message.ts";
import { Changes } from "@/lib/chat/client/changes.ts";
import type { ChangeRefusal, Draft, Outgoing, PendingChange } from "@/lib/chat/client/chat_types.ts";
import { saidOf } from "@/lib/chat/client/draft.ts";
import type { Outbox } from "@/lib/chat/client/outbox.ts";
import { LEFT } from "@/lib/chat/client/problems.ts";

interface OwnWordsParts {
  readonly roomId: string;
  readonly userId: string;
  readonly outbox: Outbox;
  /** Unix milliseconds. */
  readonly now: () => number;
  readonly newId: () => string;
  /** Something is to be sent, or nothing any more. */
  readonly pump: () => void;
  readonly changed: () => void;
}

/** What one person says in a room, and changes of what they said, until the server has it. */
export class OwnWords {
  readonly changes = new Changes();
  readonly #parts: OwnWordsParts;
  #refusal: ChangeRefusal | null = null;

  constructor(parts: OwnWordsParts) {
    this.#parts = parts;
  }

  get refusal(): ChangeRefusal | null {
    return this.#refusal;
  }

  get outgoing(): readonly Outgoing[] {
    return this.#parts.outbox.of(this.#parts.roomId);
  }

  /** `isGone`: nobody can say anything there. */
  send(draft: Draft, isGone: boolean): boolean {
    const { outbox, roomId, newId, now } = this.#parts;
    const said = saidOf(draft);
    if (said === null || outbox.isFull) return false;
    outbox.add({
      ...said,
      clientMsgId: newId(),
      roomId,
      at: new Date(now()).toISOString(),
      state: isGone ? "failed" : "waiting",
      problem: isGone ? LEFT : null,
    });
    this.#moved();
    return true;
  }

  retry(clientMsgId: string): void {
    const isFailed = this.outgoing.some((one) => one.clientMsgId === clientMsgId && one.state === "failed");
    if (isFailed && this.#parts.outbox.postpone(clientMsgId)) this.#moved();
  }

  discard(clientMsgId: string): void {
    if (this.#parts.outbox.discard(clientMsgId)) this.#moved();
  }

  edit(message: ChatMessage | undefined, text: string, mentions: readonly string[]): void {
    const said = saidOf({ text, mentions, link: null, replyTo: null });
    if (said !== null) this.#change(message, { kind: "edit", text: said.text, mentions: said.mentions });
  }

  remove(message: ChatMessage | undefined): void {
    this.#change(message, { kind: "delete", text: "", mentions: [] });
  }

  /** What is there does not go out any more. */
  arrived(messages: readonly ChatMessage[]): void {
    const { userId, outbox } = this.#parts;
    for (const message of messages) if (message.userId === userId) outbox.arrived(message);
  }

  /** Everything of the room up to this `seq` and this `rev` is there. */
  caughtUp(seq: number, rev: number): void {
    this.changes.caughtUp(rev);
    this.#parts.outbox.caughtUp(this.#parts.roomId, seq);
  }

  /** An edit or a deletion was refused: it is taken back. */
  refused(clientMsgId: string, problem: string): void {
    const change = this.changes.takeBack(clientMsgId);
    if (change !== null) this.#refusal = { id: change.id, kind: change.kind, problem };
  }

  /** Nothing of it can be sent any more. */
  fail(problem: string): void {
    this.changes.clear();
    this.#parts.outbox.failRoom(this.#parts.roomId, problem);
  }

  #change(
    message: ChatMessage | undefined,
    change: Pick<PendingChange, "kind" | "text"> & { readonly mentions: readonly string[] },
  ): void {
    if (message === undefined || message.deleted) return;
    this.#refusal = null;
    this.changes.add({ id: message.id, ...change, clientMsgId: this.#parts.newId() });
    this.#moved();
  }

  #moved(): void {
    this.#parts.pump();
    this.#parts.changed();
  }
}
