import { WebSocket } from "k6/websockets";
import { type Frame, FrameReader } from "./frames.ts";
import { connecting, delivery, doubled, errors, gaps } from "./metrics.ts";
import { SETTINGS } from "./settings.ts";
import { Tally } from "./tally.ts";

export const SERVICES = [
  "finance",
  "guest",
  "staff",
  "tasks",
  "properties",
  "users",
  "dashboard",
  "branding",
  "analytics",
  "reports",
] as const;
/** Longest waits before the next attempts, as the browser client has them (lib/client/reconnect.ts). */
const BACKOFF_MS = [1_000, 2_000, 4_000, 8_000, 16_000, 30_000] as const;

const reader = new FrameReader(SETTINGS.run);

export interface StreamOptions {
  readonly token: string;
  /** Are its latencies kept? */
  readonly isTimed?: boolean;
  /** Comes back with its position when the socket breaks; else that is an error. */
  readonly comesBack?: boolean;
  /** It is live again: how long it was away, from the break to the first event that happened after its return. */
  readonly onBack?: (ms: number) => void;
}

/** One socket of the stream, for all ten services. */
export class StreamClient {
  readonly tally = new Tally();
  /** Events that it got. */
  received = 0;
  readonly #options: StreamOptions;
  #socket: WebSocket | undefined;
  #lastSeq = 0;
  #epoch = "";
  #attempt = 0;
  #ackAt = 0;
  #brokeAt: number | undefined;
  #reconnectInMs: number | undefined;
  #isLive = false;
  #ended = false;

  constructor(options: StreamOptions) {
    this.#options = options;
    this.#open();
  }

  /** Has it an ack of the socket that it has now? */
  get isLive(): boolean {
    return this.#isLive;
  }

  /** Closes the socket as a page does that loses its line, and comes back. */
  drop(): void {
    this.#socket?.close();
  }

  end(): void {
    this.#ended = true;
    this.#socket?.close();
  }

  #open(): void {
    if (this.#ended) return;
    const began = Date.now();
    const socket = new WebSocket(`${SETTINGS.wsUrl}/v2/realtime/stream`, null, {
      headers: { authorization: `Bearer ${this.#options.token}` },
      tags: { name: "stream" },
    });
    this.#socket = socket;
    socket.onopen = () => {
      const position = this.#epoch === "" ? {} : { lastSeq: this.#lastSeq, epoch: this.#epoch };
      socket.send(JSON.stringify({ services: SERVICES, version: 1, ...position }));
    };
    socket.onmessage = (event) => {
      const frame = reader.read(event!.data as string);
      if (frame.type === "event") return this.#events(frame, event!.timestamp);
      if (frame.type === "ack") {
        connecting.add(event!.timestamp - began);
        errors.add(false);
        this.#ackAt = event!.timestamp;
        this.#attempt = 0;
        this.#isLive = true;
      }
      this.#note(frame);
    };
    socket.onclose = () => this.#closed();
  }

  #events({ events, seq, prevSeq }: Frame, timestamp: number): void {
    if (prevSeq !== undefined && prevSeq > this.#lastSeq) gaps.add(1);
    this.#lastSeq = seq;
    const isTimed = this.#options.isTimed !== false;
    // Run for each frame of each socket: an iterator would be a third of what this costs.
    for (let i = 0; i < events.length; i++) {
      const { n, at } = events[i]!;
      this.received++;
      if (!this.tally.saw(n)) doubled.add(1);
      // What was replayed tells how long the client was away, not how fast the server is.
      else if (isTimed && at >= this.#ackAt) delivery.add(timestamp - at);
    }
    if (this.#brokeAt === undefined || !events.some(({ at }) => at >= this.#ackAt)) return;
    this.#options.onBack?.(timestamp - this.#brokeAt);
    this.#brokeAt = undefined;
  }

  #note({ type, seq, epoch, reconnectInMs, code, reason }: Frame): void {
    if (type === "downgrade") this.#reconnectInMs = reconnectInMs;
    if (type === "error" || type === "reset") {
      errors.add(true);
      console.warn(`${type} ${code ?? reason}`);
    }
    if (seq !== undefined) this.#lastSeq = seq;
    if (epoch !== undefined) this.#epoch = epoch;
  }

  #closed(): void {
    if (this.#ended) return;
    const wasLive = this.#isLive;
    this.#isLive = false;
    this.#brokeAt ??= Date.now();
    if (this.#options.comesBack !== true) return errors.add(true);
    // A server that is away refuses: that is what the waiting is for. One that goes on refusing shows as lost events.
    if (!wasLive) this.#attempt++;
    const ms = BACKOFF_MS[Math.min(this.#attempt, BACKOFF_MS.length - 1)]!;
    setTimeout(() => this.#open(), this.#reconnectInMs ?? ms * Math.random());
    this.#reconnectInMs = undefined;
  }
}
