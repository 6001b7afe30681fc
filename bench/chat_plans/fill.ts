import type { Sql } from "@/services/postgres/pool.ts";
import { inTenant } from "@/services/postgres/tenant.ts";

/** People of organisation 1, and rooms of it besides the large one. */
export const PEOPLE = 200;
const TOPICS = 30;
const HOTEL_ROOMS = 60;
/** Share of the messages that the large room has; organisation 2 has as many in one of the same id. */
const LARGE = 0.4;
const VOCABULARY = 20_000;
const WORDS = 8;
const SLICE = 50_000;
/** Organisations besides, in which little was said: their rows make the small tables as large as they get. */
const OTHERS = 50;

/** The room with most of the messages. */
export const LARGE_ROOM = "property-1";
/** Two words of one message in twenty each, and never of the same one: no statistics tell that. */
export const APART = ["north", "south"];
/** A word of one message in a hundred thousand. */
export const RARE_WORD = "saffron";

/** Two organisations that have talked a lot, as the superuser writes it; `told` hears how far it is. */
export async function fill(sql: Sql, messages: number, told: (done: number) => void): Promise<void> {
  await sql`insert into organisations (id, name) values (1, 'One'), (2, 'Two')`;
  for (const orgId of [1, 2]) {
    await inTenant(
      sql,
      orgId,
      (tx) =>
        tx`insert into properties (org_id, id, name, address, timezone, created_by)
        select ${orgId}, n, 'Hotel ' || n, '', 'Asia/Kolkata', 'bench' from generate_series(1, 3) n`,
    );
  }
  await sql`insert into users (org_id, login, name, role, active, created_by)
    select 1, 'p' || n, 'Person ' || n, 'staff', true, 'bench' from generate_series(1, ${PEOPLE}) n`;
  await sql`insert into rooms (org_id, property_id, number, kind, floor, capacity, status, created_by)
    select 1, 1, n::text, 'double', '1', 2, 'vacant', 'bench' from generate_series(1, ${HOTEL_ROOMS}) n`;
  await sql`insert into chat_rooms (org_id, id, property_id, name, created_by)
    select org, 'property-1', 1, null, 'p1' from unnest(array[1, 2]) org
    union all select 1, 'room-' || id, 1, null, 'p1' from rooms where org_id = 1
    union all select 1, 'topic-' || n, null, 'Topic ' || n, 'p1' from generate_series(1, ${TOPICS}::int) n`;
  await sql`insert into chat_members (org_id, room_id, user_id, user_name, added_by)
    select 1, 'topic-' || t, 'p' || n, 'Person ' || n, 'p1'
    from generate_series(1, ${TOPICS}::int) t, generate_series(1, ${PEOPLE}::int) n where (t + n) % 3 = 0`;
  await addOthers(sql);
  const large = Math.floor(messages * LARGE);
  const parts: [number, string, number][] = [[1, LARGE_ROOM, large], [2, LARGE_ROOM, large]];
  const others = await sql<
    { id: string }[]
  >`select id from chat_rooms where org_id = 1 and id <> ${LARGE_ROOM}`;
  const each = Math.floor((messages - 2 * large) / others.length);
  for (const { id } of others) parts.push([1, id, each]);
  let done = 0;
  for (const [orgId, roomId, count] of parts) {
    for (let from = 1; from <= count; from += SLICE) {
      const upTo = Math.min(count, from + SLICE - 1);
      await addMessages(sql, { orgId, roomId, from, upTo, count });
      told(done += upTo - from + 1);
    }
    await sql`update chat_rooms set last_seq = ${count}, last_rev = ${count}, last_at = now()
      where org_id = ${orgId} and id = ${roomId}`;
    await addReads(sql, { orgId, roomId, count });
  }
  await sql.unsafe("vacuum analyze");
}

async function addOthers(sql: Sql): Promise<void> {
  for (let orgId = 3; orgId < 3 + OTHERS; orgId++) {
    await inTenant(sql, orgId, async (tx) => {
      await tx`insert into organisations (id, name) values (${orgId}, 'Other')`;
      await tx`insert into properties (org_id, id, name, address, timezone, created_by)
        select ${orgId}, n, 'Hotel ' || n, '', 'UTC', 'bench' from generate_series(1, 10) n`;
      await tx`insert into users (org_id, login, name, role, active, created_by)
        select ${orgId}, 'p' || n, 'Person ' || n, 'staff', true, 'bench' from generate_series(1, ${PEOPLE}) n`;
      await tx`insert into rooms (org_id, property_id, number, kind, floor, capacity, status, created_by)
        select ${orgId}, 1, n::text, 'double', '1', 2, 'vacant', 'bench' from generate_series(1, 100) n`;
      await tx`insert into chat_rooms (org_id, id, property_id, created_by)
        select ${orgId}, 'room-' || id, 1, 'p1' from rooms where org_id = ${orgId}`;
    });
  }
}

interface Part {
  readonly orgId: number;
  readonly roomId: string;
  /** Messages of the room in all. */
  readonly count: number;
}

/** One message in ten replies to the one before, one in fifty mentions somebody. */
async function addMessages(
  sql: Sql,
  { orgId, roomId, from, upTo, count }: Part & { from: number; upTo: number },
): Promise<void> {
  await sql`
    insert into chat_messages (org_id, room_id, seq, rev, user_id, user_name, text, client_msg_id, at, mentions,
      reply_to)
    select ${orgId}, ${roomId}, n, n, 'p' || who, 'Person ' || who,
      case when n % 100000 = 777 then ${`${RARE_WORD} `} else '' end
        || case n % 20 when 0 then ${`${APART[0]} `} when 10 then ${`${APART[1]} `} else '' end || (
        -- Few words often, many seldom, as in a language.
        select string_agg('w' || (power(random(), 3) * ${VOCABULARY}::int)::int, ' ')
        from generate_series(1, ${WORDS}::int + 0 * n)),
      'c' || n, now() - (${count}::int - n) * interval '20 seconds',
      case when n % 50 = 0 then array['p' || 1 + n / 50 % ${PEOPLE}::int] else '{}' end,
      case when n % 10 = 0 then (select max(id) from chat_messages) end
    from (select n, 1 + n::bigint * 7919 % ${PEOPLE}::int as who from generate_series(${from}::int, ${upTo}::int) n) said
    order by n`;
  await sql`
    insert into chat_mentions (org_id, user_id, room_id, seq)
    select org_id, unnest(mentions), room_id, seq from chat_messages
    where org_id = ${orgId} and room_id = ${roomId} and seq between ${from} and ${upTo}`;
}

/** Everybody has read up to some point, in fifty steps. */
async function addReads(sql: Sql, { orgId, roomId, count }: Part): Promise<void> {
  await sql`
    insert into chat_message_reads (org_id, room_id, user_id, from_seq, to_seq)
    select ${orgId}, ${roomId}, 'p' || p, 1 + (k - 1) * w, k * w
    from generate_series(1, ${PEOPLE}::int) p, generate_series(1, 50) k,
      lateral (select greatest(1, (${count}::int - p) / 50) as w) step`;
  await sql`
    insert into chat_positions (org_id, room_id, user_id, user_name, read_seq, delivered_seq)
    select org_id, room_id, user_id, user_id, max(to_seq), max(to_seq) from chat_message_reads
    where org_id = ${orgId} and room_id = ${roomId} group by 1, 2, 3`;
}
