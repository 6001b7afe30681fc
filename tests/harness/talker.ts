import { TestSocket } from "./socket.ts";
import type { AnyFrame } from "./socket.ts";

const RETRY_MS = 50;
/** A client of the product comes back when no ack came for 5 s; so does this one. */
const ACK_MS = 5_000;

export interface TalkerOptions {
  readonly roomId: string;
  readonly userId: string;
  readonly token: string;
  /** `ws://` of instances: it goes from one to the next when a connection ends. */
  readonly instances: readonly string[];
}

/** Somebody who talks as the browser client does: what is not acknowledged is sent again, over whatever connection. */
export class Talker {
  readonly #options: TalkerOptions;
  /** Revisions in the order in which they came, each once. */
  readonly revs: number[] = [];
  /** The latest form of each message, by `seq`. */
  readonly heard = new Map<number, AnyFrame>();
  /** `seq` of what was acknowledged, by `clientMsgId`. */
  readonly acknowledged = new Map<string, number>();
  /** What was wrong with the order in which something came. */
  readonly faults: string[] = [];
  connections = 0;
  #said = 0;
  #socket: TestSocket | undefined;
  #read = 0;
  #rev = 0;
  #ended = false;

  constructor(options: TalkerOptions) {
    this.#options = options;
  }

  /** Joins, and says each of these, one after the other; answers when all are acknowledged. */
  async say(texts: readonly string[]): Promise<void> {
    for (const text of texts) {
      const clientMsgId = `${this.#options.userId}-${this.#said++}`;
      while (!this.acknowledged.has(clientMsgId) && !this.#ended) {
        const socket = await this.#connected();
        this.#send(socket, { type: "chat", text, clientMsgId });
        await this.#outcome(socket, clientMsgId);
      }
    }
  }

  /** Listens until it has heard so many messages. */
  async hear(count: number): Promise<void> {
    while (this.heard.size < count) {
      const socket = await this.#connected();
      await this.#wait(() => socket.closed !== undefined || this.heard.size >= count, ACK_MS);
      // A frame that was lost is found by who comes back.
      if (this.heard.size < count) await this.#drop();
    }
  }

  async close(): Promise<void> {
    this.#ended = true;
    await this.#drop();
  }

  async #connected(): Promise<TestSocket> {
    for (;;) {
      this.#take();
      if (this.#socket !== undefined && this.#socket.closed === undefined) return this.#socket;
      const { instances, token, roomId, userId } = this.#options;
      const instance = instances[this.connections++ % instances.length]!;
      try {
        const socket = await TestSocket.open(`${instance}/v2/collaboration/chat/stream`, token);
        this.#socket = socket;
        this.#read = 0;
        // Also the first time: who comes late is to hear all of it, not the last 50.
        this.#send(socket, { roomId, userId, afterRev: this.#rev });
        const isIn = () => socket.frames.some(({ type }) => type === "joined");
        await this.#wait(() => socket.closed !== undefined || isIn(), ACK_MS);
        if (isIn()) continue;
        await this.#drop();
      } catch {
        // It is not there: the next one may be.
      }
      await pause(RETRY_MS);
    }
  }

  /** Waits for the answer; none, and the connection is given up. */
  async #outcome(socket: TestSocket, clientMsgId: string): Promise<void> {
    const refusal = () =>
      socket.frames.findLast((frame) => frame.type === "error" && frame.clientMsgId === clientMsgId);
    const before = refusal();
    await this.#wait(() => {
      return this.acknowledged.has(clientMsgId) || socket.closed !== undefined || refusal() !== before;
    }, ACK_MS);
    if (this.acknowledged.has(clientMsgId)) return;
    const refused = refusal();
    if (refused === before) return await this.#drop();
    if (refused?.retryable !== true) this.faults.push(`refused: ${refused?.code}`);
    await pause(refused?.retryAfterMs ?? RETRY_MS);
  }

  /** Reads what came since, in order. */
  #take(): void {
    const frames = this.#socket?.frames ?? [];
    for (; this.#read < frames.length; this.#read++) {
      const frame = frames[this.#read]!;
      if (frame.type === "joined") {
        for (const message of frame.history.toSorted((a: AnyFrame, b: AnyFrame) => a.rev - b.rev)) {
          this.#hear(message);
        }
      } else if (frame.type === "chat") this.#hear(frame);
      else if (frame.type === "ack") this.acknowledged.set(frame.clientMsgId, frame.seq);
    }
  }

  #hear(message: AnyFrame): void {
    const known = this.heard.get(message.seq);
    if (known !== undefined && known.id !== message.id) this.faults.push(`two messages ${message.seq}`);
    if (message.rev <= this.#rev) return;
    if (message.rev !== this.#rev + 1) {
      this.faults.push(`revision ${message.rev} after ${this.#rev}`);
    }
    this.#rev = message.rev;
    this.revs.push(message.rev);
    this.heard.set(message.seq, message);
  }

  #send(socket: TestSocket, frame: AnyFrame): void {
    if (socket.closed === undefined) socket.send(frame);
  }

  async #drop(): Promise<void> {
    this.#take();
    const socket = this.#socket;
    this.#socket = undefined;
    await socket?.close().catch(() => {});
  }

  async #wait(probe: () => boolean, ms: number): Promise<void> {
    const deadline = performance.now() + ms;
    for (;;) {
      this.#take();
      if (probe() || this.#ended || performance.now() > deadline) return;
      await pause(10);
    }
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
