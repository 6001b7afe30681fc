import type { Principal } from "@/lib/auth/principal.ts";
import {
  type ChatClientFrame,
  type ChatHandshake,
  parseChatFrame,
  parseChatHandshake,
} from "@/lib/chat/client_frames.ts";
import { CHAT_ERRORS, type ChatErrorCode, type ChatRefused } from "@/lib/chat/errors.ts";
import { CHAT_FRAMES_MAX, CHAT_PING_MS, ROOMS_PER_SOCKET_MAX } from "@/lib/chat/limits.ts";
import { chatErrorFrame, chatFrame, refusedFrame } from "@/lib/chat/server_frames.ts";
import { CHAT_CLOSE, type ChatCloseName } from "@/lib/protocol/close_codes.ts";
import { CLIENT_FRAMES_WINDOW_MS, EXPIRY_WARNING_MS, HANDSHAKE_MS } from "@/lib/protocol/limits.ts";
import { type AuthDeps, verifyAuthFrame } from "@/services/auth/auth_frame.ts";
import type { Chat } from "@/services/chat/chat.ts";
import type { Peer } from "@/services/chat/peer.ts";
import type { Kept } from "@/services/chat/ports.ts";
import type { Room } from "@/services/chat/room.ts";
import type { Failed } from "@/services/log.ts";
import { isNatsUnreachable } from "@/services/nats/errors.ts";
import { problemOfError } from "@/services/postgres/errors.ts";
import { aboutOf, type Connections, type Held } from "@/services/realtime/connections.ts";
import { ServerSocket } from "@/services/realtime/server_socket.ts";

export interface ChatConnectionDeps extends AuthDeps {
  readonly chat: Chat;
  readonly connections: Connections;
  readonly failed: Failed;
}

/** Frames of one socket that wait for those before them. */
export const FRAMES_WAITING_MAX = 100;
/**
 * A chat socket that holds more is not read. The longest messages of one transaction fit, or the last ones of a room:
 * they come at once, and the network has had no time to take them.
 */
export const CHAT_BUFFERED_BYTES_MAX = 2 * 1024 ** 2;
/** One that holds more than what a socket of the stream may, for so long, is not read either. */
export const CHAT_SLOW_MS = 5_000;

type Said = Extract<ChatClientFrame, { type: "chat" | "edit" | "delete" }>;

/** One socket of `GET /v2/collaboration/chat/stream`: handshake, frames, token, pings. What it hears comes from its rooms. */
export class ChatConnection implements Held, Peer {
  readonly kind = "chatting";
  readonly id = crypto.randomUUID();
  readonly #socket: ServerSocket;
  readonly #deps: ChatConnectionDeps;
  readonly #openedAt = Date.now();
  readonly #rooms = new Map<string, Room>();
  #principal: Principal;
  #phase: "waiting" | "open" | "closed" = "waiting";
  #watches = false;
  #status: Peer["status"] = "online";
  /** The room of the handshake. */
  #home: string | null = null;
  #detach: (() => void) | undefined;
  #warned = false;
  #pingedAt = Date.now();
  #readAt = Date.now();
  #framesSince = Date.now();
  #frames = 0;
  /** Frames are worked off one after the other where one of them has to wait. */
  #work: Promise<void> = Promise.resolve();
  #waiting = 0;

  /** Takes over a socket that was just upgraded; `release` gives its place back when it is gone. */
  constructor(socket: WebSocket, principal: Principal, release: () => void, deps: ChatConnectionDeps) {
    this.#principal = principal;
    this.#deps = deps;
    this.#socket = new ServerSocket(socket, release, {
      message: (data) => this.#message(data),
      gone: (broke) => this.#leave(!broke),
      broke: (error) => this.#fail(error),
      failed: (error) => this.#failed(error),
    });
    deps.connections.add(this);
  }

  get orgId(): number {
    return this.#principal.orgId;
  }

  get principal(): Principal {
    return this.#principal;
  }

  get status(): Peer["status"] {
    return this.#status;
  }

  get watches(): boolean {
    return this.#watches;
  }

  get isClosed(): boolean {
    return this.#phase === "closed";
  }

  hasJoined(roomId: string): boolean {
    return this.#rooms.has(roomId);
  }

  send(text: string): void {
    this.#socket.guard(() => {
      if (this.isClosed) return;
      if (this.#socket.buffered > CHAT_BUFFERED_BYTES_MAX) return this.#end("slow");
      this.#socket.send(text);
    });
  }

  expelled(roomId: string): void {
    if (this.#rooms.delete(roomId)) this.send(chatFrame({ type: "left", roomId }));
  }

  tick(now: number): void {
    this.#socket.guard(() => {
      if (this.isClosed) return;
      const { expiresAt } = this.#principal;
      if (now >= expiresAt) return this.#end("token_expired");
      if (this.#phase === "waiting") {
        if (now - this.#openedAt >= HANDSHAKE_MS) this.#end("handshake_timeout");
        return;
      }
      if (this.#socket.buffered <= this.#deps.connections.bufferLimit()) this.#readAt = now;
      if (now - this.#readAt >= CHAT_SLOW_MS) return this.#end("slow");
      if (!this.#warned && now >= expiresAt - EXPIRY_WARNING_MS) {
        this.#warned = true;
        this.send(chatErrorFrame("token_expiring"));
      }
      if (now - this.#pingedAt < CHAT_PING_MS) return;
      this.#pingedAt = now;
      this.send(chatFrame({ type: "ping" }));
    });
  }

  leave(): void {
    this.#socket.guard(() => this.#end("restart"));
  }

  revoke(): void {
    this.#socket.guard(() => this.#end("token_revoked"));
  }

  #message(data: unknown): void {
    if (this.isClosed) return;
    const now = Date.now();
    if (now - this.#framesSince > CLIENT_FRAMES_WINDOW_MS) {
      this.#framesSince = now;
      this.#frames = 0;
    }
    if (++this.#frames > CHAT_FRAMES_MAX) return this.#end("too_many_frames");
    if (this.#phase === "waiting") {
      const handshake = parseChatHandshake(data);
      if ("error" in handshake) return this.#end(handshake.error, handshake.detail);
      this.#phase = "open";
      return this.#queue(() => this.#handshake(handshake));
    }
    const frame = parseChatFrame(data);
    if ("error" in frame) return this.#end(frame.error, frame.detail);
    if (this.#waiting >= FRAMES_WAITING_MAX) {
      return this.#end("too_many_frames", "too many wait for an answer");
    }
    // Where none waits, most need not wait either.
    const waits = this.#waiting > 0 ? () => this.#take(frame) : this.#take(frame);
    if (waits !== undefined) this.#queue(typeof waits === "function" ? waits : () => waits);
  }

  /** Answers what the next frame has to wait for. */
  #take(frame: ChatClientFrame): Promise<void> | undefined {
    switch (frame.type) {
      case "auth":
        return this.#renew(frame);
      case "join":
        return this.#join(frame.roomId, frame);
      case "presence":
        this.#status = frame.status;
        for (const room of this.#rooms.values()) room.status(this);
        return undefined;
      default:
        return this.#inRoom(frame);
    }
  }

  #inRoom(
    frame: Exclude<ChatClientFrame, { type: "auth" | "join" | "presence" }>,
  ): Promise<void> | undefined {
    const roomId = frame.roomId ?? this.#home;
    const room = roomId === null ? undefined : this.#rooms.get(roomId);
    if (roomId === null || room === undefined) {
      const clientMsgId = "clientMsgId" in frame ? frame.clientMsgId : null;
      this.#refuse({ error: "not_joined", detail: roomId ?? "none is named" }, roomId, clientMsgId);
      return undefined;
    }
    switch (frame.type) {
      case "chat":
        // What this person says next is gathered behind it.
        this.#later(this.#say(frame, room));
        return undefined;
      case "edit":
      case "delete":
        return this.#say(frame, room);
      case "typing":
        room.typing(this.#principal, frame.typing);
        return undefined;
      case "read":
      case "delivered":
        room.advance(this.#principal, frame.type, frame.upTo);
        return undefined;
      case "read_message":
        return this.#readMessage(frame.messageId, room);
      case "leave":
        this.#rooms.delete(roomId);
        room.leave(this, true);
        this.send(chatFrame({ type: "left", roomId }));
        return undefined;
    }
  }

  async #handshake({ roomId, userId, watch, afterSeq, afterRev }: ChatHandshake): Promise<void> {
    if (userId !== this.#principal.userId) return this.#end("user_mismatch");
    this.#home = roomId;
    this.#watches = watch;
    const detach = await this.#deps.chat.attach(this);
    if (this.isClosed) return detach();
    this.#detach = detach;
    if (roomId !== null) await this.#join(roomId, { afterSeq, afterRev });
  }

  async #join(
    roomId: string,
    { afterSeq, afterRev }: Pick<ChatHandshake, "afterSeq" | "afterRev">,
  ): Promise<void> {
    if (!this.#rooms.has(roomId) && this.#rooms.size >= ROOMS_PER_SOCKET_MAX) {
      return this.#refuse(
        { error: "too_many_rooms", detail: `${ROOMS_PER_SOCKET_MAX} are the most` },
        roomId,
      );
    }
    const wish = { roomId, since: { afterSeq, afterRev } };
    const refused = await this.#deps.chat.join(this, wish, (room, joined) => {
      this.#rooms.set(roomId, room);
      this.send(joined);
      const typing = room.typingFrame();
      if (typing !== undefined) this.send(typing);
    });
    if (refused === undefined) return;
    // Joined anew, by somebody who may not be in it any more.
    this.#rooms.get(roomId)?.leave(this, true);
    this.#rooms.delete(roomId);
    this.#refuse(refused, roomId);
  }

  async #say(frame: Said, { roomId }: Room): Promise<void> {
    const { chat } = this.#deps;
    const { clientMsgId } = frame;
    const outcome = frame.type === "chat"
      ? await chat.say(this.#principal, messageOf(frame, roomId))
      : await chat.change(
        this.#principal,
        frame.type === "edit" ? { ...frame, roomId } : { id: frame.id, roomId },
      );
    if (this.isClosed) return;
    if ("error" in outcome) this.#refuse(outcome, roomId, clientMsgId);
    else this.#acknowledge(outcome, clientMsgId);
  }

  #acknowledge({ message: { roomId, id, seq, rev } }: Kept, clientMsgId: string | null): void {
    this.send(chatFrame({ type: "ack", roomId, ...(clientMsgId !== null && { clientMsgId }), id, seq, rev }));
  }

  async #readMessage(id: number, room: Room): Promise<void> {
    const seq = await this.#deps.chat.seqOf(this.orgId, room, id);
    if (this.isClosed) return;
    if (seq !== undefined) return room.advance(this.#principal, "read", seq);
    this.#refuse({ error: "message_not_found", detail: String(id) }, room.roomId);
  }

  async #renew(frame: Extract<ChatClientFrame, { type: "auth" }>): Promise<void> {
    const principal = await verifyAuthFrame(frame, this.#deps, this.#principal);
    if (this.isClosed) return;
    // Where it could not be looked at, the old one holds.
    if ("code" in principal) {
      return this.send(chatErrorFrame("token_invalid", { detail: principal.detail ?? principal.code }));
    }
    const before = this.#principal;
    const { userId, orgId, expiresAt } = before;
    if (principal.userId !== userId || principal.orgId !== orgId) {
      return this.send(chatErrorFrame("token_mismatch"));
    }
    if (principal.expiresAt > expiresAt) this.#warned = false;
    this.#principal = principal;
    this.send(chatFrame({ type: "renewed", expiresAt: new Date(principal.expiresAt).toISOString() }));
    // The new token may allow less than the old one.
    for (const [roomId, room] of [...this.#rooms]) {
      if (await this.#deps.chat.mayEnter(principal, roomId) || !this.#rooms.has(roomId)) continue;
      room.leave(this, true);
      this.expelled(roomId);
    }
    if (this.#watches && !seesTheSame(before, principal)) this.send(chatFrame({ type: "rooms" }));
  }

  #refuse(refused: ChatRefused, roomId: string | null, clientMsgId: string | null = null): void {
    if (CHAT_ERRORS[refused.error].close !== null) return this.#end(refused.error, refused.detail);
    this.send(refusedFrame(refused, {
      ...(roomId !== null && { roomId }),
      ...(clientMsgId !== null && { clientMsgId }),
    }));
  }

  #end(error: ChatErrorCode, detail?: string): void {
    if (this.isClosed) return;
    const close: ChatCloseName = CHAT_ERRORS[error].close ?? "internal";
    this.#socket.send(chatErrorFrame(error, detail === undefined ? {} : { detail }));
    // Who does not read is not there.
    this.#leave(error !== "slow", close);
    this.#socket.close(CHAT_CLOSE[close]);
  }

  #leave(isClean: boolean, reason?: ChatCloseName): void {
    if (this.isClosed) return;
    this.#phase = "closed";
    this.#deps.connections.remove(this, reason);
    for (const room of this.#rooms.values()) room.leave(this, isClean);
    this.#rooms.clear();
    this.#detach?.();
  }

  #fail(error: unknown): void {
    const isAway = isNatsUnreachable(error) || problemOfError(error) !== undefined;
    this.#failed(error);
    this.#end(isAway ? "unavailable" : "internal");
  }

  #failed(error: unknown): void {
    this.#deps.failed(error, aboutOf(this));
  }

  #queue(run: () => Promise<void> | undefined): void {
    this.#waiting++;
    this.#work = this.#work.then(() => this.isClosed ? undefined : run()).catch((error) => {
      this.#socket.guard(() => this.#fail(error));
    }).finally(() => this.#waiting--);
  }

  #later(done: Promise<void>): void {
    void done.catch((error) => this.#socket.guard(() => this.#fail(error)));
  }
}

function seesTheSame(a: Principal, b: Principal): boolean {
  return String(a.properties) === String(b.properties) &&
    a.services.has("properties") === b.services.has("properties");
}

function messageOf(frame: Extract<Said, { type: "chat" }>, roomId: string): Parameters<Chat["say"]>[1] {
  const { text, clientMsgId, replyTo, link, mentions } = frame;
  return { roomId, text, clientMsgId: clientMsgId ?? crypto.randomUUID(), replyTo, link, mentions };
}
