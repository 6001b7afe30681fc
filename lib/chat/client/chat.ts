import type { PageEvent } from "@/lib/client/client.ts";
import type { ChatMessage, PresenceStatus } from "@/lib/chat/message.ts";
import type { AckFrame, ChatErrorFrame, ChatServerFrame } from "@/lib/chat/server_frames.ts";
import { Attention } from "@/lib/chat/client/attention.ts";
import { ChatRest } from "@/lib/chat/client/chat_rest.ts";
import type { ChatLike, ChatView, ConversationLike } from "@/lib/chat/client/chat_types.ts";
import type { ChatWorld } from "@/lib/chat/client/chat_world.ts";
import { ChatConnection } from "@/lib/chat/client/connection.ts";
import type { ConnectionNotice } from "@/lib/chat/client/connection_types.ts";
import type { Conversation } from "@/lib/chat/client/conversation.ts";
import { Conversations } from "@/lib/chat/client/conversations.ts";
import { Listeners } from "@/lib/chat/client/listeners.ts";
import { Outbox } from "@/lib/chat/client/outbox.ts";
import { chatProblem, LEFT, NOT_UNDERSTOOD } from "@/lib/chat/client/problems.ts";
import { RoomsList } from "@/lib/chat/client/rooms_list.ts";
import { RoomsLoader } from "@/lib/chat/client/rooms_loader.ts";

export interface ChatOptions {
  /** The token's own. */
  readonly userId: string;
}

/** Frames about one room, which only a room that is held needs. */
type RoomFrame = Extract<
  ChatServerFrame,
  { type: "joined" | "chat" | "ack" | "typing" | "presence" | "read" | "left" }
>;

/** The chat of one person in one page: one connection for all rooms, and everything that is to be seen of them. */
export class Chat implements ChatLike {
  readonly #userId: string;
  readonly #world: ChatWorld;
  readonly #connection: ChatConnection;
  readonly #outbox: Outbox;
  readonly #conversations: Conversations;
  readonly #list: RoomsList;
  readonly #loader: RoomsLoader;
  readonly #attention: Attention;
  readonly #listeners: Listeners;
  #ends: (() => void)[] = [];
  #view: ChatView | undefined;

  constructor({ userId }: ChatOptions, world: ChatWorld) {
    const { after, now, random, kept } = world;
    const changed = () => this.#changed();
    const notice = (notice: ConnectionNotice) => this.#notice(notice);
    const rest = new ChatRest(world.rest);
    this.#userId = userId;
    this.#world = world;
    this.#listeners = new Listeners(world.failed);
    this.#outbox = new Outbox((list) => kept.keep(list));
    this.#list = new RoomsList(userId);
    this.#connection = new ChatConnection({ userId, world, notice, changed });
    this.#conversations = new Conversations({
      userId,
      world,
      connection: this.#connection,
      outbox: this.#outbox,
      rest,
      reached: (conversation) => this.#reached(conversation),
    });
    this.#loader = new RoomsLoader({ rest, list: this.#list, after, now, random, changed });
    this.#attention = new Attention({ after, now, changed: () => this.#sayPresence() });
  }

  get view(): ChatView {
    return this.#view ??= {
      ...this.#connection.status,
      rooms: this.#list.list,
      roomsState: this.#loader.state,
      hasMoreRooms: this.#loader.hasMore,
      unread: this.#list.unread,
      mentions: this.#list.mentions,
    };
  }

  subscribe(listener: () => void): () => void {
    return this.#listeners.add(listener);
  }

  start(): void {
    if (this.#ends.length > 0) return;
    const { watchPage, watchTouch, isOnline, isVisible } = this.#world;
    this.#ends = [watchPage((event) => this.#page(event)), watchTouch(() => this.#attention.touched())];
    this.#loader.start();
    this.#attention.start(isVisible());
    this.#takeOver();
    this.#connection.input({ type: "start", online: isOnline() });
  }

  stop(): void {
    for (const end of this.#ends) end();
    this.#ends = [];
    this.#flush();
    this.#loader.stop();
    this.#attention.stop();
    this.#connection.input({ type: "stop" });
    this.#conversations.sender.stop();
  }

  moreRooms(): void {
    this.#loader.more();
  }

  conversation(roomId: string): ConversationLike {
    return this.#conversations.open(roomId);
  }

  leave(roomId: string): void {
    this.#conversations.close(roomId);
  }

  away(isAway: boolean): void {
    this.#attention.says(isAway);
  }

  statusOf(roomId: string, userId: string): PresenceStatus {
    return this.#conversations.of(roomId)?.statusOf(userId) ?? "unknown";
  }

  #page(event: PageEvent): void {
    switch (event) {
      case "online":
      case "offline":
        return this.#connection.input({ type: event });
      case "visible":
        this.#attention.visible(true);
        this.#takeOver();
        return this.#connection.input({ type: "woke" });
      case "hidden":
        this.#flush();
        return this.#attention.visible(false);
      case "left":
        this.#flush();
        return this.#connection.input({ type: "stop" });
      case "returned":
        return this.#connection.input({ type: "start", online: this.#world.isOnline() });
    }
  }

  #flush(): void {
    for (const conversation of this.#conversations) conversation.flush();
  }

  #notice(notice: ConnectionNotice): void {
    switch (notice.type) {
      case "live":
        if (this.#attention.isAway) this.#sayPresence();
        this.#conversations.syncAll();
        this.#loader.live();
        return this.#takeOver();
      case "frame":
        return this.#frame(notice.frame);
      case "lost":
        this.#conversations.sender.lost();
        if (notice.isRefused) this.#setAside();
        this.#outbox.lost();
        for (const conversation of this.#conversations) conversation.lost();
    }
  }

  /** Something was not understood; sent again it would end the next connection too. */
  #setAside(): void {
    for (const clientMsgId of this.#outbox.underWay) this.#outbox.fail(clientMsgId, NOT_UNDERSTOOD);
    for (const { own } of this.#conversations) own.changes.clear();
  }

  #frame(frame: ChatServerFrame): void {
    switch (frame.type) {
      case "activity":
        this.#listed(frame.message);
        return this.#arrived(frame.message);
      case "position":
        this.#conversations.of(frame.roomId)?.position(frame.readUpTo);
        this.#list.position(frame.roomId, frame.readUpTo, null);
        return this.#changed();
      case "rooms":
        for (const conversation of this.#conversations) {
          if (conversation.isGone) this.#conversations.sync(conversation, true);
        }
        return this.#loader.refresh();
      case "error":
        return this.#error(frame);
      case "ping":
      case "renewed":
        return;
      default: {
        const conversation = this.#conversations.of(frame.roomId);
        if (conversation !== undefined) this.#frameOf(conversation, frame);
      }
    }
  }

  #frameOf(conversation: Conversation, frame: RoomFrame): void {
    const { link } = conversation;
    if (frame.type === "left") {
      if (link.left() && !link.isNone) conversation.gone(LEFT);
      return;
    }
    // What is still under way of a room that was left, and is not joined anew, is of no use.
    if (link.isNone) return;
    switch (frame.type) {
      case "joined":
        conversation.joined(frame);
        if (!conversation.isJoined) return;
        this.#list.joined(frame);
        this.#changed();
        return this.#conversations.sync(conversation);
      case "chat": {
        const { type: _, prevRev, ...message } = frame;
        if (conversation.chat(message, prevRev) !== "gap") this.#listed(message);
        return this.#arrived(message);
      }
      case "ack":
        return this.#ack(conversation, frame);
      case "typing":
        return conversation.typed(frame);
      case "presence":
        conversation.presence(frame);
        this.#list.online(frame.roomId, conversation.online);
        return this.#changed();
      case "read":
        return conversation.receipts(frame);
    }
  }

  #listed(message: ChatMessage): void {
    const known = this.#list.message(message);
    if (known === "unknown") this.#loader.refresh();
    if (known === "doubt") this.#loader.doubt();
  }

  /** A message was told. One of this person is kept, and shown as outgoing until its room has it. */
  #arrived({ roomId, userId, clientMsgId, seq }: ChatMessage): void {
    this.#changed();
    const conversation = this.#conversations.of(roomId);
    const isThere = this.#outbox.of(roomId).some((outgoing) => outgoing.clientMsgId === clientMsgId);
    if (userId !== this.#userId || !isThere || conversation === undefined) return;
    this.#conversations.sender.settled(clientMsgId);
    this.#outbox.acked(clientMsgId, seq, conversation.isOpen ? conversation.lastSeq : seq);
    conversation.changed();
    this.#conversations.sync(conversation);
  }

  #ack(conversation: Conversation, { clientMsgId, seq, rev }: AckFrame): void {
    if (clientMsgId === undefined) return;
    this.#conversations.sender.settled(clientMsgId);
    const isChange = conversation.own.changes.acked(clientMsgId, rev, conversation.rev);
    if (!isChange) this.#outbox.acked(clientMsgId, seq, conversation.lastSeq);
    conversation.changed();
    this.#conversations.sync(conversation);
  }

  #error(frame: ChatErrorFrame): void {
    const conversation = this.#conversations.of(frame.roomId ?? "");
    if (conversation === undefined) return;
    // Before anything is sent again. A room that was not there cannot be left either.
    const isOfLeave = frame.code === "not_joined" && frame.clientMsgId === undefined &&
      !conversation.link.left();
    if (frame.code === "not_joined" && !isOfLeave && conversation.isJoined) conversation.join();
    if (frame.clientMsgId !== undefined) this.#refused(frame, frame.clientMsgId, conversation);
    if (frame.code === "room_not_found") conversation.gone(chatProblem(frame));
    // Once another one is left there is room for it.
    if (frame.code === "too_many_rooms") conversation.unlinked();
  }

  #refused(frame: ChatErrorFrame, clientMsgId: string, conversation: Conversation): void {
    const { sender } = this.#conversations;
    sender.settled(clientMsgId);
    if (frame.retryable) sender.pauses(frame);
    if (frame.retryable || frame.code === "not_joined") {
      if (!this.#outbox.postpone(clientMsgId)) conversation.own.changes.postpone(clientMsgId);
    } else if (!this.#outbox.fail(clientMsgId, chatProblem(frame))) {
      conversation.own.refused(clientMsgId, chatProblem(frame));
    }
    conversation.changed();
    this.#conversations.sync(conversation);
  }

  #reached(conversation: Conversation): void {
    const { roomId, readUpTo } = conversation;
    this.#list.position(roomId, readUpTo, conversation.mentionsAfter(readUpTo));
    this.#changed();
  }

  #takeOver(): void {
    const taken = this.#world.kept.takeOver((list) => this.#conversations.takeOver(list));
    taken.catch(this.#world.failed);
  }

  #sayPresence(): void {
    this.#connection.send({ type: "presence", status: this.#attention.isAway ? "away" : "online" });
  }

  #changed(): void {
    this.#view = undefined;
    this.#listeners.tell();
  }
}
