import { type LocksLike, TabLock } from "@/lib/client/tab_lock.ts";
import { type TabCommand, type TabInput, TabMachine, type TabTimer } from "@/lib/client/tab_machine.ts";
import { isOfLeader, readTabMessage, type TabMessage } from "@/lib/client/tab_messages.ts";
import { type After, Timers } from "@/lib/client/timers.ts";
import { Turns } from "@/lib/client/turns.ts";

/** The part of a BroadcastChannel that is used here. */
export interface ChannelLike {
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  postMessage(message: unknown): void;
  close(): void;
}

export interface TabsParts {
  /** Of the channel and of the lock. */
  readonly name: string;
  /** null where the browser has none, as outside of https: then each tab leads itself alone. */
  readonly locks: LocksLike | null;
  readonly channel: ((name: string) => ChannelLike) | null;
  readonly after: After;
  readonly now: () => number;
  /** A number from 0 to below 1. */
  readonly random: () => number;
  readonly isVisible: () => boolean;
  readonly lead: () => void;
  readonly follow: () => void;
  readonly beat: () => void;
  readonly heard: (message: TabMessage) => void;
}

/** Runs the tab machine on the browser's locks, channel and clocks; holds no rule of its own. */
export class Tabs {
  readonly #parts: TabsParts;
  readonly #machine: TabMachine;
  readonly #lock: TabLock | undefined;
  readonly #timers: Timers<TabTimer>;
  readonly #turns: Turns<TabInput>;
  #channel: ChannelLike | undefined;

  constructor(parts: TabsParts) {
    this.#parts = parts;
    this.#machine = new TabMachine(parts.random);
    const { locks, name, after } = parts;
    this.#turns = new Turns((input) => {
      for (const command of this.#machine.handle(input, parts.now())) this.#do(command);
    });
    this.#timers = new Timers(after, (timer) => this.input({ type: "timer", timer }));
    if (locks === null || parts.channel === null) return;
    const granted = () => this.input({ type: "granted" });
    const stolen = () => this.input({ type: "stolen" });
    const denied = () => this.input({ type: "denied" });
    this.#lock = new TabLock({ locks, name, granted, stolen, denied });
  }

  /** Of the present leader, as far as this tab knows; a leader's own may grow. */
  get term(): number {
    return this.#machine.term;
  }

  start(): void {
    const canLock = this.#lock !== undefined;
    // A page that was frozen and kept aside is told twice that it is back.
    if (canLock && this.#channel === undefined) this.#open();
    this.input({ type: "start", canLock, visible: this.#parts.isVisible() });
  }

  stop(): void {
    this.input({ type: "stop" });
    this.#channel?.close();
    this.#channel = undefined;
  }

  input(input: TabInput): void {
    this.#turns.give(input);
  }

  say(message: TabMessage): void {
    this.#channel?.postMessage(message);
  }

  #open(): void {
    const channel = this.#parts.channel!(this.#parts.name);
    channel.onmessage = ({ data }) => {
      const message = readTabMessage(data);
      if (message === undefined) return;
      if (message.type === "beat" || message.type === "welcome") {
        this.input({ type: "heard", term: message.term, visible: message.visible });
      }
      // What an earlier leader says does not count.
      if (!isOfLeader(message) || message.term === this.term) this.#parts.heard(message);
    };
    this.#channel = channel;
  }

  #do(command: TabCommand): void {
    switch (command.type) {
      case "request":
        return this.#lock?.request(command.steal);
      case "release":
        return this.#lock?.release();
      case "lead":
        return this.#parts.lead();
      case "follow":
        return this.#parts.follow();
      case "beat":
        return this.#parts.beat();
      case "schedule":
        return this.#timers.schedule(command.timer, command.ms);
      case "cancel":
        return this.#timers.cancel(command.timer);
    }
  }
}
