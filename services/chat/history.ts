import type { Principal } from "@/lib/auth/principal.ts";
import type { ChatMessage } from "@/lib/chat/message.ts";
import { ProblemError } from "@/lib/protocol/problems.ts";
import type { Answer } from "@/lib/resources/answer.ts";
import { isWellFormed } from "@/lib/resources/plain_json.ts";
import { accessTo } from "@/services/chat/access.ts";
import { answered, decodePlace, encodePlace, granted, invalid } from "@/services/chat/answers.ts";
import {
  messageOf,
  type MessageRow,
  selectAfter,
  selectBefore,
  selectIds,
} from "@/services/chat/message_rows.ts";
import { type Reader, selectReaders } from "@/services/chat/position_rows.ts";
import { selectFound } from "@/services/chat/search_rows.ts";
import type { Sql, Transaction } from "@/services/postgres/pool.ts";
import { inTenant } from "@/services/postgres/tenant.ts";
import { SEARCH_MS, Searches } from "@/services/resources/searches.ts";

/** Longest text that is searched for, in characters. */
export const CHAT_SEARCH_CHARS_MAX = 100;
/** Messages of a page of a search. */
export const FOUND_PAGE = 20;
/** Readers of a page, and the most that may be asked for. */
export const READERS_PAGE = 50;
export const READERS_PAGE_MAX = 200;
const FORM = "readers";

export interface MessagePage {
  readonly messages: readonly ChatMessage[];
  /** Are there more in the direction that was asked for? */
  readonly more: boolean;
}

/** What was said, for who may see the room. */
export class ChatHistory {
  readonly #sql: Sql;
  readonly #searches = new Searches();

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  /** The last messages, or those before or after a `seq`; in order of `seq`. */
  messages(
    principal: Principal,
    roomId: string,
    { before, after, limit }: {
      before: number | undefined;
      after: number | undefined;
      limit: number;
    },
  ): Promise<Answer<MessagePage>> {
    const { orgId } = principal;
    const stretch = { orgId, roomId, limit: limit + 1 };
    return this.#inRoom(principal, roomId, async (tx) => {
      if (after !== undefined) return pageOf(await selectAfter(tx, { ...stretch, after }), limit);
      const rows = await selectBefore(tx, { ...stretch, before: before ?? Number.MAX_SAFE_INTEGER });
      const { messages, more } = pageOf(rows, limit);
      return { messages: messages.toReversed(), more };
    });
  }

  /** Who has read a message and when, who was first first. Nobody reads what they said themselves. */
  readers(
    principal: Principal,
    roomId: string,
    { id, after, limit }: { id: number; after: string | undefined; limit: number },
  ): Promise<Answer<{ readers: readonly Reader[]; next: string | null }>> {
    const { orgId } = principal;
    return this.#inRoom(principal, roomId, async (tx) => {
      const from = after === undefined ? undefined : readerOf(after);
      const [message] = await selectIds(tx, { orgId, roomId, ids: [id] });
      if (message === undefined) {
        throw new ProblemError({ code: "not_found", detail: `The room has no message ${id}` });
      }
      const rows = await selectReaders(tx, {
        orgId,
        roomId,
        seq: message.seq,
        after: from,
        limit: limit + 1,
      });
      const readers = rows.slice(0, limit);
      const last = readers.at(-1);
      const next = rows.length > limit && last ? encodePlace(FORM, [last.readAt, last.userId]) : null;
      return { readers, next };
    });
  }

  /** Messages with all of these words, the last of which may go on; the latest first. */
  async search(
    principal: Principal,
    roomId: string,
    { q, before, limit }: { q: string; before: number | undefined; limit: number },
  ): Promise<Answer<MessagePage>> {
    const { orgId } = principal;
    const words = q.trim().split(/\s+/);
    return await answered(async () => {
      if (words[0] === "" || [...q].length > CHAT_SEARCH_CHARS_MAX || !isWellFormed(q)) {
        throw new ProblemError(invalid("q", `must have 1 to ${CHAT_SEARCH_CHARS_MAX} characters`));
      }
      return await this.#searches.run(orgId, () =>
        inTenant(this.#sql, orgId, async (tx) => {
          granted(await accessTo(tx, principal, roomId));
          const from = before ?? Number.MAX_SAFE_INTEGER;
          return pageOf(
            await selectFound(tx, { orgId, roomId, words, before: from, limit: limit + 1 }),
            limit,
          );
        }, { readOnly: true, statementMs: SEARCH_MS }));
    });
  }

  #inRoom<T extends object>(
    principal: Principal,
    roomId: string,
    read: (tx: Transaction) => Promise<T>,
  ): Promise<Answer<T>> {
    return answered(() =>
      inTenant(this.#sql, principal.orgId, async (tx) => {
        granted(await accessTo(tx, principal, roomId));
        return await read(tx);
      }, { readOnly: true })
    );
  }
}

/** One row more than asked tells whether there is more. */
function pageOf(rows: readonly MessageRow[], limit: number): MessagePage {
  return { messages: rows.slice(0, limit).map(messageOf), more: rows.length > limit };
}

function readerOf(text: string): { readAt: string; userId: string } {
  const [readAt = "", userId = ""] = decodePlace(FORM, text, 2);
  if (Number.isNaN(Date.parse(readAt))) {
    throw new ProblemError(invalid("after", "must be the next of a page of this list"));
  }
  return { readAt: new Date(readAt).toISOString(), userId };
}
