import { isObject, isSeq, isText } from "@/lib/client/server_frames.ts";
import type { Rest } from "@/lib/client/rest.ts";
import { PAGE_MESSAGES_MAX } from "@/lib/chat/limits.ts";
import type { ChatMessage, ChatRoom } from "@/lib/chat/message.ts";
import { ROOMS_PAGE } from "@/lib/chat/client/limits.ts";
import { isMessage, isRoom } from "@/lib/chat/client/server_frames.ts";

export interface RoomsPage {
  readonly rooms: readonly ChatRoom[];
  /** null: these were the last ones. */
  readonly next: string | null;
  /** Of all rooms. */
  readonly unread: number;
  readonly mentions: number;
}

export interface MessagesPage {
  /** In order of `seq`. */
  readonly messages: readonly ChatMessage[];
  readonly more: boolean;
}

const ROOMS_PATH = "/v2/collaboration/rooms";

/** What a chat reads by REST. null: it could not be had. */
export class ChatRest {
  readonly #rest: Pick<Rest, "json">;

  constructor(rest: Pick<Rest, "json">) {
    this.#rest = rest;
  }

  async rooms(after: string | null): Promise<RoomsPage | null> {
    const query = new URLSearchParams({ limit: String(ROOMS_PAGE), ...(after !== null && { after }) });
    const value = await this.#read(`${ROOMS_PATH}?${query}`);
    if (!isObject(value) || !Array.isArray(value.rooms)) return null;
    const { rooms, next, unread, mentions } = value;
    return {
      rooms: rooms.filter(isRoom),
      next: isText(next) ? next : null,
      unread: isSeq(unread) ? unread : 0,
      mentions: isSeq(mentions) ? mentions : 0,
    };
  }

  async older(roomId: string, before: number): Promise<MessagesPage | null> {
    const query = new URLSearchParams({ before: String(before), limit: String(PAGE_MESSAGES_MAX) });
    const value = await this.#read(`${ROOMS_PATH}/${roomId}/messages?${query}`);
    if (!isObject(value) || !Array.isArray(value.messages) || !value.messages.every(isMessage)) return null;
    return { messages: value.messages, more: value.more === true };
  }

  async #read(path: string): Promise<unknown> {
    const answer = await this.#rest.json(path);
    return answer.ok ? answer.value : null;
  }
}
