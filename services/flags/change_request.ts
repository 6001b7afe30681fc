import {
  FLAG_NAMES,
  type FlagName,
  flagRule,
  type FlagValue,
  flagValueOf,
  type FlagValues,
  isFlag,
  isFlagValue,
} from "@/lib/flags/flags.ts";
import type { FieldError, Problem } from "@/lib/protocol/problems.ts";
import type { FormBody, JsonBody } from "@/services/http/body.ts";

/** Longest name of an unknown flag that is repeated in an error. */
const NAME_CHARS_SHOWN = 64;

/** Reads the flags that a request wants to change, from JSON or a form: all of them are valid, or none counts. */
export function readFlagChanges(body: (JsonBody | FormBody) & { ok: true }): Partial<FlagValues> | Problem {
  const given = "form" in body ? [...body.form] : entriesOf(body.value);
  if (given === undefined) {
    return { code: "bad_request", detail: "The body must be an object of flags and their values" };
  }
  if (given.length === 0) {
    return { code: "bad_request", detail: `No flag is given: name one or more of ${FLAG_NAMES.join(", ")}` };
  }
  const changes = new Map<FlagName, FlagValue>();
  const errors: FieldError[] = [];
  // A body of that many names is told of as many as there are flags.
  for (const [name, value] of given.slice(0, FLAG_NAMES.length + 1)) {
    const message = take(changes, name, value, "form" in body);
    if (message !== undefined) errors.push({ path: name.slice(0, NAME_CHARS_SHOWN), message });
  }
  return errors.length > 0 ? { code: "validation_failed", errors } : Object.fromEntries(changes);
}

function entriesOf(value: unknown): [string, unknown][] | undefined {
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  return isObject ? Object.entries(value) : undefined;
}

/** Answers what is wrong with it. */
function take(
  changes: Map<FlagName, FlagValue>,
  name: string,
  given: unknown,
  isText: boolean,
): string | undefined {
  if (!isFlag(name)) return "is not the name of a flag";
  if (changes.has(name)) return "is given twice";
  const value = isText ? flagValueOf(name, String(given)) : given;
  if (!isFlagValue(name, value)) return flagRule(name);
  changes.set(name, value);
  return undefined;
}
