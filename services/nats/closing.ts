import type { JetStreamManager, StreamConfig, StreamInfo } from "@nats-io/jetstream";
import { EVENTS_SUBJECTS } from "@/lib/protocol/subjects.ts";

/** Before a subject, while a stream is rebuilt: what is put back is published there and stored without it. */
export const REBUILD_PREFIX = "rebuild.";
/** In the stream's metadata: the rebuild that is under way, and the last sequence of before. */
const REBUILD = "rebuild";
const KEPT_TO = "rebuild-kept-to";
const IS_PUT = "rebuild-is-put";
/** From the closing until what the stream's leader had taken by then is stored. */
const SETTLE_MS = 500;

/** A rebuild that has begun, by this process or by one before it. */
export interface Begun {
  /** Makes the message ids of this rebuild its own. */
  readonly id: string;
  /** What the stream held before ends here; undefined where the rebuild was broken off before it looked. */
  readonly keptTo: number | undefined;
  /** Is all of it back? What is left is to take away what it replaces, and to open. */
  readonly isPut: boolean;
}

export function isBeingRebuilt({ metadata }: Pick<StreamConfig, "metadata">): boolean {
  return metadata?.[REBUILD] !== undefined;
}

export function begunOf({ config: { metadata } }: StreamInfo): Begun | undefined {
  const id = metadata?.[REBUILD];
  if (id === undefined) return undefined;
  const keptTo = metadata?.[KEPT_TO];
  return { id, keptTo: keptTo === undefined ? undefined : Number(keptTo), isPut: IS_PUT in metadata! };
}

/**
 * Closes the stream to all but the rebuild: nobody can publish to it, which waits in the outbox or with its publisher.
 * What reads it goes on.
 */
export async function closeStream(jsm: JetStreamManager, info: StreamInfo, id: string): Promise<StreamInfo> {
  const { config } = info;
  const closed = `${REBUILD_PREFIX}${EVENTS_SUBJECTS}`;
  await jsm.streams.update(config.name, {
    ...config,
    subjects: [closed],
    subject_transform: { src: closed, dest: EVENTS_SUBJECTS },
    metadata: { ...config.metadata, [REBUILD]: id },
  });
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  const after = await jsm.streams.info(config.name);
  return await jsm.streams.update(config.name, {
    ...after.config,
    metadata: { ...after.config.metadata, [KEPT_TO]: String(after.state.last_seq) },
  });
}

/** Notes that everything is back. */
export async function notePut(jsm: JetStreamManager, name: string): Promise<void> {
  const { config } = await jsm.streams.info(name);
  await jsm.streams.update(name, { ...config, metadata: { ...config.metadata, [IS_PUT]: "yes" } });
}

/** Opens it under another epoch: everybody begins again behind what was put back. */
export async function openStream(jsm: JetStreamManager, name: string, epoch: string): Promise<void> {
  const { config } = await jsm.streams.info(name);
  const { [REBUILD]: _id, [KEPT_TO]: _keptTo, [IS_PUT]: _isPut, ...metadata } = config.metadata ?? {};
  await jsm.streams.update(name, {
    ...config,
    subjects: [EVENTS_SUBJECTS],
    subject_transform: undefined!,
    metadata: { ...metadata, epoch },
  });
}
