import { ChatHistory } from "@/services/chat/history.ts";
import { ChatRetention } from "@/services/chat/retention.ts";
import { ChatRooms } from "@/services/chat/rooms.ts";
import { ChatSweeper } from "@/services/chat/sweeper.ts";
import { ChatTopics } from "@/services/chat/topics.ts";
import type { Sql } from "@/services/postgres/pool.ts";

export interface ChatRestParts {
  readonly sql: Sql;
  /** Told after a commit: who is in a room, or how it is called, has changed. */
  readonly told: (orgId: number, roomId: string) => void;
  /** People that are in a room now. */
  readonly online: (orgId: number, roomId: string) => number;
  /** Unix milliseconds. */
  readonly now: () => number;
  /** 0 to 1. */
  readonly random: () => number;
  readonly failed: (error: unknown) => void;
}

/** What the REST API of chat reaches besides what is said live. */
export interface ChatRest {
  readonly rooms: ChatRooms;
  readonly topics: ChatTopics;
  readonly history: ChatHistory;
  readonly retention: ChatRetention;
  readonly sweeper: ChatSweeper;
}

export function createChatRest({ sql, told, online, now, random, failed }: ChatRestParts): ChatRest {
  const rooms = new ChatRooms({ sql, online, now });
  const sweeper = new ChatSweeper({ sql, random, failed });
  const topics = new ChatTopics({ sql, rooms, told, removed: () => void sweeper.sweep() });
  return { rooms, topics, history: new ChatHistory(sql), retention: new ChatRetention(sql), sweeper };
}
