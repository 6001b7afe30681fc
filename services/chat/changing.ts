// Editing and deleting messages: the same row, one revision on.
import type { Principal } from "@/lib/auth/principal.ts";
import type { ChatRefused } from "@/lib/chat/errors.ts";
import { cleanText } from "@/lib/chat/text.ts";
import { type Access, accessTo } from "@/services/chat/access.ts";
import { selectMentionable } from "@/services/chat/mentionable.ts";
import {
  deleteMentions,
  insertMentions,
  messageOf,
  type MessageRow,
  selectMessage,
} from "@/services/chat/message_rows.ts";
import type { Kept } from "@/services/chat/ports.ts";
import { advanceRoom, type Head, lockRoom } from "@/services/chat/room_rows.ts";
import type { Transaction } from "@/services/postgres/pool.ts";

interface Where {
  readonly roomId: string;
  readonly id: number;
}

export async function edit(
  tx: Transaction,
  principal: Principal,
  { text, mentions, ...where }: Where & { text: string; mentions: readonly string[] },
): Promise<Kept | ChatRefused> {
  const found = await lockMessage(tx, principal, where);
  if ("error" in found) return found;
  const { row, place } = found;
  if (row.userId !== principal.userId) return forbidden(where);
  if (row.deleted) return { error: "message_deleted", detail: `message ${where.id}` };
  const cleaned = cleanText(text, { mayBeEmpty: row.linkId !== null });
  if ("refusal" in cleaned) return { error: "bad_message", detail: `text ${cleaned.refusal}` };
  const asked = [...new Set(mentions)];
  const isSame = cleaned.text === row.text && asked.length === row.mentions.length &&
    asked.every((userId) => row.mentions.includes(userId));
  if (isSame) return { message: messageOf(row), isNew: false };
  // Who was mentioned before may have left since.
  const added = asked.filter((userId) => !row.mentions.includes(userId));
  const people = await selectMentionable(tx, principal.orgId, { place, userIds: added });
  const stranger = added.find((userId) => !people.has(userId));
  if (stranger !== undefined) {
    const detail = `mentions: nobody in this room is "${stranger.toWellFormed()}"`;
    return { error: "bad_message", detail };
  }
  return await rewrite(tx, principal.orgId, {
    ...found,
    text: cleaned.text,
    mentions: asked,
    deletedBy: null,
  });
}

/** Takes a message back: its own sender, or who moderates the room. Its place stays. */
export async function remove(
  tx: Transaction,
  principal: Principal,
  where: Where,
): Promise<Kept | ChatRefused> {
  const found = await lockMessage(tx, principal, where);
  if ("error" in found) return found;
  const { row, rights } = found;
  if (row.userId !== principal.userId && !rights.moderate) return forbidden(where);
  if (row.deleted) return { message: messageOf(row), isNew: false };
  const deletedBy = principal.userId;
  return await rewrite(tx, principal.orgId, { ...found, text: "", mentions: [], deletedBy });
}

/** Whether the person may is read after the room was locked: who was put out of it meanwhile is out. */
async function lockMessage(
  tx: Transaction,
  principal: Principal,
  where: Where,
): Promise<Access & { row: MessageRow; head: Head } | ChatRefused> {
  const { orgId } = principal;
  const { roomId, id } = where;
  const [[head], access, [row]] = await Promise.all([
    lockRoom(tx, orgId, roomId),
    accessTo(tx, principal, roomId),
    selectMessage(tx, { orgId, roomId, id }),
  ]);
  if ("error" in access) return access;
  if (head === undefined || row === undefined) {
    return { error: "message_not_found", detail: `The room has no message ${id}` };
  }
  return { ...access, row, head };
}

async function rewrite(
  tx: Transaction,
  orgId: number,
  { row, head, text, mentions, deletedBy }: {
    row: MessageRow;
    head: Head;
    text: string;
    mentions: readonly string[];
    /** null: it is edited. */
    deletedBy: string | null;
  },
): Promise<Kept> {
  const { roomId, id, seq } = row;
  const rest = deletedBy === null
    ? tx`edited_at = clock_timestamp()`
    : tx`link_entity = null, link_id = null, deleted_at = clock_timestamp(), deleted_by = ${deletedBy}`;
  const [, , , , [written]] = await Promise.all([
    advanceRoom(tx, orgId, { roomId, said: 0 }),
    tx`update chat_messages set rev = ${head.lastRev + 1}, text = ${text},
        mentions = ${mentions as string[]}::text[], ${rest}
      where org_id = ${orgId} and room_id = ${roomId} and seq = ${seq}`,
    row.mentions.length > 0 && deleteMentions(tx, { orgId, roomId, seq }),
    mentions.length > 0 && insertMentions(tx, { orgId, roomId, rows: [{ seq, mentions }] }),
    selectMessage(tx, { orgId, roomId, id }),
  ]);
  return { message: messageOf(written!), isNew: true };
}

function forbidden({ id }: Where): ChatRefused {
  return { error: "message_forbidden", detail: `message ${id}` };
}
