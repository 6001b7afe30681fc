import { type After, Timers } from "@/lib/client/timers.ts";
import { ACK_WAIT_MS } from "@/lib/chat/limits.ts";
import type { ChatErrorFrame } from "@/lib/chat/server_frames.ts";
import type { Changes } from "@/lib/chat/client/changes.ts";
import { NOT_KEPT_RETRY_MS, RETRY_AFTER_MS_MAX } from "@/lib/chat/client/limits.ts";
import type { Outbox } from "@/lib/chat/client/outbox.ts";

interface SenderParts {
  readonly outbox: Outbox;
  readonly after: After;
  readonly send: (frame: object) => void;
  /** An ack did not come in time: the connection is no good. */
  readonly overdue: () => void;
  /** The wait that the server asked for is over: every room may have something to send. */
  readonly resumed: () => void;
}

/** What a room needs to have its messages sent. */
export interface SendingRoom {
  readonly roomId: string;
  readonly isJoined: boolean;
  readonly changes: Changes;
}

/** Sends what is said, edited and deleted, and watches that each is acknowledged. */
export class Sender {
  readonly #parts: SenderParts;
  readonly #acks: Timers<string>;
  #stopPause: (() => void) | undefined;

  constructor(parts: SenderParts) {
    this.#parts = parts;
    this.#acks = new Timers(parts.after, () => parts.overdue());
  }

  /** Sends whatever of the room may be sent now. */
  pump({ roomId, isJoined, changes }: SendingRoom): void {
    if (!isJoined || this.#stopPause !== undefined) return;
    for (const { id, kind, text, mentions, clientMsgId } of changes.next()) {
      const said = kind === "edit" ? { text, mentions } : {};
      this.#send(clientMsgId, { type: kind, roomId, id, ...said, clientMsgId });
    }
    const next = this.#parts.outbox.next(roomId);
    if (next === null) return;
    const { text, replyTo, link, mentions, clientMsgId } = next;
    this.#send(clientMsgId, {
      type: "chat",
      roomId,
      text,
      clientMsgId,
      ...(replyTo !== null && { replyTo: replyTo.id }),
      ...(link !== null && { link }),
      ...(mentions.length > 0 && { mentions }),
    });
  }

  /** It was answered, or its message has come. */
  settled(clientMsgId: string): void {
    this.#acks.cancel(clientMsgId);
  }

  /** It is to be sent again, as the server said when. Everything of this person waits until then. */
  pauses({ retryAfterMs }: Pick<ChatErrorFrame, "retryAfterMs">): void {
    const isWait = typeof retryAfterMs === "number" && retryAfterMs >= 0;
    const ms = isWait ? Math.min(retryAfterMs, RETRY_AFTER_MS_MAX) : NOT_KEPT_RETRY_MS;
    this.#stopPause?.();
    this.#stopPause = this.#parts.after(ms, () => {
      this.#stopPause = undefined;
      this.#parts.resumed();
    });
  }

  lost(): void {
    this.#acks.cancelAll();
  }

  stop(): void {
    this.lost();
    this.#stopPause?.();
    this.#stopPause = undefined;
  }

  #send(clientMsgId: string, frame: object): void {
    this.#acks.schedule(clientMsgId, ACK_WAIT_MS);
    this.#parts.send(frame);
  }
}
