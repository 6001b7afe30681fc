import { UPLOAD_CLOSE } from "@/lib/protocol/close_codes.ts";
import type { UploadErrorFrame } from "@/lib/upload/server_frames.ts";
import type { UploadFailure } from "@/lib/upload/client/upload_types.ts";

/** What follows a close: another attempt, one at once, one with a new token, or the end. */
export type CloseRule = "backoff" | "at_once" | "with_new_token" | UploadFailure["again"];

/** Failures that another upload of the same file may not meet: what was begun is gone, or no room was left for it. */
const ANEW: ReadonlySet<string> = new Set([
  "upload_not_found",
  "upload_differs",
  "upload_expired",
  "upload_cancelled",
  "upload_refused",
  "quota_exceeded",
  "storage_full",
]);

/** Refusals that are worth another attempt, and likely to come again: of this client, or of this one file. */
const REPEATS: ReadonlySet<string> = new Set(["bad_frame", "bad_chunk", "window_exceeded", "internal"]);

export function isLikelyToRepeat(error: UploadErrorFrame | null): boolean {
  return error !== null && REPEATS.has(error.code);
}

/** The rule for a socket that closed with `code`, after this error frame, if any came. Codes of the network: try again. */
export function closeRule(code: number, error: UploadErrorFrame | null): CloseRule {
  const known = Object.values(UPLOAD_CLOSE).find((close) => close.code === code);
  if (known?.reconnect === "with_new_token") return "with_new_token";
  if (error === null) {
    if (known === undefined || known.reconnect === "backoff") return "backoff";
    // Closed in order, yet without the document.
    if (known.code === UPLOAD_CLOSE.done.code || known.reconnect === "at_once") return "at_once";
    return known.code === UPLOAD_CLOSE.taken_over.code ? "resume" : "no";
  }
  if (error.retryable) return known?.reconnect === "at_once" ? "at_once" : "backoff";
  if (ANEW.has(error.code)) return "anew";
  return error.code === "taken_over" ? "resume" : "no";
}
