import { JetStreamApiError, type JetStreamClient, type JetStreamManager } from "@nats-io/jetstream";
import { type KV, Kvm } from "@nats-io/kv";
import { epochOf, STREAM_NAME_IN_USE } from "@/services/nats/streams.ts";

export const FLAGS_BUCKET = "FLAGS";
/** The stream that the bucket is. */
export const FLAGS_STREAM = `KV_${FLAGS_BUCKET}`;
const FLAGS_SUBJECTS = `$KV.${FLAGS_BUCKET}.>`;

/** Values kept of each flag: the most a bucket can. */
const FLAG_HISTORY = 64;
const FLAG_BYTES_MAX = 4 * 1024;
const FLAGS_BYTES_MAX = 8 * 1024 ** 2;

export interface BucketOptions {
  readonly js: JetStreamClient;
  readonly jsm: JetStreamManager;
  readonly replicas: number;
  readonly newEpoch: () => string;
}

export interface FlagBucket {
  readonly kv: KV;
  /** Random name of this life of the bucket: revisions of another one count differently. */
  readonly epoch: string;
  /** The last revision given out. */
  readonly last: number;
}

/** Opens the bucket, and makes it where it is not there; safe to call at any time and from several instances. */
export async function openBucket({ js, jsm, replicas, newEpoch }: BucketOptions): Promise<FlagBucket> {
  const kv = await createBucket(js, replicas, newEpoch);
  const info = await jsm.streams.info(FLAGS_STREAM);
  if (info.config.num_replicas !== replicas) {
    await jsm.streams.update(FLAGS_STREAM, { ...info.config, num_replicas: replicas });
  }
  return { kv, epoch: epochOf(info), last: info.state.last_seq };
}

async function createBucket(js: JetStreamClient, replicas: number, newEpoch: () => string): Promise<KV> {
  const create = () =>
    new Kvm(js).create(FLAGS_BUCKET, {
      replicas,
      history: FLAG_HISTORY,
      max_bytes: FLAGS_BYTES_MAX,
      maxValueSize: FLAG_BYTES_MAX,
      // A replica that lags behind would answer with what was set before.
      allow_direct: false,
      metadata: { epoch: newEpoch() },
    });
  try {
    return await create();
  } catch (error) {
    // Another instance was faster with another epoch: its bucket is as good.
    if (!(error instanceof JetStreamApiError) || error.code !== STREAM_NAME_IN_USE) throw error;
    return await create();
  }
}

/** Is there anything in the bucket above this revision? */
export async function hasAbove(jsm: JetStreamManager, revision: number): Promise<boolean> {
  const query = { seq: revision + 1, next_by_subj: FLAGS_SUBJECTS };
  return await jsm.streams.getMessage(FLAGS_STREAM, query) !== null;
}

/** Names the bucket anew. Needed where it has lost its end: it would give revisions out a second time. */
export async function renewBucketEpoch(jsm: JetStreamManager, newEpoch: () => string): Promise<void> {
  const { config } = await jsm.streams.info(FLAGS_STREAM);
  await jsm.streams.update(FLAGS_STREAM, { ...config, metadata: { ...config.metadata, epoch: newEpoch() } });
}
