import {
  DiscardPolicy,
  JetStreamApiCodes,
  JetStreamApiError,
  type JetStreamManager,
  RetentionPolicy,
  StorageType,
  type StreamConfig,
  type StreamInfo,
} from "@nats-io/jetstream";
import { isBeingRebuilt } from "@/services/nats/closing.ts";
import { DEAD_SUBJECTS, EVENTS_SUBJECTS } from "@/lib/protocol/subjects.ts";
import { documentStreams } from "@/services/documents/buckets.ts";

export const EVENTS = "EVENTS";
export const DEAD = "DEAD";
export const TICKETS = "TICKETS";
export const TICKET_SUBJECTS = "ticket.>";

const NANOS_PER_MS = 1_000_000;
const HOUR_MS = 3_600_000;
export const EVENTS_AGE_MS = 24 * HOUR_MS;
export const EVENTS_BYTES_MAX = 1024 ** 3;
/** A publisher that repeats an event within this time is answered `duplicate`. */
const DUPLICATE_WINDOW_MS = 120_000;
/** One consumer per organisation and process; the server's own default is 1000. */
const CONSUMERS_MAX = 100_000;
const DEAD_AGE_MS = 7 * 24 * HOUR_MS;
const DEAD_BYTES_MAX = 256 * 1024 ** 2;
const TICKETS_AGE_MS = 60_000;
const TICKETS_BYTES_MAX = 16 * 1024 ** 2;

/** JetStream's error code for a stream of this name with another configuration. */
export const STREAM_NAME_IN_USE = 10058;

/** JetStream's error code for a stream that has no room. */
const STORAGE_EXCEEDED = 10047;
/**
 * While another instance makes the same stream its room is counted twice, and there may seem to be none: it is looked
 * for again so many times.
 */
const DECLARE_TRIES = 10;
const DECLARE_RETRY_MS = 100;

type Declared = Partial<StreamConfig> & { name: string };

export interface DeclareOptions {
  readonly replicas: number;
  /** What all files of documents together may take. */
  readonly documentBytes: number;
  readonly newEpoch: () => string;
}

/**
 * Declares all streams; safe to call at any time and from several instances. A stream that is made here gets a
 * fresh `metadata.epoch`; one that exists keeps its own.
 */
export async function declareStreams(
  jsm: JetStreamManager,
  { replicas, documentBytes, newEpoch }: DeclareOptions,
): Promise<void> {
  await declareEvents(jsm, { replicas, newEpoch });
  await declare(jsm, {
    name: DEAD,
    subjects: [DEAD_SUBJECTS],
    storage: StorageType.File,
    // Every dead message has a subject of its own: writing it twice keeps it once.
    max_msgs_per_subject: 1,
    max_age: DEAD_AGE_MS * NANOS_PER_MS,
    max_bytes: DEAD_BYTES_MAX,
    num_replicas: replicas,
  });
  await declare(jsm, {
    name: TICKETS,
    subjects: [TICKET_SUBJECTS],
    storage: StorageType.Memory,
    max_age: TICKETS_AGE_MS * NANOS_PER_MS,
    max_bytes: TICKETS_BYTES_MAX,
    num_replicas: replicas,
    metadata: { key: newEpoch() + newEpoch() },
  });
  for (const config of documentStreams(documentBytes)) {
    await declare(jsm, { ...config, num_replicas: replicas });
  }
}

/** Declares the stream of events alone. */
export async function declareEvents(
  jsm: JetStreamManager,
  { replicas, newEpoch }: Pick<DeclareOptions, "replicas" | "newEpoch">,
): Promise<void> {
  await declare(jsm, {
    name: EVENTS,
    subjects: [EVENTS_SUBJECTS],
    retention: RetentionPolicy.Limits,
    storage: StorageType.File,
    discard: DiscardPolicy.Old,
    // Age and bytes only: any other limit leaves holes inside the stream that look like filtered gaps.
    max_age: EVENTS_AGE_MS * NANOS_PER_MS,
    max_bytes: EVENTS_BYTES_MAX,
    duplicate_window: DUPLICATE_WINDOW_MS * NANOS_PER_MS,
    max_consumers: CONSUMERS_MAX,
    allow_direct: true,
    num_replicas: replicas,
    metadata: { epoch: newEpoch() },
  });
}

/** The epoch a stream was made with; a stream made by other hands has none, and its creation time serves. */
export function epochOf(info: StreamInfo): string {
  return info.config.metadata?.epoch ?? info.created;
}

/**
 * Gives the events stream a new epoch. Needed where it has lost its end, by a power cut or an old backup: it would give
 * numbers out a second time, and a client that was away would resume into them as if nothing had happened.
 */
export async function renewEpoch(jsm: JetStreamManager, newEpoch: () => string): Promise<void> {
  const { config } = await jsm.streams.info(EVENTS);
  await jsm.streams.update(EVENTS, { ...config, metadata: { ...config.metadata, epoch: newEpoch() } });
}

export function isNotFound(error: unknown): boolean {
  return error instanceof JetStreamApiError &&
    error.code === JetStreamApiCodes.StreamNotFound;
}

async function declare(jsm: JetStreamManager, config: Declared): Promise<void> {
  for (let tries = 1;; tries++) {
    try {
      return await addOrUpdate(jsm, config);
    } catch (error) {
      const isLast = tries === DECLARE_TRIES || !isApiError(error, STORAGE_EXCEEDED);
      if (isLast) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, DECLARE_RETRY_MS));
  }
}

async function addOrUpdate(jsm: JetStreamManager, config: Declared): Promise<void> {
  try {
    const { config: present } = await jsm.streams.info(config.name);
    // It is closed on purpose, and whoever rebuilds it opens it.
    if (isBeingRebuilt(present)) return;
    if (differs(present, config)) {
      await jsm.streams.update(config.name, {
        ...present,
        ...mutable(config),
        metadata: present.metadata ?? {},
      });
    }
  } catch (error) {
    if (!isNotFound(error)) throw error;
    try {
      await jsm.streams.add(config);
    } catch (addError) {
      // Another instance was faster with another epoch: its stream is as good.
      if (!isApiError(addError, STREAM_NAME_IN_USE)) throw addError;
    }
  }
}

function isApiError(error: unknown, code: number): boolean {
  return error instanceof JetStreamApiError && error.code === code;
}

/** The parts of a stream that may change while it lives. */
function mutable(
  {
    subjects,
    max_age,
    max_bytes,
    duplicate_window,
    max_msgs_per_subject,
    num_replicas,
  }: Declared,
) {
  const parts = {
    subjects,
    max_age,
    max_bytes,
    duplicate_window,
    max_msgs_per_subject,
    num_replicas,
  };
  return Object.fromEntries(
    Object.entries(parts).filter(([, value]) => value !== undefined),
  );
}

function differs(present: StreamConfig, wanted: Declared): boolean {
  return Object.entries(mutable(wanted)).some(([key, value]) =>
    JSON.stringify(present[key as keyof StreamConfig]) !== JSON.stringify(value)
  );
}
