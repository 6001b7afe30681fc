import * as v from "valibot";
import { ID } from "@/lib/contracts/json_schema.ts";
import { wire } from "@/lib/contracts/wire.ts";
import { coversProperty, type Principal } from "@/lib/auth/principal.ts";
import { MEMBERS_MAX, ROOM_NAME_CHARS_MAX } from "@/lib/chat/limits.ts";
import { parseRoomId } from "@/lib/chat/room_id.ts";
import { ProblemError } from "@/lib/protocol/problems.ts";
import { isId } from "@/lib/protocol/subjects.ts";
import { type Answer, refuse } from "@/lib/resources/answer.ts";
import { isWellFormed } from "@/lib/resources/plain_json.ts";
import { type Access, accessTo, nameOf } from "@/services/chat/access.ts";
import { answered, granted, invalid, readFields } from "@/services/chat/answers.ts";
import { lockRoom } from "@/services/chat/room_rows.ts";
import type { ChatRooms, RoomDetail } from "@/services/chat/rooms.ts";
import {
  countMembers,
  countTopics,
  deleteMember,
  insertMembers,
  insertTopic,
  renameTopic,
  selectNames,
} from "@/services/chat/topic_rows.ts";
import type { Sql, Transaction } from "@/services/postgres/pool.ts";
import { inTenant } from "@/services/postgres/tenant.ts";
import { claimKey, keepAnswer, keyUse } from "@/services/resources/idempotency.ts";
import { checkIdempotencyKey, expectedVersion } from "@/services/resources/preconditions.ts";

/** Topics that one person may have made. */
export const TOPICS_PER_PERSON_MAX = 200;
const USER_ID_CHARS_MAX = 128;
const CREATED = 201;

export interface ChatTopicsParts {
  readonly sql: Sql;
  readonly rooms: ChatRooms;
  /** Told after a commit: who is in a room, or how it is called, has changed. */
  readonly told: (orgId: number, roomId: string) => void;
  /** A topic was taken away: what was said in it is to go. */
  readonly removed: () => void;
}

const Name = v.pipe(
  v.string("must be text"),
  v.check(isWellFormed, "has characters that are not text"),
  v.transform((name) => name.replaceAll(/\s+/g, " ").trim()),
  v.check((name) => name !== "", "must not be empty"),
  v.check(
    (name) => [...name].length <= ROOM_NAME_CHARS_MAX,
    `must have at most ${ROOM_NAME_CHARS_MAX} characters`,
  ),
  wire({ pattern: "\\S", maxLength: ROOM_NAME_CHARS_MAX }),
);
const UserId = v.pipe(
  v.string("must be the id of a person"),
  v.check(isUserId, "must be the id of a person"),
  wire({ minLength: 1, maxLength: USER_ID_CHARS_MAX }),
);
/** The bodies of the three writes. */
export const NewTopicSchema = v.strictObject({
  name: Name,
  propertyId: v.nullish(v.pipe(v.custom<number>(isId, "must be the id of a property, or null"), wire(ID))),
  members: v.nullish(v.pipe(
    v.array(UserId, "must be a list of people"),
    v.maxLength(MEMBERS_MAX - 1, `must be at most ${MEMBERS_MAX - 1} people`),
  )),
});
export const RenamingSchema = v.strictObject({
  name: Name,
  version: v.nullish(v.pipe(v.custom<number>(isId, "must be the version that was read"), wire(ID))),
});
export const MembershipSchema = v.strictObject({
  role: v.picklist(["owner", "member"], "must be owner or member"),
});

/** Topics and who is in them. Only owners change them; who is no member sees none of it. */
export class ChatTopics {
  readonly #parts: ChatTopicsParts;

  constructor(parts: ChatTopicsParts) {
    this.#parts = parts;
  }

  /** With an Idempotency-Key the same request again gets the same answer, and `replayed`. */
  async create(
    principal: Principal,
    body: unknown,
    idempotencyKey: string | undefined,
  ): Promise<Answer<{ room: RoomDetail; replayed: boolean }>> {
    const read = readFields(NewTopicSchema, body);
    if (!read.ok) return read;
    const checked = checkIdempotencyKey(idempotencyKey);
    if (!checked.ok) return checked;
    const { orgId, userId } = principal;
    const { name, propertyId = null } = read.fields;
    const members = [...new Set(read.fields.members ?? [])].filter((member) => member !== userId);
    const use = checked.key === undefined
      ? undefined
      : keyUse(principal, checked.key, ["chat topic", name, propertyId, members]);
    const answer = await answered(() =>
      inTenant(this.#parts.sql, orgId, async (tx) => {
        const before = use && await claimKey(tx, use);
        if (before) return { room: JSON.parse(before.body) as RoomDetail, replayed: true };
        const room = await this.#make(tx, principal, { name, propertyId, members });
        if (use) await keepAnswer(tx, use, { status: CREATED, body: JSON.stringify(room) });
        return { room, replayed: false };
      })
    );
    if (answer.ok && !answer.replayed) this.#parts.told(orgId, answer.room.roomId);
    return answer;
  }

  async #make(
    tx: Transaction,
    principal: Principal,
    { name, propertyId, members }: { name: string; propertyId: number | null; members: readonly string[] },
  ): Promise<RoomDetail> {
    const { orgId, userId } = principal;
    const [property] = await tx<{ id: number }[]>`
      select id from properties where org_id = ${orgId} and id = ${propertyId}`;
    if (propertyId !== null && (property === undefined || !coversProperty(principal, propertyId))) {
      throw new ProblemError(invalid("propertyId", "is no property of this token"));
    }
    const [made] = await countTopics(tx, orgId, userId);
    if (made!.topics >= TOPICS_PER_PERSON_MAX) {
      const detail = `One person makes ${TOPICS_PER_PERSON_MAX} topics at most`;
      throw new ProblemError({ code: "quota_exceeded", detail });
    }
    const names = await this.#namesOf(tx, orgId, { propertyId, userIds: members, path: "members" });
    const [topic] = await insertTopic(tx, orgId, { name, propertyId, createdBy: userId });
    if (topic === undefined) {
      throw new ProblemError({
        code: "forbidden",
        detail: "The organisation of this token is not set up here",
      });
    }
    const { roomId } = topic;
    await insertMembers(tx, orgId, {
      roomId,
      addedBy: userId,
      members: [
        { userId, userName: nameOf(principal), role: "owner" },
        ...members.map((member) => ({
          userId: member,
          userName: names.get(member)!,
          role: "member" as const,
        })),
      ],
    });
    return await this.#parts.rooms.read(tx, principal, granted(await accessTo(tx, principal, roomId)));
  }

  /** Needs the version that was read, in If-Match or in the body. */
  async rename(
    principal: Principal,
    roomId: string,
    { body, ifMatch }: { body: unknown; ifMatch: string | undefined },
  ): Promise<Answer<{ room: RoomDetail }>> {
    const read = readFields(RenamingSchema, body);
    if (!read.ok) return read;
    const expected = expectedVersion(ifMatch, read.fields.version ?? undefined);
    if (!expected.ok) return expected;
    const { version } = expected;
    if (version === undefined) {
      return refuse({ code: "precondition_required", detail: "Send the version that was read in If-Match" });
    }
    return await this.#change(principal, roomId, async (tx, access) => {
      demandOwner(access);
      const [renamed] = await renameTopic(tx, principal.orgId, { roomId, name: read.fields.name, version });
      if (renamed === undefined) {
        const detail = `The room is not at version ${version} any more; read it again`;
        throw new ProblemError({ code: "version_conflict", detail });
      }
    });
  }

  /** From now on it is nobody's; what was said in it is taken away in the background. */
  async remove(principal: Principal, roomId: string): Promise<Answer<object>> {
    const { orgId } = principal;
    const answer = await answered(() =>
      inTenant(this.#parts.sql, orgId, async (tx) => {
        demandOwner(await this.#lock(tx, principal, roomId));
        await tx`delete from chat_members where org_id = ${orgId} and room_id = ${roomId}`;
        return {};
      })
    );
    if (answer.ok) {
      this.#parts.told(orgId, roomId);
      this.#parts.removed();
    }
    return answer;
  }

  /** Adds somebody, or says what they are. */
  async putMember(
    principal: Principal,
    roomId: string,
    { userId, body }: { userId: string; body: unknown },
  ): Promise<Answer<{ room: RoomDetail }>> {
    const read = readFields(MembershipSchema, body);
    if (!read.ok) return read;
    if (!isUserId(userId)) return refuse({ code: "not_found" });
    const { role } = read.fields;
    return await this.#change(principal, roomId, async (tx, access) => {
      const { orgId } = principal;
      demandOwner(access);
      const [count] = await countMembers(tx, orgId, { roomId, userId });
      const { members, otherOwners, name } = count!;
      if (role === "member" && name !== null) demandOtherOwner(otherOwners);
      if (name === null && members >= MEMBERS_MAX) {
        throw new ProblemError({
          code: "quota_exceeded",
          detail: `A topic has ${MEMBERS_MAX} members at most`,
        });
      }
      const { propertyId } = access.place;
      const names = name === null
        ? await this.#namesOf(tx, orgId, { propertyId, userIds: [userId], path: "userId" })
        : new Map([[userId, name]]);
      const member = { userId, userName: names.get(userId)!, role };
      await insertMembers(tx, orgId, { roomId, addedBy: principal.userId, members: [member] });
    });
  }

  /** Owners put others out; everybody may go. */
  async removeMember(principal: Principal, roomId: string, userId: string): Promise<Answer<object>> {
    const { orgId } = principal;
    if (!isUserId(userId)) return refuse({ code: "not_found" });
    const answer = await answered(() =>
      inTenant(this.#parts.sql, orgId, async (tx) => {
        const access = await this.#lock(tx, principal, roomId);
        if (userId !== principal.userId) demandOwner(access);
        const [count] = await countMembers(tx, orgId, { roomId, userId });
        if (count!.name === null) {
          throw new ProblemError({ code: "not_found", detail: `${userId} is no member` });
        }
        demandOtherOwner(count!.otherOwners);
        await deleteMember(tx, orgId, { roomId, userId });
        return {};
      })
    );
    if (answer.ok) this.#parts.told(orgId, roomId);
    return answer;
  }

  async #change(
    principal: Principal,
    roomId: string,
    work: (tx: Transaction, access: Access) => Promise<void>,
  ): Promise<Answer<{ room: RoomDetail }>> {
    const { orgId } = principal;
    const answer = await answered(async () => {
      const room = await inTenant(this.#parts.sql, orgId, async (tx) => {
        await work(tx, await this.#lock(tx, principal, roomId));
        return await this.#parts.rooms.read(tx, principal, granted(await accessTo(tx, principal, roomId)));
      });
      return { room };
    });
    if (answer.ok) this.#parts.told(orgId, roomId);
    return answer;
  }

  /** While somebody is put out of a topic nothing is said there: what is answered to either of them holds. */
  async #lock(tx: Transaction, principal: Principal, roomId: string): Promise<Access> {
    if (parseRoomId(roomId) === undefined) throw new ProblemError({ code: "not_found" });
    const [, access] = await Promise.all([
      lockRoom(tx, principal.orgId, roomId),
      accessTo(tx, principal, roomId),
    ]);
    return granted(access);
  }

  /** The names of people who can be in the topic; throws where one of them cannot. */
  async #namesOf(
    tx: Transaction,
    orgId: number,
    { propertyId, userIds, path }: { propertyId: number | null; userIds: readonly string[]; path: string },
  ): Promise<ReadonlyMap<string, string>> {
    const rows = userIds.length === 0 ? [] : await selectNames(tx, orgId, { propertyId, userIds });
    const names = new Map(rows.map(({ userId, userName }) => [userId, userName]));
    const stranger = userIds.find((userId) => !names.has(userId));
    if (stranger === undefined) return names;
    throw new ProblemError(invalid(path, `"${stranger}" is nobody who can be in this topic`));
  }
}

function demandOwner({ place, rights }: Access): void {
  if (rights.manage) return;
  const detail = place.kind === "topic"
    ? "Only owners of the topic do that"
    : "Only topics have a name of their own, and members";
  throw new ProblemError({ code: "forbidden", detail });
}

function demandOtherOwner(otherOwners: number): void {
  if (otherOwners > 0) return;
  throw new ProblemError({
    code: "forbidden",
    detail: "The last owner stays: make somebody else an owner first",
  });
}

function isUserId(text: string): boolean {
  return text !== "" && text.length <= USER_ID_CHARS_MAX && isWellFormed(text);
}
