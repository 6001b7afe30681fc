import type { ConversationView, Outgoing } from "@/lib/chat/client/chat_types.ts";
import type { ChatMessage } from "@/lib/chat/message.ts";
import { localDay } from "@/lib/derived/local_day.ts";
import type { Sized } from "@/lib/pages/chat/window.ts";

/** Messages of one person that follow each other within this stand below one name. */
export const GROUP_MS = 5 * 60_000;
/** Calendar days begin at multiples of this in every time zone. */
const DAY_STEP_MS = 15 * 60_000;

/** Heights in pixels that rows roughly have: what is drawn is measured. */
const LINE_PX = 21;
const LINE_CHARS = 80;
const ROW_PX = 30;
const NAME_PX = 26;
const QUOTE_PX = 44;
const LINK_PX = 64;
const RULE_PX = 40;

/** A line of a conversation. `isFirst`: name and picture stand with it; the others of the group follow. */
export type Row =
  & Sized
  & (
    | { readonly kind: "older" }
    | { readonly kind: "day"; readonly day: string }
    | { readonly kind: "new" }
    | {
      readonly kind: "message";
      readonly message: ChatMessage;
      readonly isFirst: boolean;
      readonly isOwn: boolean;
    }
    | { readonly kind: "outgoing"; readonly outgoing: Outgoing; readonly isFirst: boolean }
  );

export interface RowsOptions {
  readonly userId: string;
  readonly timeZone: string;
}

type Said = Pick<ConversationView, "messages" | "outgoing" | "newAfter">;

/** A conversation as lines: days, where "new" begins, what was said in groups, and what is on its way. */
export function rowsOf({ messages, outgoing, newAfter }: Said, { userId, timeZone }: RowsOptions): Row[] {
  const rows: Row[] = [{ kind: "older", key: "older", estimate: RULE_PX }];
  const days = new Map<number, string>();
  const dayOf = (time: number) => {
    const step = Math.floor(time / DAY_STEP_MS);
    const known = days.get(step);
    if (known !== undefined) return known;
    const day = localDay(time, timeZone);
    days.set(step, day);
    return day;
  };
  let before: { readonly userId: string; readonly time: number; readonly day: string } | null = null;
  /** Adds the day where it is another one; answers whether a group begins. */
  const begins = (author: string, at: string, isApart = false): boolean => {
    const time = Date.parse(at);
    const day = dayOf(time);
    if (day !== before?.day) rows.push({ kind: "day", key: `day-${day}`, day, estimate: RULE_PX });
    const isFirst = isApart || before === null || before.userId !== author || before.day !== day ||
      time - before.time > GROUP_MS;
    before = { userId: author, time, day };
    return isFirst;
  };
  // Where it begins further back, nothing of what is here is the first new one.
  let isNewDue = (messages[0]?.seq ?? 0) <= newAfter + 1 &&
    messages.some(({ seq, userId: author }) => seq > newAfter && author !== userId);
  for (const message of messages) {
    const isNew = isNewDue && message.seq > newAfter;
    const at = rows.length;
    const isFirst = begins(message.userId, message.at, isNew);
    if (isNew) {
      // Above the day that begins with it: two lines say less than one above the other.
      rows.splice(at, 0, { kind: "new", key: "new", estimate: RULE_PX });
      isNewDue = false;
    }
    const isOwn = message.userId === userId;
    const key = isOwn ? `own-${message.clientMsgId}` : `seq-${message.seq}`;
    rows.push({ kind: "message", key, message, isFirst, isOwn, estimate: estimateOf(message, isFirst) });
  }
  for (const one of outgoing) {
    const isFirst = begins(userId, one.at);
    const key = `own-${one.clientMsgId}`;
    rows.push({ kind: "outgoing", key, outgoing: one, isFirst, estimate: estimateOf(one, isFirst) });
  }
  return rows;
}

function estimateOf(
  { text, replyTo, link }: { readonly text: string; readonly replyTo?: unknown; readonly link?: unknown },
  isFirst: boolean,
): number {
  const lines = text.split("\n").reduce((sum, line) => sum + Math.ceil(line.length / LINE_CHARS || 1), 0);
  return ROW_PX - LINE_PX + lines * LINE_PX + (isFirst ? NAME_PX : 0) + (replyTo ? QUOTE_PX : 0) +
    (link ? LINK_PX : 0);
}

/** May the place of the reader be held by this row? The others come and go. */
export function isLasting(row: Row | undefined): boolean {
  return row?.kind === "message";
}

/** The `seq` up to which everything down to this row was said; 0: nothing. */
export function seqAt(rows: readonly Row[], at: number): number {
  for (let i = Math.min(at, rows.length - 1); i >= 0; i--) {
    const row = rows[i]!;
    if (row.kind === "message") return row.message.seq;
  }
  return 0;
}
