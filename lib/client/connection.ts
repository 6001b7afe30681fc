import type { Machine } from "@/lib/client/machine.ts";
import type { Command, Input, Timer } from "@/lib/client/machine_types.ts";
import { Turns } from "@/lib/client/turns.ts";
import { type After, Timers } from "@/lib/client/timers.ts";

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
  /** Where to connect to, `wss://.../v2/realtime/stream`; asked at each attempt, since a ticket in it is good for one. */
  readonly url: () => string | Promise<string>;
  readonly WebSocket: new (url: string) => SocketLike;
  readonly after: After;
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
  readonly #timers: Timers<Timer>;
  readonly #turns: Turns<Input>;
  #socket: SocketLike | undefined;
  /** Counts the attempts: one that was given up must not open a socket later. */
  #attempt = 0;

  constructor(parts: ConnectionParts) {
    this.#parts = parts;
    this.#turns = new Turns((input) => {
      for (const command of parts.machine.handle(input, parts.now())) this.#do(command);
    });
    this.#timers = new Timers(parts.after, (timer) => this.input({ type: "timer", timer }));
  }

  /** Hands an input to the machine and does what it says. An input given meanwhile waits for its turn. */
  input(input: Input): void {
    this.#turns.give(input);
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
        return this.#timers.schedule(command.timer, command.ms);
      case "cancel":
        return this.#timers.cancel(command.timer);
      default:
        return this.#parts.notice(command);
    }
  }

  #open(): void {
    this.#drop();
    const attempt = this.#attempt;
    const url = this.#parts.url();
    if (typeof url === "string") return this.#connect(url);
    url.then(
      (url) => attempt === this.#attempt && this.#connect(url),
      () => attempt === this.#attempt && this.input({ type: "closed", code: ABNORMAL }),
    );
  }

  #connect(url: string): void {
    let socket: SocketLike;
    try {
      socket = new this.#parts.WebSocket(url);
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
    this.#attempt++;
    const socket = this.#socket;
    if (socket === undefined) return;
    this.#socket = undefined;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close(NORMAL);
  }
}
