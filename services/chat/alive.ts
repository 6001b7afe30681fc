import { heardAlive, tellAlive } from "@/lib/chat/told.ts";
import { CHAT_ALIVE_SUBJECT } from "@/lib/protocol/subjects.ts";
import type { Clock } from "@/lib/realtime/ports.ts";
import type { Bus } from "@/services/chat/bus.ts";

/** Each instance says so often that it is there. */
export const BEAT_MS = 1_000;
/** One that was not heard for so long is gone. */
export const ALIVE_MS = 3_500;
/** One that does not hear itself for so long hears nobody: it is cut off. */
export const CUT_MS = 2_500;
/** People of an instance that stops come back to another one within this time. */
export const LEAVING_MS = 1_500;
/** Other instances that are known. */
export const INSTANCES_MAX = 1_000;
const LOOK_MS = 250;

export interface AliveOptions {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly instance: string;
  /** An instance is gone: nothing was heard of it for so long; null where it said that it leaves. */
  readonly gone: (instance: string, silentMs: number | null) => void;
  /** One that was gone, or could not tell for a while, is heard again: what is known of it may be out of date. */
  readonly back: (instance: string) => void;
  /** Nothing arrives from the others any more. */
  readonly cut: () => void;
  /** It arrives again. `sinceMs`: for how long, at most, it did not. */
  readonly healed: (sinceMs: number) => void;
}

/** Which other instances there are, and whether they can be heard. */
export class Alive {
  readonly #options: AliveOptions;
  readonly #stopListening: () => void;
  /** When each was heard last, or will be gone: Unix milliseconds. */
  readonly #heard = new Map<string, number>();
  /** Of these, those that said that they leave. */
  readonly #leaving = new Set<string>();
  readonly #gone = new Set<string>();
  #heardSelf: number;
  #lookedAt: number;
  #beatAt = 0;
  /** Of the bus, when it was looked at last. */
  #breaks: number;
  /** Since when nobody is heard; undefined: they are. */
  #cutAt: number | undefined;
  #cancel: () => void;

  constructor(options: AliveOptions) {
    this.#options = options;
    this.#heardSelf = this.#lookedAt = options.clock.now();
    this.#breaks = options.bus.breaks;
    this.#stopListening = options.bus.listen(CHAT_ALIVE_SUBJECT, ({ text }) => this.#hear(text));
    this.#cancel = options.clock.after(0, () => this.#look());
  }

  get others(): number {
    return this.#heard.size;
  }

  get isCut(): boolean {
    return this.#cutAt !== undefined;
  }

  /** Something else was heard from an instance: it is there. */
  seen(instance: string): void {
    if (instance === this.#options.instance || this.#heard.size >= INSTANCES_MAX) return;
    const isBack = this.#gone.delete(instance);
    this.#leaving.delete(instance);
    this.#heard.set(instance, this.#options.clock.now());
    if (isBack) this.#options.back(instance);
  }

  /** Tells the others that this instance stops. */
  close(): void {
    this.#cancel();
    this.#stopListening();
    const { bus, instance } = this.#options;
    bus.tell(CHAT_ALIVE_SUBJECT, tellAlive({ instance, isLeaving: true }));
  }

  #hear(text: string): void {
    const heard = heardAlive(text);
    if (heard === undefined) return;
    const { clock, instance } = this.#options;
    if (heard.instance === instance) this.#heardSelf = clock.now();
    else if (heard.isLeaving) this.#leaves(heard.instance);
    else {
      if (heard.isHealed) this.#gone.add(heard.instance);
      this.seen(heard.instance);
    }
  }

  #leaves(instance: string): void {
    if (!this.#heard.has(instance)) return;
    this.#heard.set(instance, this.#options.clock.now() - ALIVE_MS + LEAVING_MS);
    this.#leaving.add(instance);
  }

  #look(): void {
    const { clock, bus, instance } = this.#options;
    const now = clock.now();
    this.#cancel = clock.after(LOOK_MS, () => this.#look());
    // This process stood still: what the others said meanwhile waits to be read.
    const lookedAt = this.#lookedAt;
    const stoodMs = now - lookedAt - LOOK_MS;
    this.#lookedAt = now;
    if (stoodMs > BEAT_MS) this.#pardon(now);
    // Where nobody is heard, the own beat tells when that is over.
    if (this.isCut || now - this.#beatAt >= BEAT_MS) {
      this.#beatAt = now;
      bus.tell(CHAT_ALIVE_SUBJECT, tellAlive({ instance }));
    }
    const isCut = !bus.isUp || now - this.#heardSelf >= CUT_MS;
    const broke = bus.breaks !== this.#breaks;
    this.#breaks = bus.breaks;
    if (isCut !== this.isCut) this.#turn(isCut, now);
    // It broke and was mended between two looks.
    else if (broke && !isCut) this.#healed(now - lookedAt);
    if (!isCut) this.#forget(now);
  }

  #turn(isCut: boolean, now: number): void {
    if (isCut) {
      this.#cutAt = now;
      return this.#options.cut();
    }
    const sinceMs = now - this.#cutAt! + CUT_MS;
    this.#cutAt = undefined;
    this.#pardon(now);
    this.#healed(sinceMs);
  }

  /** The others may not have heard what we did, as we have not heard them. */
  #healed(sinceMs: number): void {
    const { bus, instance, healed } = this.#options;
    bus.tell(CHAT_ALIVE_SUBJECT, tellAlive({ instance, isHealed: true }));
    healed(sinceMs);
  }

  /** Nobody could be heard: each has its whole time again. */
  #pardon(now: number): void {
    this.#heardSelf = now;
    for (const instance of this.#heard.keys()) this.#heard.set(instance, now);
  }

  #forget(now: number): void {
    for (const [instance, at] of this.#heard) {
      if (now - at < ALIVE_MS) continue;
      this.#heard.delete(instance);
      this.#gone.add(instance);
      if (this.#gone.size > INSTANCES_MAX) this.#gone.delete(this.#gone.values().next().value!);
      this.#options.gone(instance, this.#leaving.delete(instance) ? null : now - at);
    }
  }
}
