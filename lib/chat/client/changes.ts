import type { ChatMessage } from "@/lib/chat/message.ts";
import type { PendingChange } from "@/lib/chat/client/chat_types.ts";

interface Change extends PendingChange {
  readonly clientMsgId: string;
  readonly mentions: readonly string[];
  readonly isSent: boolean;
  /** It is kept as of this `rev`, and applied here until that has come; null: not yet. */
  readonly ackedRev: number | null;
}

/** Edits and deletions of a room that the server has not acknowledged: the latest one of each message. */
export class Changes {
  #changes: readonly Change[] = [];

  get isEmpty(): boolean {
    return this.#changes.length === 0;
  }

  get kinds(): ReadonlyMap<number, PendingChange["kind"]> {
    return new Map(this.#changes.map(({ id, kind }) => [id, kind]));
  }

  add(change: Omit<Change, "isSent" | "ackedRev">): void {
    this.#changes = [
      ...this.#changes.filter(({ id }) => id !== change.id),
      { ...change, isSent: false, ackedRev: null },
    ];
  }

  /** Those that are to be sent; they are under way from now on. */
  next(): readonly Change[] {
    const unsent = this.#changes.filter(({ isSent }) => !isSent);
    this.#changes = this.#changes.map((change) => ({ ...change, isSent: true }));
    return unsent;
  }

  has(clientMsgId: string): boolean {
    return this.#changes.some((change) => change.clientMsgId === clientMsgId);
  }

  /** `rev` is known up to and with `known`. */
  acked(clientMsgId: string, rev: number, known: number): boolean {
    if (!this.has(clientMsgId)) return false;
    this.#changes = this.#changes.map((change) => {
      return change.clientMsgId === clientMsgId ? { ...change, ackedRev: rev } : change;
    });
    this.caughtUp(known);
    return true;
  }

  caughtUp(rev: number): void {
    if (this.#changes.some((change) => isThere(change, rev))) {
      this.#changes = this.#changes.filter((change) => !isThere(change, rev));
    }
  }

  /** It was refused: the message is shown as it is. null: it is none of these. */
  takeBack(clientMsgId: string): PendingChange | null {
    const change = this.#changes.find((other) => other.clientMsgId === clientMsgId);
    this.#changes = this.#changes.filter((other) => other !== change);
    return change ?? null;
  }

  /** It is to be sent again. */
  postpone(clientMsgId: string): boolean {
    if (!this.has(clientMsgId)) return false;
    this.#changes = this.#changes.map((change) => {
      return change.clientMsgId === clientMsgId ? { ...change, isSent: false } : change;
    });
    return true;
  }

  /** The connection is gone: what has no ack is sent again. */
  lost(): void {
    this.#changes = this.#changes.map((change) =>
      change.ackedRev === null ? { ...change, isSent: false } : change
    );
  }

  clear(): void {
    this.#changes = [];
  }

  /** Messages as they will be once everything is acknowledged. */
  applied(messages: readonly ChatMessage[]): readonly ChatMessage[] {
    if (this.isEmpty) return messages;
    const byId = new Map(this.#changes.map((change) => [change.id, change]));
    return messages.map((message) => {
      const change = byId.get(message.id);
      if (change === undefined || message.deleted) return message;
      if (change.kind === "delete") return { ...message, text: "", deleted: true };
      return {
        ...message,
        text: change.text,
        mentions: change.mentions,
        editedAt: message.editedAt ?? message.at,
      };
    });
  }
}

function isThere({ ackedRev }: Change, rev: number): boolean {
  return ackedRev !== null && ackedRev <= rev;
}
