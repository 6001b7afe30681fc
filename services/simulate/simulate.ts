import { jetstream, type JetStreamClient } from "@nats-io/jetstream";
import { localDay } from "@/lib/derived/local_day.ts";
import { Dice } from "@/lib/random/dice.ts";
import type { Service } from "@/lib/protocol/services.ts";
import { eventSubject } from "@/lib/protocol/subjects.ts";
import { connectNats } from "@/services/nats/connect.ts";
import type { Act } from "@/services/simulate/act.ts";
import { Mirror } from "@/services/simulate/mirror.ts";
import { nextAct } from "@/services/simulate/plan.ts";
import { ATTEMPTS_MAX, RestClient } from "@/services/simulate/rest.ts";
import { Tally, type Totals } from "@/services/simulate/tally.ts";

/** Acts under way at once; while there are so many the hotel waits. */
export const IN_FLIGHT_MAX = 32;
const TICK_MS = 20;
const REPORT_MS = 5_000;
const PUBLISH_MS = 5_000;
/** Acts that have fallen due together, after a pause. */
const DUE_MAX = 2 * IN_FLIGHT_MAX;
/** Acts of one room in an hour of the hotel. */
const ACTS_PER_ROOM_HOUR = 1.5;
/** Minutes of the hotel in a second where nothing else is asked for. */
const SPEED_DEFAULT = 10;
/** The day begins at six. */
const FIRST_MINUTE = 6 * 60;
const MINUTES_OF_HOUR = 60;

/** What is read at the start: what can be changed or told about. */
const READ: readonly (readonly [Service, string])[] = [
  ["properties", "property"],
  ["properties", "room"],
  ["guest", "guest"],
  ["tasks", "task"],
  ["staff", "employee"],
  ["staff", "leave"],
  ["finance", "revenue"],
  ["finance", "expense"],
  ["finance", "approval"],
];

export interface SimulateOptions {
  readonly url: string;
  /** undefined: REST only. */
  readonly natsUrl: string | undefined;
  readonly token: string;
  readonly orgId: number;
  readonly seed: number;
  /** Minutes of the hotel in a second; undefined: as many as that rate takes in a hotel of this size. */
  readonly speed: number | undefined;
  /** Acts in a second; undefined: as many as such a hotel has at that speed. */
  readonly rate: number | undefined;
  /** Ends after so many events. */
  readonly events: number | undefined;
  /** Ends after so many minutes of the hotel. */
  readonly minutes: number | undefined;
  readonly services: ReadonlySet<Service>;
  /** Ends the run in good order. */
  readonly signal: AbortSignal;
  readonly print: (line: string) => void;
}

/** Plays days of a hotel until it is told to end. Throws where it cannot begin. */
export async function simulate(options: SimulateOptions): Promise<Totals> {
  const { natsUrl, url, token, signal } = options;
  const rest = new RestClient(url, token, signal);
  const nats = natsUrl === undefined ? undefined : await connectNats(natsUrl, "innstream-simulate");
  try {
    const run = new Run(options, rest, nats && jetstream(nats));
    await run.load();
    return await run.play();
  } finally {
    await nats?.drain().catch(() => nats.close());
  }
}

class Run {
  readonly #options: SimulateOptions;
  readonly #rest: RestClient;
  readonly #js: JetStreamClient | undefined;
  readonly #mirror = new Mirror();
  readonly #dice: Dice;
  readonly #tally = new Tally();
  readonly #inFlight = new Set<Promise<void>>();
  #today = "";
  /** Events of which the last line told. */
  #reported = 0;

  constructor(options: SimulateOptions, rest: RestClient, js: JetStreamClient | undefined) {
    this.#options = options;
    this.#rest = rest;
    this.#js = js;
    this.#dice = new Dice(options.seed);
  }

  async load(): Promise<void> {
    for (const [service, entity] of READ) {
      const needed = entity === "property" || entity === "room" || this.#options.services.has(service);
      if (!needed) continue;
      for (const record of (await this.#rest.list({ service, entity })).toReversed()) {
        this.#mirror.put(entity, record);
      }
    }
    const [property] = this.#mirror.all("property");
    if (property === undefined) throw new Error("The organisation has no properties to play in");
    this.#today = localDay(Date.now(), String(property.timezone));
  }

  async play(): Promise<Totals> {
    const { signal } = this.#options;
    const { speed, perSecond } = this.#pace();
    let minute = FIRST_MINUTE;
    let due = 1;
    let then = performance.now();
    let reportedAt = then;
    while (!signal.aborted && !this.#isOver(minute)) {
      while (due >= 1 && this.#mayStart()) {
        due--;
        this.#start(minute);
      }
      await new Promise((resolve) => setTimeout(resolve, TICK_MS));
      const now = performance.now();
      const seconds = (now - then) / 1_000;
      then = now;
      minute += seconds * speed;
      due = Math.min(due + seconds * perSecond, DUE_MAX);
      if (now - reportedAt >= REPORT_MS) {
        this.#report(minute, (now - reportedAt) / 1_000);
        reportedAt = now;
      }
    }
    await Promise.all(this.#inFlight);
    return this.#tally.totals;
  }

  #pace(): { speed: number; perSecond: number } {
    const { speed, rate } = this.#options;
    const perMinute = Math.max(1, this.#mirror.all("room").length) * ACTS_PER_ROOM_HOUR / MINUTES_OF_HOUR;
    if (rate !== undefined) return { speed: speed ?? rate / perMinute, perSecond: rate };
    return { speed: speed ?? SPEED_DEFAULT, perSecond: perMinute * (speed ?? SPEED_DEFAULT) };
  }

  #isOver(minute: number): boolean {
    const { events, minutes } = this.#options;
    return events !== undefined && this.#tally.totals.published >= events ||
      minutes !== undefined && minute - FIRST_MINUTE >= minutes;
  }

  /** What is under way may all succeed: no more than the events that are still wanted. */
  #mayStart(): boolean {
    const { events = Infinity } = this.#options;
    return this.#inFlight.size < IN_FLIGHT_MAX && this.#tally.totals.published + this.#inFlight.size < events;
  }

  #start(minute: number): void {
    const { services } = this.#options;
    const moment = { mirror: this.#mirror, dice: this.#dice, today: this.#today };
    const act = nextAct(moment, minute, { services, tells: this.#js !== undefined });
    if (act === undefined) return;
    const doing = (act.verb === "tell" ? this.#tell(act) : this.#do(act))
      .catch((error) => this.#tally.fail(String(error)))
      .finally(() => this.#inFlight.delete(doing));
    this.#inFlight.add(doing);
  }

  async #do(act: Act): Promise<void> {
    const { entity, id } = act;
    const known = id === undefined ? undefined : this.#mirror.get(entity, id);
    if (id !== undefined) this.#mirror.hold(entity, id);
    try {
      const done = await this.#rest.do(act, known);
      if ("record" in done) {
        this.#mirror.put(entity, done.record);
        this.#tally.count(act.service, "rest");
        return;
      }
      if (done.gone && id !== undefined) this.#mirror.forget(entity, id);
      this.#tally.fail(`${act.service}.${entity}: ${done.failed}`);
    } finally {
      if (id !== undefined) this.#mirror.release(entity, id);
    }
  }

  /** Under one id however often it is sent: the stream keeps it once. */
  async #tell({ service, entity, propertyId, body }: Act): Promise<void> {
    const { orgId, signal } = this.#options;
    const subject = eventSubject({ orgId, propertyId, service, entity, action: "updated" });
    const id = crypto.randomUUID();
    const payload = JSON.stringify({ id, at: new Date().toISOString(), actor: "simulate", data: body });
    for (let attempt = 1;; attempt++) {
      try {
        await this.#js?.publish(subject, payload, { msgID: id, timeout: PUBLISH_MS });
        return this.#tally.count(service, "nats");
      } catch (error) {
        if (attempt === ATTEMPTS_MAX || signal.aborted) return this.#tally.fail(`${subject}: ${error}`);
      }
    }
  }

  #report(minute: number, seconds: number): void {
    const { published, rest, nats, failed } = this.#tally.totals;
    const clock = [minute / MINUTES_OF_HOUR % 24, minute % MINUTES_OF_HOUR]
      .map((part) => String(Math.floor(part)).padStart(2, "0")).join(":");
    const rate = ((published - this.#reported) / seconds).toFixed(1);
    this.#reported = published;
    const why = failed > 0 ? ` (last: ${this.#tally.lastFailure})` : "";
    this.#options.print(
      `${clock} in the hotel: ${published} published (${rest} REST, ${nats} NATS), ${rate}/s, ${failed} failed${why}`,
    );
  }
}
