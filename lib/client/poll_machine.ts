import type { Subscription } from "@/lib/protocol/frames.ts";
import { POLL_WAIT_MS } from "@/lib/protocol/limits.ts";
import type { Service } from "@/lib/protocol/services.ts";
import { Attempts } from "@/lib/client/attempts.ts";
import { isSomewhere } from "@/lib/client/client_frames.ts";
import { Dedup } from "@/lib/client/dedup.ts";
import type { PollAnswer } from "@/lib/client/poll_answer.ts";
import { Cursors } from "@/lib/client/poll_cursors.ts";
import type {
  PollCommand,
  PollFailure,
  PollInput,
  PollMachineOptions,
  PollState,
  PollStatus,
  PollTimer,
} from "@/lib/client/poll_types.ts";
import type { Position } from "@/lib/client/position.ts";
import { RECONNECT_IN_MS_MAX } from "@/lib/client/reconnect.ts";
import { ServerClock } from "@/lib/client/server_clock.ts";

/** Polls under way at once. A browser has six connections to a host over HTTP/1.1: the page needs some for itself. */
export const POLLS_AT_ONCE = 4;
/** Where services must take turns, one waits this long for an event before it is the next one's turn. */
export const TURN_MS = 4_000;
/**
 * A service that was just asked, or has just told something, is not asked again before this: bursts come together, and a
 * server that answers at once with nothing is not stormed.
 */
export const PACE_MS = 1_000;
/** Shortest wait where the server asks for one. */
export const BUSY_MS_MIN = 1_000;

type Phase = "idle" | "polling" | "waiting" | "renewing" | "offline" | "signed_out" | "stopped";

/**
 * Long polls of the services of a subscription, taking turns, as a state machine like `Machine`: the same position goes
 * in and comes out, an event is delivered once, or the owner is asked to read its snapshots again.
 */
export class PollMachine {
  readonly #options: PollMachineOptions;
  readonly #dedup: Dedup;
  readonly #clock = new ServerClock();
  readonly #attempts = new Attempts();
  readonly #cursors = new Cursors();
  #phase: Phase = "idle";
  #out: PollCommand[] = [];
  #subscription: Subscription;
  /** null: all of them. */
  #switchedOn: ReadonlySet<Service> | null = null;
  /** Refused by the server as switched off since the flags were last read. */
  #off = new Set<Service>();
  /** Not allowed, of this subscription. */
  #refused = new Set<Service>();
  /** Answers of an earlier turn come too late. */
  #turn = 0;
  /** Who is next, and since when each may be asked. */
  #queue: { readonly service: Service; readonly from: number }[] = [];
  #underWay = 0;
  readonly #askedAt = new Map<Service, number>();
  /** Has the subscription still to be told, once all of it is followed; and why must snapshots be read then? */
  #isUntold = false;
  #stale: "start" | "subscription" | null = null;
  #wasPolling = false;
  #worked = false;
  #online = true;
  #renewed = false;
  #retryAt: number | null = null;
  #told: PollStatus | null = null;

  constructor(options: PollMachineOptions) {
    this.#options = options;
    this.#dedup = options.dedup ?? new Dedup();
    this.#subscription = options.subscription;
  }

  /** Everything up to it was received, of every service that is asked. */
  get position(): Position {
    return this.#cursors.position;
  }

  /** How far each service was followed, of those in front of that position. */
  get ahead(): ReadonlyMap<Service, number> {
    return this.#cursors.seqs;
  }

  get status(): PollStatus {
    return { state: this.#state, retryAt: this.#retryAt, off: this.#silent };
  }

  /** Takes one input at `now` (Unix milliseconds) and answers what is to be done. */
  handle(input: PollInput, now: number): PollCommand[] {
    this.#out = [];
    this.#take(input, now);
    this.#tell();
    return this.#out;
  }

  #take(input: PollInput, now: number): void {
    switch (input.type) {
      case "start":
        if (this.#phase !== "idle" && this.#phase !== "stopped") return;
        this.#online = input.online;
        this.#renewed = false;
        this.#isUntold = true;
        this.#cursors.start(this.#subscription.services, input.position);
        if (!input.online) return this.#rest("offline");
        return input.waitMs ? this.#pause(input.waitMs, now) : this.#begin(now);
      case "stop":
        return this.#rest("stopped");
      case "session_ended":
        return this.#phase === "stopped" ? undefined : this.#rest("signed_out");
      case "answered":
        return input.turn === this.#turn ? this.#answered(input.service, input.answer, now) : undefined;
      case "failed":
        return input.turn === this.#turn ? this.#failed(input.service, input.failure, now) : undefined;
      case "timer":
        return this.#fired(input.timer, now);
      case "online":
        this.#online = true;
        this.#attempts.forget();
        return this.#phase === "offline" || this.#phase === "waiting" ? this.#begin(now) : undefined;
      case "offline":
        this.#online = false;
        return this.#isAtWork ? this.#rest("offline") : undefined;
      case "retry":
        return this.#phase === "offline" || this.#phase === "waiting" ? this.#begin(now) : undefined;
      case "subscribe":
        return this.#subscribe(input.subscription, now);
      case "switched":
        return this.#switched(input.on, now);
      case "renewed":
        this.#renewed = true;
        return this.#phase === "renewing" ? this.#begin(now) : undefined;
      case "renewal_failed":
        return this.#phase === "renewing" ? this.#wait(0, now) : undefined;
    }
  }

  get #isAtWork(): boolean {
    return this.#phase === "polling" || this.#phase === "waiting" || this.#phase === "renewing";
  }

  /** A new turn: everybody is asked from where they stand. */
  #begin(now: number): void {
    this.#leave();
    if (this.#phase !== "polling") this.#worked = false;
    this.#phase = "polling";
    if (!isSomewhere(this.#cursors.position)) [this.#isUntold, this.#stale] = [true, "start"];
    this.#queue = this.#asked.map((service) => ({ service, from: now }));
    if (this.#queue.length === 0) this.#settle();
    this.#ask(now);
  }

  #switched(on: readonly Service[], now: number): void {
    const before = this.#asked.join();
    this.#switchedOn = new Set(on);
    this.#off.clear();
    if (this.#phase === "polling" && this.#asked.join() !== before) this.#begin(now);
  }

  get #asked(): readonly Service[] {
    return this.#subscription.services.filter((service) => !this.#isSilent(service));
  }

  get #silent(): readonly Service[] {
    return this.#subscription.services.filter((service) => this.#isSilent(service));
  }

  #isSilent(service: Service): boolean {
    if (this.#off.has(service) || this.#refused.has(service)) return true;
    return this.#switchedOn !== null && !this.#switchedOn.has(service);
  }

  #ask(now: number): void {
    while (this.#underWay < POLLS_AT_ONCE) {
      const next = this.#queue[0];
      if (next === undefined) return;
      if (next.from > now) return this.#schedule("pace", next.from - now);
      this.#queue.shift();
      this.#underWay++;
      const { service } = next;
      this.#askedAt.set(service, now);
      this.#out.push({
        type: "poll",
        service,
        turn: this.#turn,
        position: this.#cursors.of(service),
        propertyId: this.#subscription.propertyId,
        waitMs: this.#waitMs,
      });
    }
  }

  /** The first answers come at once: they tell that polling works, and where. */
  get #waitMs(): number {
    if (!this.#worked || this.#isUntold) return 0;
    return this.#asked.length <= POLLS_AT_ONCE ? POLL_WAIT_MS : TURN_MS;
  }

  #answered(service: Service, answer: PollAnswer, now: number): void {
    this.#underWay--;
    this.#worked = this.#wasPolling = true;
    this.#renewed = false;
    this.#attempts.succeeded();
    this.#attempts.lasted();
    if (answer.reset !== null || this.#cursors.isOfAnotherEpoch(answer)) return this.#reset(answer, now);
    this.#cursors.move(service, answer);
    this.#settle();
    this.#deliver(service, answer, now);
    const pacedFrom = answer.events.length > 0 ? now : this.#askedAt.get(service) ?? now;
    this.#enqueue(service, Math.max(now, pacedFrom + PACE_MS));
    this.#ask(now);
  }

  /** Once every service that is asked is followed, snapshots count from there. */
  #settle(): void {
    if (!this.#isUntold || !this.#asked.every((service) => isSomewhere(this.#cursors.of(service)))) return;
    this.#cursors.keep(this.#subscription.services);
    this.#out.push({ type: "subscribed", subscription: this.#subscription });
    if (this.#stale !== null) this.#out.push({ type: "refetch", reason: this.#stale });
    this.#isUntold = false;
    this.#stale = null;
  }

  /** In the order in which they may be asked: who told something waits behind those who did not. */
  #enqueue(service: Service, from: number): void {
    const at = this.#queue.findIndex((other) => other.from > from);
    this.#queue.splice(at < 0 ? this.#queue.length : at, 0, { service, from });
  }

  #deliver(service: Service, { events, chars }: PollAnswer, now: number): void {
    const { orgId } = this.#options;
    const fresh = events.filter((event) => !this.#dedup.seen(orgId, event.id));
    const last = fresh.at(-1);
    if (last === undefined) return;
    const ageMs = this.#clock.since(last.at, now);
    const { seq } = this.#cursors.of(service);
    this.#out.push({ type: "deliver", service, events: fresh, seq, ageMs, chars });
  }

  #reset({ seq, epoch, reset }: PollAnswer, now: number): void {
    this.#cursors.start(this.#subscription.services, { seq, epoch });
    this.#out.push({ type: "refetch", reason: reset ?? "recreated" });
    this.#begin(now);
  }

  #failed(service: Service, failure: PollFailure, now: number): void {
    this.#underWay--;
    switch (failure.kind) {
      case "switched_off":
        this.#off.add(service);
        return this.#goOnWithout(now);
      case "unauthenticated":
        // One that does not help is no reason to get another.
        if (this.#renewed) return this.#rest("signed_out");
        this.#leave();
        this.#phase = "renewing";
        return void this.#out.push({ type: "token_needed" });
      case "refused":
        this.#refused.add(service);
        this.#out.push({ type: "refused", message: failure.message, subscription: this.#subscription });
        return this.#goOnWithout(now);
      case "busy":
        return this.#wait(Math.min(Math.max(BUSY_MS_MIN, failure.retryAfterMs), RECONNECT_IN_MS_MAX), now);
      case "network":
        return this.#wait(0, now);
    }
  }

  #goOnWithout(now: number): void {
    this.#attempts.succeeded();
    this.#settle();
    this.#ask(now);
  }

  #wait(leastMs: number, now: number): void {
    this.#attempts.failed(false);
    if (!this.#online) return this.#rest("offline");
    this.#leave();
    this.#pause(Math.max(leastMs, this.#attempts.wait(false, this.#options.random)), now);
  }

  #pause(ms: number, now: number): void {
    this.#phase = "waiting";
    this.#retryAt = now + ms;
    this.#schedule("retry", ms);
  }

  #fired(timer: PollTimer, now: number): void {
    if (timer === "retry" && this.#phase === "waiting") return this.#begin(now);
    if (timer === "pace" && this.#phase === "polling") this.#ask(now);
  }

  #subscribe(subscription: Subscription, now: number): void {
    this.#subscription = subscription;
    this.#off.clear();
    this.#refused.clear();
    // What was not followed before is in no position: only a snapshot has it.
    this.#isUntold = true;
    this.#stale ??= "subscription";
    this.#cursors.keep(subscription.services);
    if (this.#phase === "polling") this.#begin(now);
  }

  #rest(phase: "offline" | "signed_out" | "stopped"): void {
    this.#leave();
    this.#phase = phase;
  }

  #leave(): void {
    this.#turn++;
    if (this.#underWay > 0) this.#out.push({ type: "abort" });
    this.#underWay = 0;
    this.#queue = [];
    this.#retryAt = null;
    for (const timer of ["pace", "retry"] as const) this.#out.push({ type: "cancel", timer });
  }

  get #state(): PollState {
    const phase = this.#phase;
    if (phase === "offline" || phase === "signed_out" || phase === "stopped") return phase;
    if (this.#attempts.areMany) return "offline";
    // With every service switched off there is nothing to wait for.
    if (phase === "polling" && (this.#worked || this.#asked.length === 0)) return "polling";
    return this.#wasPolling ? "catching_up" : "connecting";
  }

  #tell(): void {
    const status = this.status;
    if (JSON.stringify(status) === JSON.stringify(this.#told)) return;
    this.#told = status;
    this.#out.push({ type: "status", status });
  }

  #schedule(timer: PollTimer, ms: number): void {
    this.#out.push({ type: "schedule", timer, ms });
  }
}
