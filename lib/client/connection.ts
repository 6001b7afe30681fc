import type { Machine } from "@/lib/client/machine.ts";
import type { Command, Input, Timer } from "@/lib/client/machine_types.ts";

/** The part of a WebSocket that is used here. */
export interface SocketLike {
  onopen: (() => void) | null;
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  onclose: ((event: { readonly code: number }) => void) | null;
  send(text: string): void;
  close(code?: number): void;
}

/** Commands that are not the connection's own business. */
export type Notice = Exclude<Command, { type: "open" | "send" | "drop" | "schedule" | "cancel" }>;

export interface ConnectionParts {
  readonly machine: Machine;
  /** Where to connect to: `wss://.../v2/realtime/stream`. */
  readonly url: string;
  readonly WebSocket: new (url: string) => SocketLike;
  /** Calls back once after `ms`; what it returns stops that. */
  readonly after: (ms: number, run: () => void) => () => void;
  /** Unix time in milliseconds. */
  readonly now: () => number;
  readonly notice: (notice: Notice) => void;
}

/** What a socket that could not even be made closes with. */
const ABNORMAL = 1006;
const NORMAL = 1000;

/** Runs a machine on a real socket and real clocks; holds no rule of its own. */
export class Connection {
  readonly #parts: ConnectionParts;
  readonly #timers = new Map<Timer, () => void>();
  readonly #inputs: Input[] = [];
  #running = false;
  #socket: SocketLike | undefined;

  constructor(parts: ConnectionParts) {
    this.#parts = parts;
  }

  /** Hands an input to the machine and does what it says. An input given meanwhile waits for its turn. */
  input(input: Input): void {
    this.#inputs.push(input);
    if (this.#running) return;
    this.#running = true;
    try {
      for (let next = this.#inputs.shift(); next !== undefined; next = this.#inputs.shift()) {
        for (const command of this.#parts.machine.handle(next, this.#parts.now())) this.#do(command);
      }
    } finally {
      this.#running = false;
    }
  }

  #do(command: Command): void {
    switch (command.type) {
      case "open":
        return this.#open();
      case "send":
        return this.#socket?.send(command.text);
      case "drop":
        return this.#drop();
      case "schedule":
        return this.#schedule(command.timer, command.ms);
      case "cancel":
        return this.#cancel(command.timer);
      default:
        return this.#parts.notice(command);
    }
  }

  #open(): void {
    this.#drop();
    let socket: SocketLike;
    try {
      socket = new this.#parts.WebSocket(this.#parts.url);
    } catch {
      return this.input({ type: "closed", code: ABNORMAL });
    }
    socket.onopen = () => this.input({ type: "opened" });
    socket.onmessage = ({ data }) => {
      if (typeof data === "string") this.input({ type: "frame", text: data });
    };
    socket.onclose = ({ code }) => {
      this.#socket = undefined;
      this.input({ type: "closed", code });
    };
    this.#socket = socket;
  }

  /** What a dropped socket still has to say would be taken for the next one's words. */
  #drop(): void {
    const socket = this.#socket;
    if (socket === undefined) return;
    this.#socket = undefined;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close(NORMAL);
  }

  #schedule(timer: Timer, ms: number): void {
    this.#cancel(timer);
    const cancel = this.#parts.after(ms, () => {
      this.#timers.delete(timer);
      this.input({ type: "timer", timer });
    });
    this.#timers.set(timer, cancel);
  }

  #cancel(timer: Timer): void {
    this.#timers.get(timer)?.();
    this.#timers.delete(timer);
  }
}
