import type { LiveEvent } from "@/lib/client/client_types.ts";
import type { Principal } from "@/lib/auth/principal.ts";
import { ProblemError } from "@/lib/protocol/problems.ts";
import { SERVICE_NAMES } from "@/lib/protocol/services.ts";
import { type Audience, audienceOf } from "@/lib/realtime/audience.ts";
import type { StoredEvent } from "@/lib/realtime/event.ts";
import type { EventLog, StreamState } from "@/lib/realtime/ports.ts";

/** How far back in the stream is looked, as long as too little was found: the stream is that of all organisations. */
const SPANS = [200, 1_000, 10_000, 100_000] as const;
/** Reads of the stream for one request. */
export const RECENT_READS_MAX = 24;
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

/**
 * The latest events that a person may see, read from the stream: also what other services have published. Fewer than
 * asked for where they lie further back than is looked. Throws a ProblemError for a property that is not theirs.
 */
export async function readRecent(
  log: EventLog,
  principal: Principal,
  { propertyId, limit }: RecentQuery,
): Promise<Recent> {
  const services = SERVICE_NAMES.filter((name) => principal.services.has(name));
  const audience = audienceOf(principal, { services, propertyId });
  if ("error" in audience) {
    throw new ProblemError({ code: "forbidden", detail: `${audience.error}: ${audience.detail}` });
  }
  const state = await log.state();
  const reader = new Reader(log, principal.orgId, state, audience);
  const found: StoredEvent[] = [];
  let to = state.last;
  for (const span of SPANS) {
    if (found.length >= limit || to < state.first) break;
    const from = Math.max(state.first - 1, state.last - span);
    const window = await reader.read(from, to);
    // Half a window would be the older half: what is newer must not be missing.
    if (window === undefined) break;
    found.unshift(...window);
    to = from;
  }
  return {
    events: found.slice(-limit).reverse().map((event) => liveOf(event, audience)),
    seq: state.last,
    epoch: state.epoch,
  };
}

class Reader {
  readonly #log: EventLog;
  readonly #orgId: number;
  readonly #state: StreamState;
  readonly #audience: Audience;
  #reads = 0;

  constructor(log: EventLog, orgId: number, state: StreamState, audience: Audience) {
    this.#log = log;
    this.#orgId = orgId;
    this.#state = state;
    this.#audience = audience;
  }

  /** What is above `from`, up to `to`; undefined where that takes too many reads. */
  async read(from: number, to: number): Promise<StoredEvent[] | undefined> {
    const found: StoredEvent[] = [];
    for (let seq = from; seq < to;) {
      if (this.#reads++ >= RECENT_READS_MAX) return undefined;
      const chunk = await this.#log.read(this.#orgId, seq, this.#state);
      found.push(...chunk.events.filter((event) => event.seq <= to && this.#audience.matches(event)));
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
