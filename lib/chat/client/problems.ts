import type { ChatErrorCode } from "@/lib/chat/errors.ts";
import type { ChatErrorFrame } from "@/lib/chat/server_frames.ts";

export const LEFT = "You are not in this conversation any more";

/** What the server says for programs, said for people. */
const WORDS: Partial<Record<ChatErrorCode, string>> = {
  room_not_found: LEFT,
  message_not_found: "The message is not there any more",
  message_forbidden: "You may not change this message",
  message_deleted: "The message has been deleted",
};

export const NOT_UNDERSTOOD = "The message could not be taken";

export function chatProblem({ code, message }: Pick<ChatErrorFrame, "code" | "message">): string {
  return Object.hasOwn(WORDS, code) ? WORDS[code as ChatErrorCode]! : message;
}
