import type { Msg, NatsConnection, Subscription } from "@nats-io/transport-node";
import * as v from "valibot";
import type { ConnectionCounts } from "@/services/realtime/connections.ts";

/** Where instances ask each other how many they hold. */
export const COUNTS_SUBJECT = "innstream.counts";
/** Answers are waited for this long. */
const COUNTS_MS = 300;
/** Most instances that are counted. */
const INSTANCES_MAX = 1_000;

const Count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const Answer = v.object({ instance: v.string(), streaming: Count, polling: Count });

/** What all instances hold together. */
export interface FleetCounts extends ConnectionCounts {
  readonly instances: number;
}

/** The instances of the fleet, as far as they answer. */
export class Fleet {
  readonly #nats: NatsConnection;
  readonly #subscription: Subscription;

  /** `instance` is this one's name, `own` what it holds. */
  constructor(
    nats: NatsConnection,
    instance: string,
    own: () => ConnectionCounts,
    failed: (error: unknown) => void,
  ) {
    this.#nats = nats;
    this.#subscription = nats.subscribe(COUNTS_SUBJECT, {
      callback: (error, message) => {
        try {
          if (error !== null) throw error;
          message.respond(JSON.stringify({ instance, ...own() }));
        } catch (thrown) {
          failed(thrown);
        }
      },
    });
  }

  /** Asks everyone, this instance as well; takes COUNTS_MS. */
  async counts(): Promise<FleetCounts> {
    const answers = await this.#nats.requestMany(COUNTS_SUBJECT, "", {
      strategy: "timer",
      maxWait: COUNTS_MS,
      maxMessages: INSTANCES_MAX,
    });
    const instances = new Map<string, ConnectionCounts>();
    for await (const message of answers) {
      const answer = readAnswer(message);
      if (answer !== undefined) instances.set(answer.instance, answer);
    }
    const sum = (count: (of: ConnectionCounts) => number) => {
      return instances.values().reduce((total, of) => total + count(of), 0);
    };
    return {
      instances: instances.size,
      streaming: sum(({ streaming }) => streaming),
      polling: sum(({ polling }) => polling),
    };
  }

  close(): void {
    this.#subscription.unsubscribe();
  }
}

function readAnswer(message: Msg): v.InferOutput<typeof Answer> | undefined {
  try {
    const answer = v.safeParse(Answer, message.json());
    return answer.success ? answer.output : undefined;
  } catch {
    return undefined;
  }
}
