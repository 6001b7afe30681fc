// What the REST API of chat answers: refusals of the record and errors of the database as problems, fields of bodies.
import * as v from "valibot";
import { CHAT_ERRORS, type ChatErrorCode, type ChatRefused } from "@/lib/chat/errors.ts";
import { type Problem, type ProblemCode, ProblemError } from "@/lib/protocol/problems.ts";
import { parseId } from "@/lib/protocol/subjects.ts";
import { type Answer, refuse } from "@/lib/resources/answer.ts";
import { problemOfError } from "@/services/postgres/errors.ts";

const ERRORS_MAX = 20;
const MS_PER_S = 1_000;
/** After a failure of ours. */
const RETRY_S = 1;

/** What somebody is refused, as REST says it. */
const CODES: Readonly<Partial<Record<ChatErrorCode, ProblemCode>>> = {
  room_not_found: "not_found",
  message_not_found: "not_found",
  message_forbidden: "forbidden",
  message_deleted: "gone",
  bad_message: "validation_failed",
  too_many_messages: "too_many_requests",
  not_kept: "unavailable",
  unavailable: "unavailable",
  restart: "draining",
  internal: "internal",
};

export function chatProblem({ error, detail, retryAfterMs }: ChatRefused): Problem {
  const { message, retryable } = CHAT_ERRORS[error];
  const retryAfter = retryAfterMs === undefined ? RETRY_S : Math.ceil(retryAfterMs / MS_PER_S);
  return {
    code: CODES[error] ?? "bad_request",
    detail: detail === "" ? message : `${message}: ${detail}`,
    ...(retryable && { retryAfter }),
  };
}

/** Throws a refusal, so that the transaction around it rolls back. */
export function granted<T extends object>(found: T | ChatRefused): T {
  if ("error" in found) throw new ProblemError(chatProblem(found as ChatRefused));
  return found;
}

/** The answer of something that throws problems, or does not reach the database. */
export async function answered<T extends object>(run: () => Promise<T>): Promise<Answer<T>> {
  try {
    return { ok: true, ...await run() };
  } catch (error) {
    const problem = problemOfError(error);
    if (problem === undefined) throw error;
    return refuse(problem);
  }
}

export function invalid(path: string, message: string): Problem {
  return { code: "validation_failed", errors: [{ path, message }] };
}

/** The fields of a body. Problems: `bad_request`, `validation_failed`. */
export function readFields<T>(
  schema: v.GenericSchema<unknown, T>,
  body: unknown,
): Answer<{ readonly fields: T }> {
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    return refuse({ code: "bad_request", detail: "The body must be a JSON object" });
  }
  const result = v.safeParse(schema, body);
  if (result.success) return { ok: true, fields: result.output };
  const errors = result.issues.slice(0, ERRORS_MAX).map((issue) => {
    return { path: (v.getDotPath(issue) ?? "").slice(0, 64), message: issue.message.slice(0, 200) };
  });
  return refuse({ code: "validation_failed", errors });
}

/** A query parameter that is a number from 1 to `max`; `fallback` where it is not given. */
export function wholeParameter(
  params: URLSearchParams,
  name: string,
  { fallback, max }: { fallback: number; max: number },
): number {
  const text = params.get(name);
  const value = text === null || text === "" ? fallback : parseId(text);
  if (value === undefined || value > max) throw new ProblemError(invalid(name, `must be 1 to ${max}`));
  return value;
}

/** A query parameter that is a `seq`, or 0; undefined where it is not given. */
export function seqParameter(params: URLSearchParams, name: string): number | undefined {
  const text = params.get(name);
  if (text === null || text === "") return undefined;
  const value = text === "0" ? 0 : parseId(text);
  if (value === undefined) throw new ProblemError(invalid(name, "must be a seq, a whole number from 0"));
  return value;
}

/** Opaque text that names a place in a list. */
export function encodePlace(form: string, parts: readonly string[]): string {
  const bytes = new TextEncoder().encode(JSON.stringify([form, ...parts]));
  return bytes.toBase64({ alphabet: "base64url", omitPadding: true });
}

/** Its parts; throws the problem where it is none of this list. */
export function decodePlace(form: string, text: string, count: number): readonly string[] {
  let parts: unknown;
  try {
    const bytes = Uint8Array.fromBase64(text, { alphabet: "base64url" });
    parts = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    parts = undefined;
  }
  const isPlace = Array.isArray(parts) && parts.length === count + 1 && parts[0] === form &&
    parts.every((part) => typeof part === "string" && !part.includes("\0"));
  if (!isPlace) throw new ProblemError(invalid("after", "must be the next of a page of this list"));
  return (parts as string[]).slice(1);
}
