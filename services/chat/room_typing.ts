import { Coalesced } from "@/lib/chat/coalesced.ts";
import { TYPING_MS } from "@/lib/chat/limits.ts";
import { type Typist, Typists } from "@/lib/chat/typists.ts";
import type { Clock } from "@/lib/realtime/ports.ts";

/** Who types is told at once after quiet, then at most once in this time: whoever begins is seen within 100 ms. */
export const TYPING_FLUSH_MS = 75;
/** As long as somebody types, the other instances are told so again after this time. */
export const TYPING_TOLD_MS = 2_000;

export interface RoomTypingOptions {
  readonly clock: Clock;
  readonly instance: string;
  /** Tells people here. */
  readonly changed: (typing: { readonly users: readonly Typist[]; readonly count: number }) => void;
  /** Told after each change of somebody here: milliseconds until it was shown. */
  readonly shown: (ms: number) => void;
  /** Tells the other instances who types here. */
  readonly tell: (typists: readonly Typist[]) => void;
}

/** Who types in one room. */
export class RoomTyping {
  readonly #options: RoomTypingOptions;
  readonly #typists = new Typists();
  readonly #flush: Coalesced;
  #isUntold = false;
  #toldAt = 0;
  /** When the oldest change came that is not shown yet. */
  #changedAt: number | undefined;
  /** What was told last, to say nothing twice. */
  #told = JSON.stringify({ users: [], count: 0 });

  constructor(options: RoomTypingOptions) {
    this.#options = options;
    this.#flush = new Coalesced(options.clock, TYPING_FLUSH_MS, () => this.#tell());
  }

  /** For somebody who from then on hears of changes. */
  list(): ReturnType<Typists["merged"]> {
    // What is told next may be news for this one where it is none for those who were there before.
    this.#told = "";
    return this.#typists.merged();
  }

  start(typist: Typist): void {
    const { clock, instance } = this.#options;
    if (this.#typists.start(instance, typist, clock.now() + TYPING_MS)) this.#changedHere();
  }

  stop(userId: string): void {
    if (this.#typists.stop(this.#options.instance, userId)) this.#changedHere();
  }

  /** Who has said something does not type any more. */
  said(userId: string): void {
    this.stop(userId);
    if (this.#typists.stopEverywhere(userId)) this.#flush.call();
  }

  /** What another instance tells. */
  heard(instance: string, typists: readonly Typist[]): void {
    this.#typists.replace(instance, typists, this.#options.clock.now() + TYPING_MS);
    this.#flush.call();
  }

  gone(instance: string): void {
    this.heard(instance, []);
  }

  /** Called about once a second. */
  tick(now: number): void {
    if (this.#typists.isEmpty) return;
    if (this.#typists.expire(now)) this.#changedHere();
    else if (now - this.#toldAt >= TYPING_TOLD_MS && this.#typists.of(this.#options.instance).length > 0) {
      this.#changedHere();
    }
  }

  close(): void {
    this.#flush.close();
  }

  #changedHere(): void {
    this.#isUntold = true;
    this.#changedAt ??= this.#options.clock.now();
    this.#flush.call();
  }

  #tell(): void {
    const { clock, instance, tell, changed } = this.#options;
    if (this.#isUntold) {
      this.#isUntold = false;
      this.#toldAt = clock.now();
      tell(this.#typists.of(instance));
    }
    const merged = this.#typists.merged();
    const told = JSON.stringify(merged);
    if (told === this.#told) return;
    this.#told = told;
    changed(merged);
    if (this.#changedAt !== undefined) this.#options.shown(clock.now() - this.#changedAt);
    this.#changedAt = undefined;
  }
}
