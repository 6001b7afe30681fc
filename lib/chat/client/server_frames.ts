import { isObject, isSeq, isText } from "@/lib/client/server_frames.ts";
import type { ChatMessage, ChatRoom } from "@/lib/chat/message.ts";
import type { ChatServerFrame } from "@/lib/chat/server_frames.ts";

type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads a frame of the server, without schemas, which would be too large for a browser. null: none that is known; a client
 * passes over those.
 */
export function readServerChatFrame(text: string): ChatServerFrame | null {
  const frame = parse(text);
  return isObject(frame) && isKnown(frame) ? frame as unknown as ChatServerFrame : null;
}

function isKnown(frame: Fields): boolean {
  switch (frame.type) {
    case "joined":
      return isJoined(frame);
    case "chat":
      return isMessage(frame) && (frame.prevRev === undefined || isSeq(frame.prevRev));
    case "activity":
      return isMessage(frame.message);
    case "ack":
      return isText(frame.roomId) && [frame.id, frame.seq, frame.rev].every(isSeq);
    case "typing":
      return isText(frame.roomId) && isSeq(frame.count) && Array.isArray(frame.users) &&
        frame.users.every(isPerson);
    case "presence":
      return isText(frame.roomId) && isObject(frame.users) && isObject(frame.names);
    case "read":
      return isText(frame.roomId) && isPositions(frame.receipts) && isPositions(frame.delivered);
    case "position":
      return isText(frame.roomId) && isSeq(frame.readUpTo);
    case "left":
      return isText(frame.roomId);
    case "error":
      return isText(frame.code) && typeof frame.message === "string";
    default:
      return frame.type === "rooms" || frame.type === "renewed" || frame.type === "ping";
  }
}

function isJoined(frame: Fields): boolean {
  return isText(frame.roomId) && typeof frame.name === "string" && isObject(frame.may) &&
    [frame.seq, frame.rev, frame.readUpTo].every(isSeq) &&
    Array.isArray(frame.history) && frame.history.every(isMessage) &&
    Array.isArray(frame.online) && frame.online.every(isPerson) &&
    isPositions(frame.receipts) && isPositions(frame.delivered);
}

export function isMessage(value: unknown): value is ChatMessage {
  return isObject(value) && [value.id, value.seq, value.rev].every(isSeq) &&
    [value.roomId, value.userId, value.at].every(isText) && typeof value.userName === "string" &&
    typeof value.text === "string" && typeof value.clientMsgId === "string";
}

export function isRoom(value: unknown): value is ChatRoom {
  return isObject(value) && isText(value.roomId) && typeof value.name === "string" && isObject(value.may) &&
    [value.lastSeq, value.lastRev, value.unread, value.mentions, value.readUpTo, value.online].every(isSeq) &&
    (value.lastAt === null || isText(value.lastAt)) &&
    (value.lastMessage === null || isMessage(value.lastMessage));
}

function isPerson(value: unknown): boolean {
  return isObject(value) && isText(value.userId) && typeof value.userName === "string";
}

function isPositions(value: unknown): boolean {
  return isObject(value) && Object.values(value).every(isSeq);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
