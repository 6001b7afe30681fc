import type { Renewal } from "@/lib/client/link.ts";
import { Socket, type SocketLike } from "@/lib/client/socket.ts";
import { type After, Timers } from "@/lib/client/timers.ts";
import { Turns } from "@/lib/client/turns.ts";
import { ConnectionMachine } from "@/lib/chat/client/connection_machine.ts";
import type {
  ConnectionCommand,
  ConnectionInput,
  ConnectionNotice,
  ConnectionStatus,
  ConnectionTimer,
} from "@/lib/chat/client/connection_types.ts";

/** What a connection needs of the world. */
export interface ConnectionWorld {
  readonly WebSocket: new (url: string) => SocketLike;
  /** Asked at each attempt: a ticket in it is good for one. */
  readonly socketUrl: () => string | Promise<string>;
  readonly renew: () => Promise<Renewal>;
  readonly after: After;
  /** Unix milliseconds. */
  readonly now: () => number;
  readonly random: () => number;
}

/** Runs the machine on a real socket and real clocks; holds no rule of its own. */
export class ChatConnection {
  readonly #machine: ConnectionMachine;
  readonly #world: ConnectionWorld;
  readonly #notice: (notice: ConnectionNotice) => void;
  readonly #changed: () => void;
  readonly #timers: Timers<ConnectionTimer>;
  readonly #turns: Turns<ConnectionInput>;
  readonly #socket: Socket;

  constructor(
    { userId, world, notice, changed }: {
      readonly userId: string;
      readonly world: ConnectionWorld;
      readonly notice: (notice: ConnectionNotice) => void;
      /** The status may be another one. */
      readonly changed: () => void;
    },
  ) {
    this.#machine = new ConnectionMachine({ userId, random: world.random });
    this.#world = world;
    this.#notice = notice;
    this.#changed = changed;
    this.#turns = new Turns((input) => {
      for (const command of this.#machine.handle(input, world.now())) this.#do(command);
      this.#changed();
    });
    this.#socket = new Socket({
      WebSocket: world.WebSocket,
      url: world.socketUrl,
      input: (input) => this.input(input),
    });
    this.#timers = new Timers(world.after, (timer) => this.input({ type: "timer", timer }));
  }

  get status(): ConnectionStatus {
    return this.#machine.status;
  }

  get isLive(): boolean {
    return this.#machine.isLive;
  }

  input(input: ConnectionInput): void {
    this.#turns.give(input);
  }

  /** Sends a frame; without a connection it does nothing: who sends is told when there is one. */
  send(frame: object): void {
    if (this.isLive) this.#sendText(JSON.stringify(frame));
  }

  #sendText(text: string): void {
    try {
      this.#socket.send(text);
    } catch {
      // It is closing: its close says what follows.
    }
  }

  #do(command: ConnectionCommand): void {
    switch (command.type) {
      case "open":
        return this.#socket.open();
      case "send":
        return this.#sendText(command.text);
      case "drop":
        return this.#socket.drop();
      case "schedule":
        return this.#timers.schedule(command.timer, command.ms);
      case "unschedule":
        return this.#timers.cancel(command.timer);
      case "token_needed":
        return void this.#renew();
      default:
        return this.#notice(command);
    }
  }

  async #renew(): Promise<void> {
    const renewal = await this.#world.renew();
    if (typeof renewal === "object") return this.input({ type: "renewed", credential: renewal.credential });
    // "elsewhere": what the identity provider does to the cookie nobody tells us.
    if (renewal === "elsewhere") return this.input({ type: "renewed", credential: null });
    this.input({ type: renewal === "ended" ? "session_ended" : "renewal_failed" });
  }
}
