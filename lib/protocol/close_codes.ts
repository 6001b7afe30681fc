/** What a client does after its socket was closed; "long_poll": it polls, and asks each minute whether it may come back. */
export type Reconnect = "no" | "backoff" | "at_once" | "with_new_token" | "long_poll";

interface CloseCode {
  readonly code: number;
  /** Sent as the close reason: at most 123 bytes. */
  readonly reason: string;
  readonly reconnect: Reconnect;
}

/** Every close code the server uses, with the rule the client follows. */
export const CLOSE = {
  normal: { code: 1000, reason: "closed by the client", reconnect: "no" },
  going_away: {
    code: 1001,
    reason: "no answer to a ping, or page left",
    reconnect: "backoff",
  },
  too_big: { code: 1009, reason: "frame is too big", reconnect: "no" },
  restart: {
    code: 1012,
    reason: "instance is restarting",
    reconnect: "at_once",
  },
  slow: { code: 4008, reason: "no progress in reading", reconnect: "backoff" },
  bad_frame: { code: 4400, reason: "frame is not understood", reconnect: "no" },
  token_expired: {
    code: 4401,
    reason: "token has expired",
    reconnect: "with_new_token",
  },
  forbidden: { code: 4403, reason: "not allowed", reconnect: "no" },
  handshake_timeout: {
    code: 4408,
    reason: "no handshake in time",
    reconnect: "backoff",
  },
  token_revoked: {
    code: 4410,
    reason: "token was revoked",
    reconnect: "with_new_token",
  },
  too_many_frames: {
    code: 4429,
    reason: "too many frames",
    reconnect: "backoff",
  },
  internal: {
    code: 4500,
    reason: "something went wrong on our side",
    reconnect: "backoff",
  },
  downgrade: {
    code: 4503,
    reason: "streaming is switched off",
    reconnect: "long_poll",
  },
} as const satisfies Record<string, CloseCode>;

export type CloseName = keyof typeof CLOSE;

/**
 * How the upload socket ends. Whether the upload may go on on another connection, the error frame before it says;
 * `reconnect` is the rule where none came.
 */
export const UPLOAD_CLOSE = {
  done: { code: 1000, reason: "upload is over", reconnect: "no" },
  too_big: CLOSE.too_big,
  restart: CLOSE.restart,
  bad_frame: { code: 4400, reason: "frame is not understood", reconnect: "backoff" },
  token_expired: CLOSE.token_expired,
  token_revoked: CLOSE.token_revoked,
  forbidden: CLOSE.forbidden,
  not_found: { code: 4404, reason: "no such upload", reconnect: "no" },
  handshake_timeout: CLOSE.handshake_timeout,
  idle: { code: 4408, reason: "no frame in time", reconnect: "backoff" },
  taken_over: { code: 4409, reason: "taken over by another connection", reconnect: "no" },
  too_large: { code: 4413, reason: "file is too large", reconnect: "no" },
  wrong_type: { code: 4415, reason: "type is not taken or not the declared one", reconnect: "no" },
  wrong_checksum: { code: 4422, reason: "content is not the declared one", reconnect: "no" },
  window_exceeded: { code: 4429, reason: "too many chunks under way", reconnect: "backoff" },
  quota: { code: 4429, reason: "too much at once", reconnect: "no" },
  internal: CLOSE.internal,
  unavailable: { code: 4500, reason: "a part of the service cannot be reached", reconnect: "backoff" },
} as const satisfies Record<string, CloseCode>;

export type UploadCloseName = keyof typeof UPLOAD_CLOSE;

/** How the chat socket ends. */
export const CHAT_CLOSE = {
  normal: CLOSE.normal,
  going_away: CLOSE.going_away,
  too_big: CLOSE.too_big,
  restart: CLOSE.restart,
  slow: CLOSE.slow,
  bad_frame: CLOSE.bad_frame,
  token_expired: CLOSE.token_expired,
  token_revoked: CLOSE.token_revoked,
  forbidden: CLOSE.forbidden,
  handshake_timeout: CLOSE.handshake_timeout,
  too_many_frames: CLOSE.too_many_frames,
  internal: CLOSE.internal,
  unavailable: UPLOAD_CLOSE.unavailable,
} as const satisfies Record<string, CloseCode>;

export type ChatCloseName = keyof typeof CHAT_CLOSE;
