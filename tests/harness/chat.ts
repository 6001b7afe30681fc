import type { Principal } from "@/lib/auth/principal.ts";
import { type AnyFrame, TestSocket } from "./socket.ts";

export interface ChatPeerOptions {
  readonly wsUrl: string;
  readonly token: string;
  /** The token's. */
  readonly userId?: string;
  readonly handshake?: AnyFrame;
}

/** A client of the chat socket that does what it is told and nothing more. */
export class ChatPeer {
  readonly socket: TestSocket;
  /** Frames that `next` has passed. */
  #passed = 0;
  #sent = 0;

  private constructor(socket: TestSocket) {
    this.socket = socket;
  }

  /** Opens a socket and sends nothing. */
  static async connect(options: Pick<ChatPeerOptions, "wsUrl" | "token">): Promise<ChatPeer> {
    return new ChatPeer(
      await TestSocket.open(`${options.wsUrl}/v2/collaboration/chat/stream`, options.token),
    );
  }

  /** Sends the handshake, and waits for nothing. */
  static async begin(roomId: string | null, options: ChatPeerOptions): Promise<ChatPeer> {
    const peer = await ChatPeer.connect(options);
    peer.send({ ...(roomId !== null && { roomId }), userId: options.userId ?? "u1", ...options.handshake });
    return peer;
  }

  /** The same, and waits for `joined`. */
  static async join(roomId: string, options: ChatPeerOptions): Promise<ChatPeer> {
    const peer = await ChatPeer.begin(roomId, options);
    await peer.next("joined");
    return peer;
  }

  get frames(): readonly AnyFrame[] {
    return this.socket.frames;
  }

  /** Every frame of a type, in order. */
  of(type: string): readonly AnyFrame[] {
    return this.frames.filter((frame) => frame.type === type);
  }

  /** What was said, in the forms that were told, in order. */
  get texts(): readonly string[] {
    return this.of("chat").map(({ text }) => text);
  }

  send(frame: unknown): void {
    this.socket.send(frame);
  }

  /** Says something; answers its `clientMsgId`. */
  say(text: string, rest: AnyFrame = {}): string {
    const clientMsgId: string = rest.clientMsgId ?? `m${++this.#sent}-${crypto.randomUUID()}`;
    this.send({ type: "chat", text, ...rest, clientMsgId });
    return clientMsgId;
  }

  /** Says something and waits for its ack. */
  async said(text: string, rest: AnyFrame = {}): Promise<AnyFrame> {
    const clientMsgId = this.say(text, rest);
    return await this.next((frame) => {
      return (frame.type === "ack" || frame.type === "error") && frame.clientMsgId === clientMsgId;
    });
  }

  /** The next frame that fits and comes after those that this has answered before. */
  async next(fits: string | ((frame: AnyFrame) => boolean)): Promise<AnyFrame> {
    const matches = typeof fits === "string" ? (frame: AnyFrame) => frame.type === fits : fits;
    return await this.socket.until(() => {
      const at = this.frames.findIndex((frame, index) => index >= this.#passed && matches(frame));
      if (at < 0) return undefined;
      this.#passed = at + 1;
      return this.frames[at];
    });
  }

  /** Waits until the probe answers something. */
  until<T>(probe: () => T | undefined | false): Promise<T> {
    return this.socket.until(probe);
  }

  /** How this person has come to see everybody of a room: what `joined` said and what changed since. */
  statuses(roomId: string): Record<string, string> {
    const statuses: Record<string, string> = {};
    for (const frame of this.frames) {
      if (frame.roomId !== roomId) continue;
      if (frame.type === "joined") {
        for (const id of Object.keys(statuses)) delete statuses[id];
        for (const { userId, status } of frame.online) statuses[userId] = status;
      } else if (frame.type === "presence") {
        Object.assign(statuses, frame.users);
      }
    }
    for (const [id, status] of Object.entries(statuses)) if (status === "offline") delete statuses[id];
    return statuses;
  }

  /** Code of the last error frame, and how the socket was closed. */
  async refusal(): Promise<{ code: string | undefined; close: number }> {
    const { code: close } = await this.socket.whenClosed();
    return { code: this.frames.findLast(({ type }) => type === "error")?.code, close };
  }

  close(): Promise<void> {
    return this.socket.close();
  }
}

/** Somebody of organisation 1 with all its properties. */
export function chatPerson(userId: string, rest: Partial<Principal> = {}): Principal {
  return {
    userId,
    orgId: 1,
    role: "manager",
    properties: "*",
    name: userId,
    services: new Set(["properties"]),
    expiresAt: Number.MAX_SAFE_INTEGER,
    ...rest,
  };
}
