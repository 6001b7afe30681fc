import type { Principal } from "@/lib/auth/principal.ts";
import type { ChatRefused } from "@/lib/chat/errors.ts";
import { HISTORY_MESSAGES } from "@/lib/chat/limits.ts";
import type { ChatMessage } from "@/lib/chat/message.ts";
import { parseRoomId } from "@/lib/chat/room_id.ts";
import { accessTo, roomNotFound, selectPlace } from "@/services/chat/access.ts";
import { edit, remove } from "@/services/chat/changing.ts";
import {
  messageOf,
  selectAfter,
  selectBefore,
  selectChanged,
  selectIds,
} from "@/services/chat/message_rows.ts";
import type {
  ChatRecord,
  Entered,
  Kept,
  OpenedRoom,
  Position,
  Seen,
  Sending,
  TopicMembers,
} from "@/services/chat/ports.ts";
import {
  advancePositions,
  lockPositions,
  selectOwn,
  selectPositions,
} from "@/services/chat/position_rows.ts";
import { selectHeads } from "@/services/chat/room_rows.ts";
import { send } from "@/services/chat/sending.ts";
import { selectMembersOf, selectTopics } from "@/services/chat/topic_rows.ts";
import type { Sql } from "@/services/postgres/pool.ts";
import { inTenant } from "@/services/postgres/tenant.ts";

/** What is said, as PostgreSQL keeps it. */
export class PostgresChatRecord implements ChatRecord {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  async enter(principal: Principal, roomId: string): Promise<Entered | ChatRefused> {
    if (parseRoomId(roomId) === undefined) return roomNotFound(roomId);
    const { orgId, userId } = principal;
    return await inTenant(this.#sql, orgId, async (tx) => {
      const [access, [own]] = await Promise.all([
        accessTo(tx, principal, roomId),
        selectOwn(tx, { orgId, roomId, userId }),
      ]);
      return "error" in access ? access : { ...own!, may: access.rights };
    }, { readOnly: true });
  }

  /** Throws where what the room is about was taken away since. */
  open(orgId: number, roomId: string): Promise<OpenedRoom> {
    // Counters, messages and positions of one moment.
    return inTenant(this.#sql, orgId, async (tx) => {
      const [place, [head], latest, positions] = await Promise.all([
        selectPlace(tx, orgId, roomId),
        selectHeads(tx, orgId, [roomId]),
        selectBefore(tx, { orgId, roomId, before: Number.MAX_SAFE_INTEGER, limit: HISTORY_MESSAGES }),
        selectPositions(tx, orgId, roomId),
      ]);
      if (place === undefined) throw new Error(`Cannot open room ${roomId}: it is gone`);
      const { lastSeq, lastRev } = head ?? { lastSeq: 0, lastRev: 0 };
      return {
        ...place,
        lastSeq,
        lastRev,
        history: latest.map(messageOf).reverse(),
        positions: [...positions],
      };
    }, { readOnly: true, snapshot: true });
  }

  async heads(orgId: number, roomIds: readonly string[]): Promise<ReadonlyMap<string, Seen>> {
    const rows = await inTenant(this.#sql, orgId, (tx) => selectHeads(tx, orgId, roomIds), {
      readOnly: true,
    });
    return new Map(rows.map(({ roomId, lastRev, propertyId }) => [roomId, { lastRev, propertyId }]));
  }

  async changesAfter(
    orgId: number,
    roomId: string,
    rev: number,
    max: number,
  ): Promise<readonly ChatMessage[]> {
    const rows = await inTenant(
      this.#sql,
      orgId,
      (tx) => selectChanged(tx, { orgId, roomId, rev, limit: max }),
      { readOnly: true },
    );
    return rows.map(messageOf);
  }

  async messagesAfter(
    orgId: number,
    roomId: string,
    seq: number,
    max: number,
  ): Promise<readonly ChatMessage[]> {
    const rows = await inTenant(
      this.#sql,
      orgId,
      (tx) => selectAfter(tx, { orgId, roomId, after: seq, limit: max }),
      { readOnly: true },
    );
    return rows.map(messageOf);
  }

  async send(
    orgId: number,
    roomId: string,
    sendings: readonly Sending[],
  ): Promise<readonly (Kept | ChatRefused)[]> {
    if (parseRoomId(roomId) === undefined) return sendings.map(() => roomNotFound(roomId));
    return await inTenant(this.#sql, orgId, (tx) => send(tx, orgId, { roomId, sendings }));
  }

  async edit(
    principal: Principal,
    change: { roomId: string; id: number; text: string; mentions: readonly string[] },
  ): Promise<Kept | ChatRefused> {
    if (parseRoomId(change.roomId) === undefined) return roomNotFound(change.roomId);
    return await inTenant(this.#sql, principal.orgId, (tx) => edit(tx, principal, change));
  }

  async remove(principal: Principal, removal: { roomId: string; id: number }): Promise<Kept | ChatRefused> {
    if (parseRoomId(removal.roomId) === undefined) return roomNotFound(removal.roomId);
    return await inTenant(this.#sql, principal.orgId, (tx) => remove(tx, principal, removal));
  }

  async seqOf(orgId: number, roomId: string, id: number): Promise<number | undefined> {
    const [row] = await inTenant(this.#sql, orgId, (tx) => selectIds(tx, { orgId, roomId, ids: [id] }), {
      readOnly: true,
    });
    return row?.seq;
  }

  advance(orgId: number, roomId: string, positions: readonly Position[]): Promise<readonly Position[]> {
    const advance = { orgId, roomId, positions };
    return inTenant(this.#sql, orgId, async (tx) => {
      const [, , ahead] = await Promise.all([...lockPositions(tx, advance), advancePositions(tx, advance)]);
      return [...ahead];
    });
  }

  async topicsOf(principal: Principal): Promise<readonly string[]> {
    const rows = await inTenant(this.#sql, principal.orgId, (tx) => selectTopics(tx, principal), {
      readOnly: true,
    });
    return rows.map(({ roomId }) => roomId);
  }

  async membersOf(orgId: number, roomId: string): Promise<TopicMembers | undefined> {
    const rows = await inTenant(this.#sql, orgId, (tx) => selectMembersOf(tx, { orgId, roomId }), {
      readOnly: true,
    });
    return rows[0] && { name: rows[0].name, userIds: new Set(rows.map(({ userId }) => userId)) };
  }
}
