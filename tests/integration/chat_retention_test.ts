import assert from "node:assert/strict";
import { CHAT_SWEEP_MESSAGES } from "@/services/chat/sweeper.ts";
import { createChatRest } from "@/services/chat/chat_rest.ts";
import { migrateDown, migrateUp, migrationStatus } from "@/services/postgres/migrate.ts";
import { addTopic, addUsers, type ChatHotels, draft, kept, openChat, say } from "./chat_fixture.ts";
import { codeOf, good, person, resource } from "./resources_fixture.ts";

const ROOM = "property-1";
const meera = person({ userId: "meera" });
const arjun = person({ userId: "arjun", role: "staff", properties: [1] });
const admin = person({ userId: "root", role: "admin" });

/** Makes the first messages of a room old. */
async function age(
  { superuser }: ChatHotels,
  { orgId = 1, upTo, days }: { orgId?: number; upTo: number; days: number },
) {
  await superuser`update chat_messages set at = now() - make_interval(days => ${days})
    where org_id = ${orgId} and room_id = ${ROOM} and seq <= ${upTo}`;
}

Deno.test("chat retention - only admins of the whole organisation decide it", async () => {
  await using hotels = await openChat();
  const { retention } = hotels.rest;
  assert.deepEqual(await retention.get(admin), { ok: true, days: null });
  for (const days of [1, 3650, null]) {
    assert.deepEqual(await retention.put(admin, { days }), { ok: true, days });
    assert.deepEqual(await retention.get(admin), { ok: true, days });
  }
  for (const body of [{ days: 0 }, { days: 3651 }, { days: 1.5 }, { days: "7" }, {}, { days: 7, x: 1 }]) {
    assert.equal(codeOf(await retention.put(admin, body)), "validation_failed", JSON.stringify(body));
  }
  assert.equal(codeOf(await retention.put(admin, [])), "bad_request");
  for (const who of [meera, arjun, person({ role: "admin", properties: [1] })]) {
    assert.equal(codeOf(await retention.get(who)), "forbidden");
    assert.equal(codeOf(await retention.put(who, { days: 7 })), "forbidden");
  }
  assert.equal(
    codeOf(await retention.put(person({ role: "admin", orgId: 77 }), { days: 7 })),
    "forbidden",
  );
});

Deno.test("chat retention - takes the front of a room, and the numbers go on as they were", async () => {
  await using hotels = await openChat();
  const { record, rest } = hotels;
  await addUsers(hotels, ["arjun"]);
  const first = kept(await say(hotels, meera, draft(ROOM, "1", { mentions: ["arjun"] })));
  const reply = draft(ROOM, "2", { replyTo: first.id, mentions: ["arjun"] });
  for (const message of [reply, draft(ROOM, "3"), draft(ROOM, "4", { replyTo: first.id })]) {
    await say(hotels, meera, message);
  }
  await say(hotels, person({ userId: "meera", orgId: 2 }), draft(ROOM, "of two"));
  await record.advance(1, ROOM, [{ userId: "kavya", userName: "kavya", readUpTo: 1, deliveredUpTo: 0 }]);
  await record.advance(1, ROOM, [{ userId: "kavya", userName: "kavya", readUpTo: 3, deliveredUpTo: 0 }]);
  await age(hotels, { upTo: 2, days: 8 });
  await age(hotels, { orgId: 2, upTo: 1, days: 8 });
  await rest.sweeper.sweep();
  assert.equal((await record.messagesAfter(1, ROOM, 0, 10)).length, 4, "nothing was decided");
  good(await rest.retention.put(admin, { days: 7 }));
  // Two instances at once.
  const other = createChatRest({
    sql: hotels.sql,
    told: () => {},
    online: () => 0,
    now: () => Date.now(),
    random: () => 1,
    failed: (error) => {
      throw error;
    },
  });
  await Promise.all([rest.sweeper.sweep(), other.sweeper.sweep()]);
  await other.sweeper.close();
  const left = await record.messagesAfter(1, ROOM, 0, 10);
  assert.deepEqual(left.map(({ seq, text }) => [seq, text]), [[3, "3"], [4, "4"]]);
  assert.equal(left[1]!.replyTo, undefined, "what it replied to is gone");
  assert.equal((await record.messagesAfter(2, ROOM, 0, 10)).length, 1, "the other organisation's stays");
  const { room } = good(await rest.rooms.get(arjun, ROOM));
  assert.deepEqual([room.lastSeq, room.readUpTo, room.unread, room.mentions], [4, 2, 2, 0]);
  const listed = good(await rest.rooms.list(arjun, { after: undefined, limit: 1 }));
  assert.deepEqual([listed.unread, listed.mentions, listed.rooms[0]!.unread], [2, 0, 2]);
  assert.equal(good(await rest.rooms.stats(meera, ROOM)).stats.messages, 2);
  const [kavya] = await hotels.superuser`
    select array_agg(from_seq || '-' || to_seq order by to_seq) as reads from chat_message_reads where user_id = 'kavya'`;
  assert.deepEqual(kavya!.reads, ["2-3"], "of what is gone nobody asks who has read it");
  // Sent again after it went: it is a new message, since nothing knows it any more.
  const next = kept(await say(hotels, meera, draft(ROOM, "5")));
  assert.deepEqual([next.seq, next.rev], [5, 5]);
});

Deno.test("chat retention - a long room goes in bounded steps, to the last message", async () => {
  await using hotels = await openChat();
  const { record, rest, superuser } = hotels;
  const total = 2 * CHAT_SWEEP_MESSAGES + 7;
  await say(hotels, meera, draft(ROOM, "1"));
  await superuser`insert into chat_messages (org_id, room_id, seq, rev, user_id, user_name, text, client_msg_id)
    select 1, ${ROOM}, n, n, 'meera', 'meera', n::text, 'g' || n from generate_series(2, ${total}) n`;
  await superuser`update chat_rooms set last_seq = ${total}, last_rev = ${total} where id = ${ROOM}`;
  await age(hotels, { upTo: total, days: 2 });
  good(await rest.retention.put(admin, { days: 1 }));
  await rest.sweeper.sweep();
  assert.deepEqual(await record.messagesAfter(1, ROOM, 0, 10), []);
  const { room } = good(await rest.rooms.get(arjun, ROOM));
  assert.deepEqual([room.lastSeq, room.unread, room.lastMessage], [total, 0, null]);
  assert.equal(kept(await say(hotels, meera, draft(ROOM, "next"))).seq, total + 1);
});

Deno.test("chat retention - a clock that went back leaves no hole", async () => {
  await using hotels = await openChat();
  const { record, rest, superuser } = hotels;
  for (let n = 1; n <= 4; n++) await say(hotels, meera, draft(ROOM, `${n}`));
  await age(hotels, { upTo: 1, days: 9 });
  await superuser`update chat_messages set at = now() - interval '9 days' where seq = 3`;
  good(await rest.retention.put(admin, { days: 7 }));
  await rest.sweeper.sweep();
  assert.deepEqual((await record.messagesAfter(1, ROOM, 0, 10)).map(({ seq }) => seq), [2, 3, 4]);
});

Deno.test("chat migration - goes back and forth with rows in every table", async () => {
  await using hotels = await openChat();
  const { record, database, rest } = hotels;
  await addUsers(hotels, ["arjun"]);
  await addTopic(hotels, { members: ["meera"] });
  await say(hotels, meera, draft(ROOM, "x", { mentions: ["arjun"] }));
  good(await rest.retention.put(admin, { days: 7 }));
  // Those that came after it go first.
  const later = (await migrationStatus(database.ownerUrl)).filter(({ id }) => id >= 7).length;
  await migrateDown(database.ownerUrl, later, () => {});
  const tables = await hotels.superuser`
    select relname from pg_class where relname like 'chat%' and relkind in ('r', 'v', 'S')`;
  assert.deepEqual([...tables], []);
  assert.equal(await migrateUp(database.ownerUrl, () => {}), later);
  assert.equal(kept(await say(hotels, meera, draft(ROOM, "y"))).seq, 1);
  assert.equal((await record.open(1, ROOM)).history.length, 1);
  assert.deepEqual(await rest.retention.get(admin), { ok: true, days: null });
});

Deno.test("chat rooms - with a property its conversation goes", async () => {
  await using hotels = await openChat();
  const { store } = hotels;
  const place =
    good(await store.create(admin, resource("properties", "property"), { name: "Annex" })).record.id;
  await say(hotels, admin, draft(`property-${place}`, "x"));
  good(await store.remove(admin, resource("properties", "property"), place));
  const [left] = await hotels.superuser`select count(*)::int as count from chat_messages`;
  assert.equal(left!.count, 0);
});

Deno.test("chat rooms - a hotel room that goes to another property takes its conversation along", async () => {
  await using hotels = await openChat();
  const { store, record } = hotels;
  const property = resource("properties", "property");
  const room = resource("properties", "room");
  const annex = good(await store.create(admin, property, { name: "Annex" })).record.id;
  const { id, version } = good(await store.create(admin, room, { number: "45", propertyId: annex })).record;
  const roomId = `room-${id}`;
  const said = kept(await say(hotels, admin, draft(roomId, "x")));
  assert.deepEqual(await record.heads(1, [roomId]), new Map([[roomId, { lastRev: 1, propertyId: annex }]]));
  good(await store.update(admin, room, id, { propertyId: 1, version }));
  assert.deepEqual(await record.heads(1, [roomId]), new Map([[roomId, { lastRev: 1, propertyId: 1 }]]));
  good(await store.remove(admin, property, annex));
  assert.deepEqual((await record.open(1, roomId)).history, [said]);
});
