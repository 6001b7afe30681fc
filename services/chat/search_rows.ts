// The SQL of a search in a room.
import type { Transaction } from "@/services/postgres/pool.ts";
import { type MessageRow, messages } from "@/services/chat/message_rows.ts";

export interface Search {
  readonly orgId: number;
  readonly roomId: string;
  /** All of them; the last one may go on. */
  readonly words: readonly string[];
  readonly before: number;
  readonly limit: number;
}

/** The latest messages with these words, the latest first. */
export function selectFound(tx: Transaction, { orgId, roomId, words, before, limit }: Search) {
  const whole = words.slice(0, -1).join(" ");
  const begun = words.at(-1) ?? "";
  const quoted = `'${begun.replaceAll("\\", "\\\\").replaceAll("'", "''")}':*`;
  return tx<MessageRow[]>`
    ${messages(tx)} where m.org_id = ${orgId} and m.room_id = ${roomId} and m.seq = any(array(
      select chat_search(${roomId}, plainto_tsquery('simple', ${whole}) && to_tsquery('simple', ${quoted}),
        ${before}, ${limit})))
    order by m.seq desc`;
}
