import type { PageEvent } from "@/lib/client/client.ts";
import type { Rest } from "@/lib/client/rest.ts";
import { ROOMS_PER_SOCKET_MAX } from "@/lib/chat/limits.ts";
import type { ChatMessage, PresenceStatus } from "@/lib/chat/message.ts";
import type { AckFrame, ChatErrorFrame, ChatServerFrame } from "@/lib/chat/server_frames.ts";
import { Attention } from "@/lib/chat/client/attention.ts";
import { ChatRest } from "@/lib/chat/client/chat_rest.ts";
import type { ChatLike, ChatView, ConversationLike } from "@/lib/chat/client/chat_types.ts";
import { ChatConnection, type ConnectionWorld } from "@/lib/chat/client/connection.ts";
import type { ConnectionNotice } from "@/lib/chat/client/connection_types.ts";
import { Conversation } from "@/lib/chat/client/conversation.ts";
import type { KeptOutgoing } from "@/lib/chat/client/kept_outgoing.ts";
import { ROOMS_HELD_MAX } from "@/lib/chat/client/limits.ts";
import { Listeners } from "@/lib/chat/client/listeners.ts";
import { Outbox } from "@/lib/chat/client/outbox.ts";
import { chatProblem, LEFT, NOT_UNDERSTOOD } from "@/lib/chat/client/problems.ts";
import { RoomsList } from "@/lib/chat/client/rooms_list.ts";
import { RoomsLoader } from "@/lib/chat/client/rooms_loader.ts";
import { Sender } from "@/lib/chat/client/sender.ts";

/** The browser, or what stands for it in a test. */
export interface ChatWorld extends ConnectionWorld {
  readonly newId: () => string;
  readonly isOnline: () => boolean;
  readonly isVisible: () => boolean;
  /** Tells what happens to the page; what it returns ends that. */
  readonly watchPage: (listener: (event: PageEvent) => void) => () => void;
  /** Tells that the person touches the page. */
  readonly watchTouch: (listener: () => void) => () => void;
  readonly rest: Pick<Rest, "json">;
  readonly kept: KeptOutgoing;
  /** A listener threw. */
  readonly failed: (error: unknown) => void;
}

export interface ChatOptions {
  /** The token's own. */
  readonly userId: string;
}

/** The chat of one person in one page: one connection for all rooms, and everything that is to be seen of them. */
export class Chat implements ChatLike {
  readonly #userId: string;
  readonly #world: ChatWorld;
  readonly #connection: ChatConnection;
  readonly #outbox: Outbox;
  readonly #sender: Sender;
  readonly #rest: ChatRest;
  readonly #list: RoomsList;
  readonly #loader: RoomsLoader;
  readonly #attention: Attention;
  readonly #listeners: Listeners;
  /** Who was opened last comes last. */
  readonly #conversations = new Map<string, Conversation>();
  #ends: (() => void)[] = [];
  #view: ChatView | undefined;

  constructor({ userId }: ChatOptions, world: ChatWorld) {
    const { after, now, kept } = world;
    this.#userId = userId;
    this.#world = world;
    this.#listeners = new Listeners(world.failed);
    const changed = () => this.#changed();
    const send = (frame: object) => this.#connection.send(frame);
    this.#connection = new ChatConnection({
      userId,
      world,
      notice: (notice) => this.#notice(notice),
      changed,
    });
    this.#outbox = new Outbox((list) => kept.keep(list));
    const overdue = () => this.#connection.input({ type: "overdue" });
    this.#sender = new Sender({ outbox: this.#outbox, after, send, overdue, resumed: () => this.#pumpAll() });
    this.#rest = new ChatRest(world.rest);
    this.#list = new RoomsList(userId);
    this.#loader = new RoomsLoader({ rest: this.#rest, list: this.#list, after, now, changed });
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
    this.#loader.refresh();
    this.#attention.start(isVisible());
    this.#takeOver();
    this.#connection.input({ type: "start", online: isOnline() });
  }

  stop(): void {
    for (const end of this.#ends) end();
    this.#ends = [];
    for (const conversation of this.#conversations.values()) conversation.flush();
    this.#loader.stop();
    this.#attention.stop();
    this.#connection.input({ type: "stop" });
    this.#sender.stop();
  }

  moreRooms(): void {
    this.#loader.more();
  }

  conversation(roomId: string): ConversationLike {
    const conversation = this.#held(roomId);
    this.#conversations.delete(roomId);
    this.#conversations.set(roomId, conversation);
    conversation.opens();
    this.#letGo();
    this.#sync(conversation);
    return conversation;
  }

  leave(roomId: string): void {
    const conversation = this.#conversations.get(roomId);
    if (conversation === undefined) return;
    conversation.closes();
    this.#sync(conversation);
  }

  away(isAway: boolean): void {
    this.#attention.says(isAway);
  }

  statusOf(roomId: string, userId: string): PresenceStatus {
    return this.#conversations.get(roomId)?.statusOf(userId) ?? "unknown";
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
        for (const conversation of this.#conversations.values()) conversation.flush();
        return this.#attention.visible(false);
      case "left":
        for (const conversation of this.#conversations.values()) conversation.flush();
        return this.#connection.input({ type: "stop" });
      case "returned":
        return this.#connection.input({ type: "start", online: this.#world.isOnline() });
    }
  }

  #notice(notice: ConnectionNotice): void {
    switch (notice.type) {
      case "live":
        if (this.#attention.isAway) this.#sayPresence();
        // Those opened last first.
        for (const conversation of [...this.#conversations.values()].reverse()) this.#sync(conversation);
        this.#loader.refresh();
        return this.#takeOver();
      case "frame":
        return this.#frame(notice.frame);
      case "lost":
        this.#sender.lost();
        if (notice.isRefused) this.#setAside();
        this.#outbox.lost();
        for (const conversation of this.#conversations.values()) conversation.lost();
    }
  }

  /** Something was not understood; sent again it would end the next connection too. */
  #setAside(): void {
    for (const clientMsgId of this.#outbox.underWay) this.#outbox.fail(clientMsgId, NOT_UNDERSTOOD);
    for (const { changes } of this.#conversations.values()) changes.clear();
  }

  #frame(frame: ChatServerFrame): void {
    switch (frame.type) {
      case "activity":
        if (!this.#list.message(frame.message)) this.#loader.refresh();
        this.#arrived(frame.message);
        return this.#changed();
      case "position":
        this.#conversations.get(frame.roomId)?.position(frame.readUpTo);
        this.#list.position(frame.roomId, frame.readUpTo, null);
        return this.#changed();
      case "rooms":
        for (const conversation of this.#conversations.values()) {
          if (conversation.isGone) this.#sync(conversation, true);
        }
        return this.#loader.refresh();
      case "error":
        return this.#error(frame);
      case "ping":
      case "renewed":
        return;
    }
    const conversation = this.#conversations.get(frame.roomId);
    if (conversation !== undefined) this.#frameOf(conversation, frame);
  }

  #frameOf(
    conversation: Conversation,
    frame: Exclude<
      ChatServerFrame,
      { type: "activity" | "position" | "rooms" | "error" | "ping" | "renewed" }
    >,
  ): void {
    if (frame.type === "left") {
      if (conversation.left() && conversation.isLinked) conversation.gone(LEFT);
      return;
    }
    // What is still under way of a room that was left, and is not joined anew, is of no use.
    if (!conversation.isLinked) return;
    switch (frame.type) {
      case "joined":
        conversation.joined(frame);
        if (!conversation.isJoined) return;
        this.#list.joined(frame);
        return this.#sync(conversation);
      case "chat": {
        const { type: _, ...message } = frame;
        if (conversation.chat(message) !== "gap" && !this.#list.message(message)) this.#loader.refresh();
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

  /** A message of this person was told: it is kept, and shown as outgoing until its room has it. */
  #arrived({ roomId, userId, clientMsgId, seq }: ChatMessage): void {
    this.#changed();
    const conversation = this.#conversations.get(roomId);
    const isThere = this.#outbox.of(roomId).some((outgoing) => outgoing.clientMsgId === clientMsgId);
    if (userId !== this.#userId || !isThere || conversation === undefined) return;
    this.#sender.settled(clientMsgId);
    this.#outbox.acked(clientMsgId, seq, conversation.isOpen ? conversation.lastSeq : seq);
    conversation.changed();
    this.#pump(roomId);
  }

  #ack(conversation: Conversation, { clientMsgId, seq, rev }: AckFrame): void {
    if (clientMsgId === undefined) return;
    this.#sender.settled(clientMsgId);
    const isChange = conversation.changes.acked(clientMsgId, rev, conversation.rev);
    if (!isChange) this.#outbox.acked(clientMsgId, seq, conversation.lastSeq);
    conversation.changed();
    this.#pump(conversation.roomId);
  }

  #error(frame: ChatErrorFrame): void {
    const conversation = this.#conversations.get(frame.roomId ?? "");
    // Before anything is sent again.
    if (frame.code === "not_joined" && conversation?.isJoined) conversation.join();
    if (frame.clientMsgId !== undefined) this.#refused(frame, frame.clientMsgId, conversation);
    if (frame.code === "room_not_found") conversation?.gone(chatProblem(frame));
    // Once another one is left there is room for it.
    if (frame.code === "too_many_rooms") conversation?.unlinked();
  }

  #refused(frame: ChatErrorFrame, clientMsgId: string, conversation: Conversation | undefined): void {
    this.#sender.settled(clientMsgId);
    if (frame.retryable) this.#sender.pauses(frame);
    if (frame.retryable || frame.code === "not_joined") {
      if (!this.#outbox.postpone(clientMsgId)) conversation?.changes.postpone(clientMsgId);
    } else if (!this.#outbox.fail(clientMsgId, chatProblem(frame))) {
      conversation?.refused(clientMsgId, chatProblem(frame));
    }
    conversation?.changed();
    if (conversation !== undefined) this.#pump(conversation.roomId);
  }

  #held(roomId: string): Conversation {
    const held = this.#conversations.get(roomId);
    if (held !== undefined) return held;
    const conversation = new Conversation({
      roomId,
      userId: this.#userId,
      world: this.#world,
      outbox: this.#outbox,
      rest: this.#rest,
      send: (frame) => this.#connection.send(frame),
      pump: () => this.#pump(roomId),
      reached: () => {
        const upTo = conversation.readUpTo;
        this.#list.position(roomId, upTo, conversation.mentionsAfter(upTo));
        this.#changed();
      },
      overdue: () => this.#connection.input({ type: "overdue" }),
    });
    this.#conversations.set(roomId, conversation);
    return conversation;
  }

  /** Rooms beyond what is held: those that nobody looks at, the longest unused first. */
  #letGo(): void {
    for (const [roomId, conversation] of [...this.#conversations].slice(0, -1)) {
      if (this.#conversations.size <= ROOMS_HELD_MAX) return;
      if (conversation.isWatched || this.#outbox.rooms.has(roomId)) continue;
      conversation.closes();
      this.#sync(conversation);
      this.#conversations.delete(roomId);
    }
  }

  #pump(roomId: string): void {
    const conversation = this.#held(roomId);
    this.#sync(conversation);
  }

  #pumpAll(): void {
    for (const conversation of this.#conversations.values()) this.#sync(conversation);
  }

  /** Joins a room that is open or in which something is to be sent, leaves one that is neither, and sends what may be sent. */
  #sync(conversation: Conversation, again = false): void {
    if (!this.#connection.isLive) return;
    const { roomId, isOpen, isLinked, isGone, changes } = conversation;
    const isWanted = isOpen || this.#outbox.rooms.has(roomId) || !changes.isEmpty;
    if (isWanted && !isLinked && (!isGone || again) && this.#joins < ROOMS_PER_SOCKET_MAX) {
      conversation.join();
    } else if (!isWanted && isLinked) {
      conversation.leave();
      // One that had to wait for it.
      this.#pumpAll();
    }
    this.#sender.pump(conversation);
  }

  get #joins(): number {
    return [...this.#conversations.values()].filter(({ isLinked }) => isLinked).length;
  }

  #takeOver(): void {
    this.#world.kept.takeOver((list) => {
      this.#outbox.takeOver(list);
      for (const { roomId, clientMsgId } of list) {
        const conversation = this.#held(roomId);
        // The page before was told of neither the ack nor the message; this one has the message.
        if (conversation.hasSaid(clientMsgId)) this.#outbox.arrived({ roomId, clientMsgId });
        conversation.changed();
      }
      this.#pumpAll();
    }).catch(this.#world.failed);
  }

  #sayPresence(): void {
    this.#connection.send({ type: "presence", status: this.#attention.isAway ? "away" : "online" });
  }

  #changed(): void {
    this.#view = undefined;
    this.#listeners.tell();
  }
}
