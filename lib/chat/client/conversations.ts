import { ROOMS_PER_SOCKET_MAX } from "@/lib/chat/limits.ts";
import type { ChatRest } from "@/lib/chat/client/chat_rest.ts";
import type { Outgoing } from "@/lib/chat/client/chat_types.ts";
import type { ChatConnection } from "@/lib/chat/client/connection.ts";
import { Conversation, type ConversationWorld } from "@/lib/chat/client/conversation.ts";
import { ROOMS_HELD_MAX } from "@/lib/chat/client/limits.ts";
import type { Outbox } from "@/lib/chat/client/outbox.ts";
import { Sender } from "@/lib/chat/client/sender.ts";

interface ConversationsParts {
  readonly userId: string;
  readonly world: ConversationWorld;
  readonly connection: Pick<ChatConnection, "isLive" | "send" | "input">;
  readonly outbox: Outbox;
  readonly rest: ChatRest;
  /** How far this person has read in a room is another place now. */
  readonly reached: (conversation: Conversation) => void;
}

/** The rooms that are held, and which of them are joined: those that are open, or in which something is to be sent. */
export class Conversations implements Iterable<Conversation> {
  readonly sender: Sender;
  readonly #parts: ConversationsParts;
  /** Who was opened last comes last. */
  readonly #held = new Map<string, Conversation>();

  constructor(parts: ConversationsParts) {
    const { connection, outbox, world } = parts;
    this.#parts = parts;
    this.sender = new Sender({
      outbox,
      after: world.after,
      send: (frame) => connection.send(frame),
      overdue: () => connection.input({ type: "overdue" }),
      resumed: () => this.syncAll(),
    });
  }

  /** Those opened last first. */
  [Symbol.iterator](): Iterator<Conversation> {
    return [...this.#held.values()].reverse()[Symbol.iterator]();
  }

  of(roomId: string): Conversation | undefined {
    return this.#held.get(roomId);
  }

  open(roomId: string): Conversation {
    const conversation = this.#hold(roomId);
    this.#held.delete(roomId);
    this.#held.set(roomId, conversation);
    conversation.opens();
    this.#letGo();
    this.sync(conversation);
    return conversation;
  }

  close(roomId: string): void {
    const conversation = this.of(roomId);
    conversation?.closes();
    if (conversation !== undefined) this.sync(conversation);
  }

  /** Takes over what an earlier page has left. Answers what there is no room for. */
  takeOver(list: readonly Outgoing[]): readonly Outgoing[] {
    const { outbox } = this.#parts;
    const rest = outbox.takeOver(list);
    for (const { roomId, clientMsgId } of list.slice(0, list.length - rest.length)) {
      const conversation = this.#hold(roomId);
      // The page before was told of neither the ack nor the message; this one has the message.
      if (conversation.hasSaid(clientMsgId)) outbox.arrived({ roomId, clientMsgId });
      conversation.changed();
    }
    this.syncAll();
    return rest;
  }

  syncAll(): void {
    for (const conversation of this) this.sync(conversation);
  }

  /** Joins or leaves the room where that is due, and sends what may be sent. `again`: also one that was not there. */
  sync(conversation: Conversation, again = false): void {
    if (!this.#parts.connection.isLive) return;
    const { roomId, isOpen, link, isGone, own } = conversation;
    const isWanted = isOpen || this.#parts.outbox.rooms.has(roomId) || !own.changes.isEmpty;
    if (isWanted && link.isNone && (!isGone || again) && this.#joins < ROOMS_PER_SOCKET_MAX) {
      conversation.join();
    } else if (!isWanted && !link.isNone) {
      conversation.leave();
      // One that had to wait for it.
      this.syncAll();
    }
    this.sender.pump({ roomId, isJoined: link.isJoined, changes: own.changes });
  }

  get #joins(): number {
    return [...this.#held.values()].filter(({ link }) => !link.isNone).length;
  }

  /** Rooms beyond what is held: those that nobody looks at, the longest unused first. */
  #letGo(): void {
    for (const [roomId, conversation] of [...this.#held].slice(0, -1)) {
      if (this.#held.size <= ROOMS_HELD_MAX) return;
      const hasUnsent = this.#parts.outbox.rooms.has(roomId) || !conversation.own.changes.isEmpty;
      if (conversation.isWatched || hasUnsent) continue;
      this.close(roomId);
      this.#held.delete(roomId);
    }
  }

  #hold(roomId: string): Conversation {
    const held = this.#held.get(roomId);
    if (held !== undefined) return held;
    const { userId, world, outbox, rest, connection, reached } = this.#parts;
    const conversation = new Conversation({
      roomId,
      userId,
      world,
      outbox,
      rest,
      send: (frame) => connection.send(frame),
      pump: () => this.sync(conversation),
      reached: () => reached(conversation),
      overdue: () => connection.input({ type: "overdue" }),
    });
    this.#held.set(roomId, conversation);
    return conversation;
  }
}
