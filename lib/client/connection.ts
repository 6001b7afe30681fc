import type { Machine } from "@/lib/client/machine.ts";
import type { Command, Input, Timer } from "@/lib/client/machine_types.ts";
import { Turns } from "@/lib/client/turns.ts";
import { Socket, type SocketLike } from "@/lib/client/socket.ts";
import { type After, Timers } from "@/lib/client/timers.ts";

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

/** Runs a machine on a real socket and real clocks; holds no rule of its own. */
export class Connection {
  readonly #parts: ConnectionParts;
  readonly #timers: Timers<Timer>;
  readonly #turns: Turns<Input>;
  readonly #socket: Socket;

  constructor(parts: ConnectionParts) {
    this.#parts = parts;
    this.#turns = new Turns((input) => {
      for (const command of parts.machine.handle(input, parts.now())) this.#do(command);
    });
    this.#socket = new Socket({
      WebSocket: parts.WebSocket,
      url: parts.url,
      input: (input) => this.input(input),
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
        return this.#socket.open();
      case "send":
        return this.#socket.send(command.text);
      case "drop":
        return this.#socket.drop();
      case "schedule":
        return this.#timers.schedule(command.timer, command.ms);
      case "cancel":
        return this.#timers.cancel(command.timer);
      default:
        return this.#parts.notice(command);
    }
  }
}
