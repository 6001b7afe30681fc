import type { Principal } from "@/lib/auth/principal.ts";
import type { ChatMessage, ChatRoom } from "@/lib/chat/message.ts";
import { parseRoomId } from "@/lib/chat/room_id.ts";
import { localDay, startOfDay } from "@/lib/derived/local_day.ts";
import { ProblemError } from "@/lib/protocol/problems.ts";
import type { Answer } from "@/lib/resources/answer.ts";
import { isWellFormed } from "@/lib/resources/plain_json.ts";
import { type Access, accessTo, type MemberRole, rightsIn } from "@/services/chat/access.ts";
import { answered, decodePlace, encodePlace, granted, invalid } from "@/services/chat/answers.ts";
import { messageOf } from "@/services/chat/message_rows.ts";
import { type Person, selectPeople } from "@/services/chat/people_rows.ts";
import { selectOwn } from "@/services/chat/position_rows.ts";
import {
  type AfterRoom,
  type RoomRow,
  selectLatest,
  selectRooms,
  selectState,
  selectUnread,
} from "@/services/chat/room_list.ts";
import { selectMembers, selectToday, selectWriters } from "@/services/chat/stats_rows.ts";
import type { Sql, Transaction } from "@/services/postgres/pool.ts";
import { inTenant } from "@/services/postgres/tenant.ts";

/** Rooms of a page, and the most that may be asked for. */
export const ROOMS_PAGE = 50;
export const ROOMS_PAGE_MAX = 100;
/** People that are proposed, and the most that may be asked for. */
export const PEOPLE_PAGE = 20;
export const PEOPLE_PAGE_MAX = 100;
const QUERY_CHARS_MAX = 100;
const FORM = "rooms";

export interface ChatRoomsParts {
  readonly sql: Sql;
  /** People that are in the room now. */
  readonly online: (orgId: number, roomId: string) => number;
  /** Unix milliseconds. */
  readonly now: () => number;
}

export interface RoomPage {
  readonly rooms: readonly ChatRoom[];
  /** null: this is the last page. */
  readonly next: string | null;
  /** Of all rooms of this person. */
  readonly unread: number;
  readonly mentions: number;
}

export interface Member extends Person {
  readonly role: MemberRole;
}

export type RoomDetail = ChatRoom & { readonly members?: readonly Member[] };

export interface RoomStats {
  readonly roomId: string;
  /** That are kept, deleted ones included. */
  readonly messages: number;
  /** Said since midnight where the property is. */
  readonly today: number;
  /** People who have said something. */
  readonly writers: number;
  /** null: not a topic. */
  readonly members: number | null;
  /** RFC 3339 */
  readonly lastAt: string | null;
}

/** Rooms, for who may see them; every other one is `not_found`. */
export class ChatRooms {
  readonly #parts: ChatRoomsParts;

  constructor(parts: ChatRoomsParts) {
    this.#parts = parts;
  }

  /** A person's rooms, page by page. */
  list(
    principal: Principal,
    { after, limit }: { after: string | undefined; limit: number },
  ): Promise<Answer<RoomPage>> {
    const { orgId } = principal;
    return answered(async () => {
      const from = after === undefined ? undefined : afterOf(after);
      return await inTenant(this.#parts.sql, orgId, async (tx) => {
        const [rows, [totals]] = await Promise.all([
          // One more than asked tells whether there is a next page.
          selectRooms(tx, principal, { after: from, limit: limit + 1 }),
          selectUnread(tx, principal),
        ]);
        const page = rows.slice(0, limit);
        const latest = await latestOf(tx, orgId, page);
        const rooms = page.map((row) => this.#roomOf(principal, row, latest.get(row.roomId) ?? null));
        const last = page.at(-1);
        const next = rows.length > limit && last ? encodePlace(FORM, [last.lastAt ?? "", last.roomId]) : null;
        return { rooms, next, ...totals! };
      }, { readOnly: true });
    });
  }

  get(principal: Principal, roomId: string): Promise<Answer<{ room: RoomDetail }>> {
    return answered(async () => {
      const room = await inTenant(this.#parts.sql, principal.orgId, async (tx) => {
        return await this.read(tx, principal, granted(await accessTo(tx, principal, roomId)));
      }, { readOnly: true });
      return { room };
    });
  }

  /** May this person see the room? */
  access(principal: Principal, roomId: string): Promise<Answer<Access>> {
    return answered(() =>
      inTenant(this.#parts.sql, principal.orgId, async (tx) => {
        return granted(await accessTo(tx, principal, roomId));
      }, { readOnly: true })
    );
  }

  /** The room as somebody sees it who has access, within a transaction. */
  async read(tx: Transaction, principal: Principal, { place, rights }: Access): Promise<RoomDetail> {
    const { orgId, userId } = principal;
    const { roomId, kind, name, propertyId } = place;
    const [[state], [own], members] = await Promise.all([
      selectState(tx, orgId, roomId),
      selectOwn(tx, { orgId, roomId, userId }),
      kind === "topic" ? selectMembers(tx, orgId, roomId) : undefined,
    ]);
    const { version = 1, lastSeq = 0, lastRev = 0, lastAt = null } = state ?? {};
    const latest = await latestOf(tx, orgId, [{ roomId, lastSeq }]);
    return {
      roomId,
      kind,
      name,
      propertyId,
      version,
      lastSeq,
      lastRev,
      lastAt,
      lastMessage: latest.get(roomId) ?? null,
      unread: Math.max(0, lastSeq - own!.readUpTo),
      mentions: own!.mentions,
      readUpTo: own!.readUpTo,
      online: this.#parts.online(orgId, roomId),
      may: rights,
      ...(members && { members: [...members] }),
    };
  }

  /** Who can be mentioned in a room: those whose name or id has `q` in it. */
  people(
    principal: Principal,
    roomId: string,
    { q, limit }: { q: string; limit: number },
  ): Promise<Answer<{ people: readonly Person[] }>> {
    const { orgId } = principal;
    return answered(async () => {
      if ([...q].length > QUERY_CHARS_MAX || !isWellFormed(q)) {
        throw new ProblemError(invalid("q", `must have at most ${QUERY_CHARS_MAX} characters`));
      }
      return await inTenant(this.#parts.sql, orgId, async (tx) => {
        const { place } = granted(await accessTo(tx, principal, roomId));
        return { people: [...await selectPeople(tx, orgId, { place, q: q.trim(), limit })] };
      }, { readOnly: true });
    });
  }

  stats(principal: Principal, roomId: string): Promise<Answer<{ stats: RoomStats }>> {
    const { orgId } = principal;
    return answered(async () => {
      const stats = await inTenant(this.#parts.sql, orgId, async (tx) => {
        const { place } = granted(await accessTo(tx, principal, roomId));
        const { propertyId } = place;
        const [property] = await tx<{ timezone: string }[]>`
          select timezone from properties where org_id = ${orgId} and id = ${propertyId}`;
        const zone = property?.timezone ?? "UTC";
        const since = new Date(startOfDay(localDay(this.#parts.now(), zone), zone)).toISOString();
        const [[state], [said], [writers], members] = await Promise.all([
          selectState(tx, orgId, roomId),
          selectToday(tx, { orgId, roomId, since }),
          selectWriters(tx, orgId, roomId),
          place.kind === "topic" ? selectMembers(tx, orgId, roomId) : undefined,
        ]);
        return {
          roomId,
          messages: said!.messages,
          today: said!.today,
          writers: writers!.writers,
          members: members?.length ?? null,
          lastAt: state?.lastAt ?? null,
        };
      }, { readOnly: true });
      return { stats };
    });
  }

  #roomOf(principal: Principal, row: RoomRow, lastMessage: ChatMessage | null): ChatRoom {
    const { roomId, name, propertyId, role, version, lastSeq, lastRev, lastAt, readUpTo, mentions } = row;
    const { kind } = parseRoomId(roomId)!;
    return {
      roomId,
      kind,
      name,
      propertyId,
      version,
      lastSeq,
      lastRev,
      lastAt,
      lastMessage,
      unread: lastSeq - readUpTo,
      mentions,
      readUpTo,
      online: this.#parts.online(principal.orgId, roomId),
      may: rightsIn({ roomId, kind, name, propertyId }, principal, role ?? undefined)!,
    };
  }
}

async function latestOf(
  tx: Transaction,
  orgId: number,
  rooms: readonly { roomId: string; lastSeq: number }[],
): Promise<ReadonlyMap<string, ChatMessage>> {
  const spoken = rooms.filter(({ lastSeq }) => lastSeq > 0);
  if (spoken.length === 0) return new Map();
  const rows = await selectLatest(tx, orgId, spoken);
  return new Map(rows.map((row) => [row.roomId, messageOf(row)]));
}

function afterOf(text: string): AfterRoom {
  const [lastAt = "", roomId = ""] = decodePlace(FORM, text, 2);
  const isTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(lastAt) && !Number.isNaN(Date.parse(lastAt));
  return { lastAt: isTime ? lastAt : null, roomId };
}
