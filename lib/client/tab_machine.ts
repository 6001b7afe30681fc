/** The leader is heard at least this often. */
export const BEAT_MS = 1_000;
/** A leader that was not heard for this long is replaced: with the time of a watch and of a connection, within 5 s. */
export const SILENCE_MS = 3_000;
/** How often that is looked at. */
export const WATCH_MS = 500;
/** A watch that is later than this tells that this tab itself stood still: it may not have heard what was said. */
export const STOOD_STILL_MS = 2_000;
/** A tab does not take the lead again within this time: two of them must not play ball with it. */
export const STEAL_MS_MIN = 2_000;

export type TabTimer = "beat" | "watch";

export type TabInput =
  | { readonly type: "start"; readonly canLock: boolean; readonly visible: boolean }
  /** The page is left or frozen: whatever it holds others may have. */
  | { readonly type: "stop" }
  /** The lock is ours. */
  | { readonly type: "granted" }
  /** The lock is somebody else's: it was stolen. */
  | { readonly type: "stolen" }
  /** The browser has locks, but not for this page. */
  | { readonly type: "denied" }
  /** A leader said something. */
  | { readonly type: "heard"; readonly term: number; readonly visible: boolean }
  | { readonly type: "visible" }
  | { readonly type: "hidden" }
  | { readonly type: "timer"; readonly timer: TabTimer };

export type TabCommand =
  /** Queue for the lock; `steal` takes it at once from whoever has it. */
  | { readonly type: "request"; readonly steal: boolean }
  /** Give the lock back, or leave the queue. */
  | { readonly type: "release" }
  | { readonly type: "lead" }
  | { readonly type: "follow" }
  /** Let the others hear that this tab leads. */
  | { readonly type: "beat" }
  | { readonly type: "schedule"; readonly timer: TabTimer; readonly ms: number }
  | { readonly type: "cancel"; readonly timer: TabTimer };

type Role = "none" | "leader" | "follower";

/**
 * Which of a person's tabs holds the connection, as a state machine. One that holds the lock leads. A visible tab takes
 * the lead from one that is hidden, where browsers slow clocks down, and from one that is not heard any more.
 */
export class TabMachine {
  readonly #random: () => number;
  #role: Role = "none";
  #canLock = false;
  #visible = true;
  /** Terms grow: what a leader of an earlier term says, who does not know yet that it was replaced, does not count. */
  #term = 0;
  #heardAt = 0;
  #watchedAt = 0;
  #stoleAt = -Infinity;
  #out: TabCommand[] = [];

  constructor(random: () => number) {
    this.#random = random;
  }

  get role(): Role {
    return this.#role;
  }

  /** Of the leader that is followed, or of this tab's own lead. */
  get term(): number {
    return this.#term;
  }

  handle(input: TabInput, now: number): TabCommand[] {
    this.#out = [];
    this.#take(input, now);
    return this.#out;
  }

  #take(input: TabInput, now: number): void {
    switch (input.type) {
      case "start":
        if (this.#role !== "none") return;
        this.#canLock = input.canLock;
        this.#visible = input.visible;
        // Without locks every tab is on its own.
        if (!input.canLock) return this.#lead(now);
        return this.#follow(now);
      case "stop":
        if (this.#role === "none") return;
        this.#rest();
        this.#role = "none";
        if (this.#canLock) this.#out.push({ type: "release" });
        return;
      case "granted":
        return this.#role === "follower" ? this.#lead(now) : undefined;
      case "stolen":
        return this.#role === "leader" ? this.#follow(now) : undefined;
      case "denied":
        this.#canLock = false;
        return this.#role === "follower" ? this.#lead(now) : undefined;
      case "heard":
        return this.#heard(input.term, input.visible, now);
      case "visible":
        this.#visible = true;
        // Clocks may have stood still: the leader gets its time to be heard.
        this.#heardAt = now;
        if (this.#role === "leader") this.#out.push({ type: "beat" });
        if (this.#role === "follower") this.#watch(now);
        return;
      case "hidden":
        this.#visible = false;
        if (this.#role === "leader") this.#out.push({ type: "beat" });
        return;
      case "timer":
        return this.#fired(input.timer, now);
    }
  }

  #lead(now: number): void {
    this.#rest();
    this.#role = "leader";
    this.#beginTerm(this.#term, now);
    this.#out.push({ type: "lead" });
    if (this.#canLock) this.#schedule("beat", BEAT_MS);
  }

  /** With a fraction: of two that take the lead in one millisecond, nobody must take the other's words for its own. */
  #beginTerm(above: number, now: number): void {
    this.#term = Math.max(Math.floor(above) + 1, now) + this.#random();
  }

  #follow(now: number): void {
    this.#rest();
    this.#role = "follower";
    this.#heardAt = now;
    this.#out.push({ type: "follow" }, { type: "request", steal: false });
    this.#watch(now);
  }

  #heard(term: number, visible: boolean, now: number): void {
    if (!this.#canLock) return;
    // One that has lost the lead may not know it yet. But where nobody else is heard, it is a leader of a slower clock.
    const isSilent = this.#role === "follower" && now - this.#heardAt >= SILENCE_MS;
    if (term < this.#term && !isSilent) return;
    if (this.#role === "leader" && term > this.#term) {
      // The lock says who leads: where two took it in one moment, the one that has it may have the lower term.
      this.#beginTerm(term, now);
      return void this.#out.push({ type: "beat" });
    }
    if (this.#role !== "follower") return;
    this.#term = term;
    this.#heardAt = now;
    if (this.#visible && !visible) this.#steal(now);
  }

  #fired(timer: TabTimer, now: number): void {
    if (timer === "beat" && this.#role === "leader") {
      this.#out.push({ type: "beat" });
      return this.#schedule("beat", BEAT_MS);
    }
    if (timer !== "watch" || this.#role !== "follower" || !this.#visible) return;
    if (now - this.#watchedAt > STOOD_STILL_MS) this.#heardAt = now;
    if (now - this.#heardAt >= SILENCE_MS) this.#steal(now);
    this.#watch(now);
  }

  #watch(now: number): void {
    this.#watchedAt = now;
    this.#schedule("watch", WATCH_MS);
  }

  #steal(now: number): void {
    if (now - this.#stoleAt < STEAL_MS_MIN) return;
    this.#stoleAt = now;
    this.#out.push({ type: "request", steal: true });
  }

  #rest(): void {
    for (const timer of ["beat", "watch"] as const) this.#out.push({ type: "cancel", timer });
  }

  #schedule(timer: TabTimer, ms: number): void {
    this.#out.push({ type: "schedule", timer, ms });
  }
}
