import * as v from "valibot";
import { type FlagName, type FlagValue, flagValueOf, isFlagValue } from "@/lib/flags/flags.ts";
import { isId } from "@/lib/protocol/subjects.ts";

/** What the store holds under a flag's name. */
export interface StoredFlag {
  readonly value: FlagValue;
  /** Who set it; null: by hand, or the server itself. */
  readonly by: string | null;
  /** The organisation of who set it. */
  readonly orgId: number | null;
  /** Put there because there was none, which is no change. */
  readonly initial: boolean;
}

const BY_CHARS_MAX = 128;

const StoredFlagSchema = v.looseObject({
  value: v.unknown(),
  by: v.nullish(v.pipe(v.string(), v.minLength(1), v.maxLength(BY_CHARS_MAX)), null),
  orgId: v.nullish(v.custom<number>(isId), null),
  initial: v.nullish(v.boolean(), false),
});

/** The JSON text that is stored; `at` (RFC 3339) is for who reads it by hand. */
export function encodeFlag(flag: StoredFlag, at: string): string {
  const { value, by, orgId, initial } = flag;
  return JSON.stringify({ value, by, orgId, at, ...(initial && { initial }) });
}

/** Reads what is stored, ours or a plain value put there by hand; undefined where it is no value of this flag. */
export function decodeFlag(name: FlagName, text: string): StoredFlag | undefined {
  const plain = flagValueOf(name, text.trim());
  if (plain !== undefined) return { value: plain, by: null, orgId: null, initial: false };
  const parsed = v.safeParse(StoredFlagSchema, jsonOf(text));
  if (!parsed.success) return undefined;
  const { value, by, orgId, initial } = parsed.output;
  if (!isFlagValue(name, value)) return undefined;
  return { value, by: by === null ? null : printable(by), orgId, initial };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** No control characters and no half characters: databases refuse some, terminals obey others. */
function printable(text: string): string {
  return text.toWellFormed().replace(/\p{Cc}/gu, "\ufffd");
}
