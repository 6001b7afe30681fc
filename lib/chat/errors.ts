import type { ChatCloseName } from "@/lib/protocol/close_codes.ts";

interface ChatError {
  /** Does sending the same again, now or after a wait, make sense? */
  readonly retryable: boolean;
  readonly message: string;
  /** How the connection ends with it; null: it stays. */
  readonly close: ChatCloseName | null;
}

/** Error frames of the chat socket. Where one refuses a frame that had a `clientMsgId` or a `roomId`, it repeats them. */
export const CHAT_ERRORS = {
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
  room_not_found: { retryable: false, message: "There is no such room for this person", close: null },
  not_joined: { retryable: false, message: "The room is not joined on this connection", close: null },
  too_many_rooms: { retryable: false, message: "Too many rooms are joined on this connection", close: null },
  message_not_found: { retryable: false, message: "The room has no such message", close: null },
  message_forbidden: {
    retryable: false,
    message: "This person may not change this message",
    close: null,
  },
  message_deleted: { retryable: false, message: "The message is deleted", close: null },
  bad_message: { retryable: false, message: "The message cannot be taken", close: null },
  too_many_messages: { retryable: true, message: "Too many messages in a short time", close: null },
  not_kept: { retryable: true, message: "The message could not be kept", close: null },
  bad_handshake: { retryable: false, message: "The handshake is not understood", close: "bad_frame" },
  user_mismatch: { retryable: false, message: "The token is of another person", close: "forbidden" },
  bad_frame: { retryable: false, message: "The frame is not understood", close: "bad_frame" },
  frame_too_big: { retryable: false, message: "The frame is too big", close: "too_big" },
  too_many_frames: { retryable: true, message: "Too many frames in a short time", close: "too_many_frames" },
  handshake_timeout: { retryable: true, message: "No handshake arrived in time", close: "handshake_timeout" },
  slow: { retryable: true, message: "What was sent is not read", close: "slow" },
  token_expired: { retryable: true, message: "The token has expired", close: "token_expired" },
  token_revoked: { retryable: false, message: "The token has been revoked", close: "token_revoked" },
  restart: { retryable: true, message: "This instance is restarting", close: "restart" },
  unavailable: { retryable: true, message: "A part of the service cannot be reached", close: "unavailable" },
  internal: { retryable: true, message: "Something went wrong on our side", close: "internal" },
} as const satisfies Record<string, ChatError>;

export type ChatErrorCode = keyof typeof CHAT_ERRORS;

/** What was refused, with the words for its sender. */
export interface ChatRefused {
  readonly error: ChatErrorCode;
  readonly detail: string;
  /** Trying again makes sense after so many ms. */
  readonly retryAfterMs?: number;
}
