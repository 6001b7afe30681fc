import type { LiveEvent } from "@/lib/client/client_types.ts";
import type { Principal } from "@/lib/auth/principal.ts";
import { ProblemError } from "@/lib/protocol/problems.ts";
import { SERVICE_NAMES } from "@/lib/protocol/services.ts";
import { type Audience, audienceOf } from "@/lib/realtime/audience.ts";
import type { StoredEvent } from "@/lib/realtime/event.ts";
import type { EventLog, StreamState } from "@/lib/realtime/ports.ts";
import { Slots } from "@/lib/realtime/slots.ts";

/** How far back in the stream is looked, as long as too little was found: the stream is that of all organisations. */
const SPANS = [200, 1_000, 10_000, 100_000] as const;
/** Reads of the stream for one request. */
export const RECENT_READS_MAX = 24;
/** Requests that read at once in this process. */
export const RECENT_AT_ONCE = 4;
/** Requests that wait for their turn, and those of one organisation; one more is told to come back. */
export const RECENT_WAITING_MAX = 100;
export const RECENT_WAITING_ORG_MAX = 20;
const RECENT_RETRY_S = 1;
/** Most events of one answer. */
export const RECENT_EVENTS_MAX = 200;

export interface RecentQuery {
  readonly propertyId: number | null;
  readonly limit: number;
}

export interface Recent {
  /** The newest first. */
  readonly events: readonly LiveEvent[];
  /** What is not here follows in the stream after it. */
  readonly seq: number;
  readonly epoch: string;
}

/** The latest events that people may see, read from the stream: also what other services have published. */
export class RecentEvents {
  readonly #log: EventLog;
  readonly #slots = new Slots(RECENT_AT_ONCE);

  constructor(log: EventLog) {
    this.#log = log;
  }

  /**
   * Fewer than asked for where they lie further back than is looked. Throws a ProblemError: `forbidden` for a property
   * that is not theirs, `unavailable` where too many wait.
   */
  async read(principal: Principal, { propertyId, limit }: RecentQuery): Promise<Recent> {
    const services = SERVICE_NAMES.filter((name) => principal.services.has(name));
    const audience = audienceOf(principal, { services, propertyId });
    if ("error" in audience) {
      throw new ProblemError({ code: "forbidden", detail: `${audience.error}: ${audience.detail}` });
    }
    const { orgId } = principal;
    if (this.#slots.waiting >= RECENT_WAITING_MAX || this.#slots.waitingOf(orgId) >= RECENT_WAITING_ORG_MAX) {
      const detail = "Too many read the recent events at the moment";
      throw new ProblemError({ code: "unavailable", detail, retryAfter: RECENT_RETRY_S });
    }
    return await this.#slots.run(() => readRecent(this.#log, orgId, audience, limit), orgId);
  }
}

async function readRecent(log: EventLog, orgId: number, audience: Audience, limit: number): Promise<Recent> {
  const state = await log.state();
  const reader = new Reader(log, { orgId, state, audience, limit });
  let found: StoredEvent[] = [];
  let to = state.last;
  for (const span of SPANS) {
    if (found.length >= limit || to < state.first) break;
    const from = Math.max(state.first - 1, state.last - span);
    const window = await reader.read(from, to);
    // Half a window would be the older half: what is newer must not be missing.
    if (window === undefined) break;
    found = [...window, ...found].slice(-limit);
    to = from;
  }
  return {
    events: found.reverse().map((event) => liveOf(event, audience)),
    seq: state.last,
    epoch: state.epoch,
  };
}

interface ReaderParts {
  readonly orgId: number;
  readonly state: StreamState;
  readonly audience: Audience;
  /** Events kept of a window: its newest. */
  readonly limit: number;
}

class Reader {
  readonly #log: EventLog;
  readonly #parts: ReaderParts;
  #reads = 0;

  constructor(log: EventLog, parts: ReaderParts) {
    this.#log = log;
    this.#parts = parts;
  }

  /** The newest of what is above `from`, up to `to`; undefined where that takes too many reads. */
  async read(from: number, to: number): Promise<StoredEvent[] | undefined> {
    const { orgId, state, audience, limit } = this.#parts;
    const found: StoredEvent[] = [];
    for (let seq = from; seq < to;) {
      if (this.#reads++ >= RECENT_READS_MAX) return undefined;
      const chunk = await this.#log.read(orgId, seq, state);
      found.push(...chunk.events.filter((event) => event.seq <= to && audience.matches(event)));
      if (found.length > limit) found.splice(0, found.length - limit);
      if (chunk.pending === 0 || chunk.end <= seq) break;
      seq = chunk.end;
    }
    return found;
  }
}

function liveOf(event: StoredEvent, audience: Audience): LiveEvent {
  const { service, seq } = event;
  return { ...JSON.parse(audience.shown(event).json), service, seq };
}
