import type { JetStreamClient } from "@nats-io/jetstream";
import { headers } from "@nats-io/transport-node";
import { REBUILD_PREFIX } from "@/services/nats/closing.ts";
import { isNatsUnreachable } from "@/services/nats/errors.ts";
import { EVENT_HEADER, STORED_HEADER } from "@/services/nats/history.ts";

/** Messages under way at once. */
const BATCH_MESSAGES = 256;
const PUBLISH_TIMEOUT_MS = 5_000;
/** How often a batch is published again while the stream has no leader, and how long it is waited in between. */
const TRIES_MAX = 30;
const RETRY_MS = 1_000;

/** Something that was in the stream, or is to be there again. */
export interface Entry {
  readonly id: string;
  readonly subject: string;
  readonly payload: string | Uint8Array;
  readonly storedAt: number;
}

/**
 * Publishes entries in their order into the closed stream, a batch at a time. The message id belongs to this rebuild: one
 * that is repeated is stored once, and ids of before do not count.
 */
export async function republish(
  js: JetStreamClient,
  rebuildId: string,
  entries: AsyncIterable<Entry>,
  done: (count: number) => void,
): Promise<void> {
  let batch: Entry[] = [];
  const flush = async () => {
    await publishBatch(js, rebuildId, batch);
    done(batch.length);
    batch = [];
  };
  for await (const entry of entries) {
    batch.push(entry);
    if (batch.length === BATCH_MESSAGES) await flush();
  }
  if (batch.length > 0) await flush();
}

async function publishBatch(js: JetStreamClient, rebuildId: string, batch: readonly Entry[]): Promise<void> {
  for (let tries = 1;; tries++) {
    const outcomes = await Promise.allSettled(batch.map((entry) => publish(js, rebuildId, entry)));
    const failed = outcomes.find((outcome) => outcome.status === "rejected");
    if (failed === undefined) return;
    if (tries === TRIES_MAX || !isNatsUnreachable(failed.reason)) throw failed.reason;
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}

function publish(js: JetStreamClient, rebuildId: string, { id, subject, payload, storedAt }: Entry) {
  const told = headers();
  told.set(STORED_HEADER, String(Math.floor(storedAt)));
  told.set(EVENT_HEADER, id);
  return js.publish(`${REBUILD_PREFIX}${subject}`, payload, {
    msgID: `${rebuildId}-${id}`,
    headers: told,
    timeout: PUBLISH_TIMEOUT_MS,
  });
}
