/**
 * Chat from a browser, without any framework: one connection for all rooms, messages that are sent once whatever happens
 * on the way, and everything that is to be seen of a conversation. docs/client.md shows how it is used.
 *
 * @module
 */
export { browserChat, type BrowserChatOptions, browserChatWorld } from "@/lib/chat/client/browser.ts";
export { Chat, type ChatOptions } from "@/lib/chat/client/chat.ts";
export type { ChatWorld } from "@/lib/chat/client/chat_world.ts";
export type {
  ChangeRefusal,
  ChatLike,
  ChatState,
  ChatView,
  ConversationLike,
  ConversationView,
  Draft,
  Outgoing,
} from "@/lib/chat/client/chat_types.ts";
export { type MentionAt, mentionAt, mentionedIn, withMention } from "@/lib/chat/client/mentions.ts";
export { type TextPiece, textPieces } from "@/lib/chat/client/text_pieces.ts";
