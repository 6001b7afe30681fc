import { Dice } from "@/lib/random/dice.ts";
import type { DemoCalendar } from "@/services/demo/calendar.ts";
import { DEMO_ROOMS, type DemoRoom } from "@/services/demo/chat_rooms.ts";
import { readSteps, type Speaker, type Surroundings, type Talk, talkOf } from "@/services/demo/chat_talk.ts";
import type { Hotel } from "@/services/demo/hotels.ts";
import { DEMO_USERS } from "@/services/demo/users.ts";
import type { Transaction } from "@/services/postgres/pool.ts";

/** What was seeded of each hotel, by the number of its property. */
export type SeededHotels = ReadonlyMap<number, { readonly hotel: Hotel; readonly about: Surroundings }>;

const DICE_SEED = 77_000;
/** What those who cannot sign in have left unread, at most. */
const UNREAD_MAX = 30;

/** Puts the conversations of one organisation into its rooms. */
export async function seedChat(
  tx: Transaction,
  orgId: number,
  hotels: SeededHotels,
  calendar: DemoCalendar,
): Promise<void> {
  for (const [n, room] of (DEMO_ROOMS.get(orgId) ?? []).entries()) {
    const dice = new Dice(DICE_SEED + orgId * 100 + n);
    const about = aboutOf(room, hotels);
    const people = peopleOf(room, orgId, hotels);
    const talk = talkOf({ ...room, people, about }, calendar, dice);
    const roomId = await insertRoom(tx, orgId, room, about, people[0]!, talk);
    if (room.members !== undefined) await insertMembers(tx, { org_id: orgId, room_id: roomId }, people);
    await insertMessages(tx, { org_id: orgId, room_id: roomId }, talk);
    await insertReads(tx, { org_id: orgId, room_id: roomId }, { room, people, talk, dice });
  }
}

type Head = { readonly org_id: number; readonly room_id: string };

/** Things of the property; of a hotel room's talk only that room and who is in it. */
function aboutOf({ about }: DemoRoom, hotels: SeededHotels): Surroundings {
  const all = hotels.get(about.property ?? 1)!.about;
  if (about.kind !== "room") return all;
  const own = all.guests.filter(({ room }) => room === about.number);
  return {
    rooms: all.rooms.filter(({ number }) => number === about.number),
    guests: own.length > 0 ? own : all.guests.slice(0, 1).map((guest) => ({ ...guest, room: about.number })),
    tasks: all.tasks,
  };
}

/** Who talks there; of a topic its members, the owner first. */
export function peopleOf({ about, members }: DemoRoom, orgId: number, hotels: SeededHotels): Speaker[] {
  const property = about.property;
  const users = DEMO_USERS.filter((user) => {
    return user.orgId === orgId &&
      (property === null || user.properties === "*" || user.properties.includes(property));
  }).map(({ userId, name, role }) => {
    return { userId, name, position: role === "staff" ? "Front desk" : "Manager" };
  });
  const { employees } = hotels.get(property ?? 1)!.hotel;
  const all = [
    ...users,
    ...employees.map(([name, position]) => ({ userId: userIdOf(name), name, position })),
  ];
  if (members === undefined) return all;
  const chosen = members.flatMap((member) => {
    return all.filter(({ userId, position }) => userId === member || position === member);
  });
  return [...new Set(chosen)];
}

/** `Anita D'Costa` is `anita.dcosta`. */
function userIdOf(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z ]/g, "").replaceAll(" ", ".");
}

async function insertRoom(
  tx: Transaction,
  orgId: number,
  { about }: DemoRoom,
  { rooms }: Surroundings,
  maker: Speaker,
  { messages, lastRev }: Talk,
): Promise<string> {
  const row = {
    org_id: orgId,
    property_id: about.property,
    name: about.kind === "topic" ? about.name : null,
    last_seq: messages.length,
    last_rev: lastRev,
    last_at: messages.at(-1)!.at,
    created_by: maker.userId,
    created_at: messages[0]!.at,
  };
  const number = about.kind === "topic"
    ? await topicNumber(tx)
    : about.kind === "room"
    ? rooms[0]!.id
    : about.property;
  const id = `${about.kind}-${number}`;
  await tx`insert into chat_rooms ${tx({ ...row, id })}`;
  return id;
}

async function topicNumber(tx: Transaction): Promise<number> {
  const [row] = await tx<{ number: number }[]>`select nextval('chat_topics') as number`;
  return row!.number;
}

async function insertMembers(tx: Transaction, head: Head, people: readonly Speaker[]): Promise<void> {
  const rows = people.map(({ userId, name }, n) => ({
    ...head,
    user_id: userId,
    user_name: name,
    role: n === 0 ? "owner" : "member",
    added_by: people[0]!.userId,
  }));
  await tx`insert into chat_members ${tx(rows)}`;
}

async function insertMessages(tx: Transaction, head: Head, { messages }: Talk): Promise<void> {
  const rows = messages.map((said) => ({
    ...head,
    seq: said.seq,
    rev: said.rev,
    user_id: said.by.userId,
    user_name: said.by.name,
    text: said.text,
    client_msg_id: `demo-${said.seq}`,
    at: said.at,
    edited_at: said.editedAt,
    deleted_at: said.deletedAt,
    deleted_by: said.deletedAt === null ? null : said.by.userId,
    link_entity: said.link?.entity ?? null,
    link_id: said.link?.id ?? null,
    mentions: [...said.mentions],
  }));
  await tx`insert into chat_messages ${tx(rows)}`;
  const replies = messages.flatMap(({ seq, replyTo }) => replyTo === null ? [] : [{ seq, replyTo }]);
  // The database makes the ids, so they are known only now.
  await tx`update chat_messages reply set reply_to = quoted.id
    from unnest(${replies.map(({ seq }) => seq)}::bigint[], ${
    replies.map(({ replyTo }) => replyTo)
  }::bigint[])
        as pair (seq, quoted_seq), chat_messages quoted
    where reply.org_id = ${head.org_id} and reply.room_id = ${head.room_id} and reply.seq = pair.seq
      and quoted.org_id = reply.org_id and quoted.room_id = reply.room_id and quoted.seq = pair.quoted_seq`;
  const mentions = messages.flatMap(({ seq, mentions }) => {
    return mentions.map((userId) => ({ ...head, user_id: userId, seq }));
  });
  if (mentions.length > 0) await tx`insert into chat_mentions ${tx(mentions)}`;
}

interface Readers {
  readonly room: DemoRoom;
  readonly people: readonly Speaker[];
  readonly talk: Talk;
  readonly dice: Dice;
}

/** Who speaks has read what was said before. */
async function insertReads(
  tx: Transaction,
  head: Head,
  { room, people, talk, dice }: Readers,
): Promise<void> {
  const last = talk.messages.length;
  const positions: object[] = [];
  const reads: object[] = [];
  for (const { userId, name } of people) {
    const spoke = talk.messages.findLast(({ by }) => by.userId === userId)?.seq ?? 0;
    const read = Math.max(spoke, last - (room.unread[userId] ?? dice.whole(0, UNREAD_MAX)), 0);
    const steps = readSteps(talk, userId, read, dice);
    positions.push({ ...head, user_id: userId, user_name: name, read_seq: read, delivered_seq: last });
    reads.push(...steps.map(({ from, to, at }) => {
      return { ...head, user_id: userId, from_seq: from, to_seq: to, read_at: at };
    }));
  }
  await tx`insert into chat_positions ${tx(positions)}`;
  await tx`insert into chat_message_reads ${tx(reads)}`;
}
