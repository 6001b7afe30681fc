import { JetStreamApiCodes, JetStreamApiError } from "@nats-io/jetstream";
import type { KV, KvEntry } from "@nats-io/kv";
import type { FlagName, FlagValue } from "@/lib/flags/flags.ts";
import { decodeFlag, encodeFlag, type StoredFlag } from "@/lib/flags/stored_flag.ts";
import { ProblemError } from "@/lib/protocol/problems.ts";

/** Attempts to write a flag that others write at the same time. */
const WRITE_TRIES_MAX = 10;

/**
 * Gives the flag this value where it has another one, on condition that nobody is faster; tries again where somebody
 * was. Answers the revision that holds the value.
 */
export async function writeFlag(kv: KV, name: FlagName, flag: StoredFlag, at: string): Promise<number> {
  const text = encodeFlag(flag, at);
  for (let tries = 0; tries < WRITE_TRIES_MAX; tries++) {
    const entry = await kv.get(name);
    if (entry !== null && valueOf(name, entry) === flag.value) return entry.revision;
    const written = await unlessOvertaken(
      entry === null ? kv.create(name, text) : kv.update(name, text, entry.revision),
    );
    if (written !== undefined) return written;
  }
  const detail = `${name} is being changed by others at the same time`;
  throw new ProblemError({ code: "unavailable", detail, retryAfter: 1 });
}

/** Puts an initial value there, unless there is one: another instance may have been faster, and its value counts. */
export async function fillFlag(kv: KV, name: FlagName, value: FlagValue, at: string): Promise<void> {
  const flag = { value, by: null, orgId: null, initial: true };
  await unlessOvertaken(kv.create(name, encodeFlag(flag, at)));
}

function valueOf(name: FlagName, entry: KvEntry): FlagValue | undefined {
  return entry.operation === "PUT" ? decodeFlag(name, entry.string())?.value : undefined;
}

/** undefined: somebody else has written the key since it was read. */
async function unlessOvertaken(writing: Promise<number>): Promise<number | undefined> {
  try {
    return await writing;
  } catch (error) {
    const isOvertaken = error instanceof JetStreamApiError &&
      (error.code === JetStreamApiCodes.StreamWrongLastSequence ||
        error.code === JetStreamApiCodes.StreamWrongLastSequenceUnknown);
    if (isOvertaken) return undefined;
    throw error;
  }
}
