import { WebSocket } from "k6/websockets";
import { chatAck, chatDelivery, errors } from "./metrics.ts";
import { SETTINGS } from "./settings.ts";

export const ROOM = "property-1";

/** Somebody in the room of the property. */
export class ChatClient {
  /** Messages of this run that it was shown, by `clientMsgId`; its own too. */
  readonly seen = new Set<string>();
  /** Its own that were acknowledged. */
  readonly acknowledged = new Set<string>();
  readonly #socket: WebSocket;
  readonly #userId: string;
  readonly #sentAt = new Map<string, number>();
  #isJoined = false;
  #ended = false;

  constructor(userId: string, token: string) {
    this.#userId = userId;
    const socket = new WebSocket(`${SETTINGS.wsUrl}/v2/collaboration/chat/stream`, null, {
      headers: { authorization: `Bearer ${token}` },
      tags: { name: "chat" },
    });
    this.#socket = socket;
    socket.onopen = () => socket.send(JSON.stringify({ roomId: ROOM, userId }));
    socket.onmessage = (event) => this.#heard(JSON.parse(event!.data as string), event!.timestamp);
    socket.onclose = () => {
      if (!this.#ended) errors.add(true);
    };
  }

  get isJoined(): boolean {
    return this.#isJoined;
  }

  /** Types, and says something. */
  say(n: number): void {
    const clientMsgId = `load-${SETTINGS.run}-${this.#userId}-${n}`;
    this.#socket.send(JSON.stringify({ type: "typing", roomId: ROOM, typing: true }));
    const now = Date.now();
    this.#sentAt.set(clientMsgId, now);
    // When it was sent stands in it: everybody is on one clock.
    const text = `load ${SETTINGS.run} ${now}`;
    this.#socket.send(JSON.stringify({ type: "chat", roomId: ROOM, text, clientMsgId }));
  }

  end(): void {
    this.#ended = true;
    this.#socket.close();
  }

  #heard(frame: Record<string, string>, timestamp: number): void {
    const { type, clientMsgId, text, userId } = frame;
    if (type === "joined") {
      this.#isJoined = true;
      errors.add(false);
    } else if (type === "error") {
      errors.add(true);
    } else if (type === "ack") {
      const sentAt = this.#sentAt.get(clientMsgId!);
      if (sentAt === undefined) return;
      this.acknowledged.add(clientMsgId!);
      chatAck.add(timestamp - sentAt);
      errors.add(false);
    } else if (type === "chat" && text!.startsWith(`load ${SETTINGS.run} `)) {
      this.seen.add(clientMsgId!);
      if (userId !== this.#userId) chatDelivery.add(timestamp - Number(text!.split(" ")[2]));
    }
  }
}
