import type { UploadCloseName } from "@/lib/protocol/close_codes.ts";

interface UploadError {
  /** Does going on with the same upload, on this socket or another, make sense? */
  readonly retryable: boolean;
  readonly message: string;
  /** How the connection ends with it; null: it stays. */
  readonly close: UploadCloseName | null;
}

/** Error frames of the upload socket. */
export const UPLOAD_ERRORS = {
  seq_mismatch: { retryable: true, message: "Another chunk is expected", close: null },
  token_expiring: {
    retryable: true,
    message: "The token ends soon: send a new one in an auth frame",
    close: null,
  },
  token_invalid: { retryable: false, message: "The new token is not valid", close: null },
  token_mismatch: {
    retryable: false,
    message: "The new token is of another person or organisation",
    close: null,
  },
  bad_handshake: { retryable: false, message: "The handshake is not understood", close: "bad_frame" },
  bad_frame: { retryable: true, message: "The frame is not understood", close: "bad_frame" },
  bad_chunk: {
    retryable: true,
    message: "The chunk does not have the bytes it must have",
    close: "bad_frame",
  },
  frame_too_big: { retryable: false, message: "The frame is too big", close: "too_big" },
  handshake_timeout: { retryable: true, message: "No handshake arrived in time", close: "handshake_timeout" },
  idle: { retryable: true, message: "No frame arrived in time", close: "idle" },
  taken_over: {
    retryable: false,
    message: "Another connection goes on with this upload",
    close: "taken_over",
  },
  window_exceeded: { retryable: true, message: "Too many chunks are under way", close: "window_exceeded" },
  token_expired: { retryable: true, message: "The token has expired", close: "token_expired" },
  token_revoked: { retryable: false, message: "The token has been revoked", close: "token_revoked" },
  restart: { retryable: true, message: "This instance is restarting", close: "restart" },
  unavailable: { retryable: true, message: "A part of the service cannot be reached", close: "unavailable" },
  internal: { retryable: true, message: "Something went wrong on our side", close: "internal" },
  storage_full: { retryable: false, message: "There is no room for this file", close: "quota" },
  quota_exceeded: { retryable: false, message: "Too much is being uploaded at once", close: "quota" },
  too_large: { retryable: false, message: "The file is too large", close: "too_large" },
  size_mismatch: { retryable: false, message: "Not as many bytes came as were declared", close: "too_large" },
  type_unsupported: { retryable: false, message: "Files of this type are not taken", close: "wrong_type" },
  type_mismatch: {
    retryable: false,
    message: "The content is not of the declared type",
    close: "wrong_type",
  },
  checksum_mismatch: {
    retryable: false,
    message: "The content has another SHA-256 than declared",
    close: "wrong_checksum",
  },
  guest_not_found: { retryable: false, message: "This property has no such guest", close: "forbidden" },
  property_forbidden: {
    retryable: false,
    message: "The token does not cover this property",
    close: "forbidden",
  },
  service_forbidden: {
    retryable: false,
    message: "The token does not allow the service guest",
    close: "forbidden",
  },
  upload_not_found: {
    retryable: false,
    message: "There is no such upload of this person",
    close: "not_found",
  },
  upload_differs: {
    retryable: false,
    message: "The upload was begun with another file, guest or property",
    close: "not_found",
  },
  upload_expired: { retryable: false, message: "The upload was not finished in time", close: "not_found" },
  upload_cancelled: { retryable: false, message: "The upload was cancelled", close: "not_found" },
  upload_refused: { retryable: false, message: "The upload was refused", close: "not_found" },
} as const satisfies Record<string, UploadError>;

export type UploadErrorCode = keyof typeof UPLOAD_ERRORS;

/** What was refused, with the words for its sender. */
export interface UploadRefused {
  readonly error: UploadErrorCode;
  readonly detail: string;
}
