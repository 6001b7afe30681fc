import assert from "node:assert/strict";
import { MEMBERS_MAX } from "@/lib/chat/limits.ts";
import type { ChatRoom } from "@/lib/chat/message.ts";
import { inTenant } from "@/services/postgres/tenant.ts";
import { TOPICS_PER_PERSON_MAX } from "@/services/chat/topics.ts";
import { addUsers, type ChatHotels, draft, kept, openChat, refused, say } from "./chat_fixture.ts";
import { codeOf, good, person, resource } from "./resources_fixture.ts";

const ROOM = "property-1";
const meera = person({ userId: "meera" });
const arjun = person({ userId: "arjun", role: "staff", properties: [1] });
const kavya = person({ userId: "kavya", role: "staff", properties: [2] });
const foreign = person({ userId: "meera", orgId: 2 });

async function listed({ rest }: ChatHotels, principal: typeof meera, limit = 100): Promise<ChatRoom[]> {
  const rooms: ChatRoom[] = [];
  let after: string | undefined;
  for (;;) {
    const page = good(await rest.rooms.list(principal, { after, limit }));
    rooms.push(...page.rooms);
    if (page.next === null) return rooms;
    after = page.next;
  }
}

Deno.test("chat rooms - a person's rooms, with what is unread, where something was said last first", async () => {
  await using hotels = await openChat();
  const { record, rest, store } = hotels;
  await addUsers(hotels, ["meera", "arjun", "kavya"]);
  const rooms = [];
  for (const number of ["204", "205"]) {
    rooms.push(
      good(await store.create(meera, resource("properties", "room"), { propertyId: 1, number })).record.id,
    );
  }
  const topic =
    good(await rest.topics.create(meera, { name: "Night  shift", members: ["arjun"] }, undefined)).room;
  assert.deepEqual([topic.name, topic.kind, topic.lastAt], ["Night shift", "topic", null]);
  await say(hotels, meera, draft(ROOM, "one"));
  await say(hotels, meera, draft(ROOM, "two", { mentions: ["arjun"] }));
  await say(hotels, arjun, draft(`room-${rooms[0]}`, "tap drips"));
  const last = kept(await say(hotels, meera, draft(topic.roomId, "three", { mentions: ["arjun"] })));

  const brief = (rooms: ChatRoom[]) =>
    rooms.map(({ roomId, name, unread, mentions }) => [roomId, name, unread, mentions]);
  assert.deepEqual(brief(await listed(hotels, arjun)), [
    [topic.roomId, "Night shift", 1, 1],
    [`room-${rooms[0]}`, "Room 204", 0, 0],
    [ROOM, "Hotel 1.1", 2, 1],
  ]);
  assert.deepEqual(brief(await listed(hotels, meera)), [
    [topic.roomId, "Night shift", 0, 0],
    [`room-${rooms[0]}`, "Room 204", 1, 0],
    [ROOM, "Hotel 1.1", 0, 0],
    ["property-2", "Hotel 1.2", 0, 0],
  ]);
  assert.deepEqual(brief(await listed(hotels, kavya)), [["property-2", "Hotel 1.2", 0, 0]]);
  assert.deepEqual(brief(await listed(hotels, foreign)), [[ROOM, "Hotel 2.1", 0, 0]]);
  assert.deepEqual(
    brief(await listed(hotels, person({ userId: "pms", services: ["guest"] }))).map(([roomId]) => roomId),
    [ROOM, "property-2"],
  );

  const page = good(await rest.rooms.list(arjun, { after: undefined, limit: 1 }));
  assert.deepEqual([page.rooms.length, page.unread, page.mentions], [1, 3, 2], "the counts are of all rooms");
  const [first] = page.rooms;
  assert.deepEqual(first, {
    roomId: topic.roomId,
    kind: "topic",
    name: "Night shift",
    propertyId: null,
    version: 1,
    lastSeq: 1,
    lastRev: 1,
    lastAt: last.at,
    lastMessage: last,
    unread: 1,
    mentions: 1,
    readUpTo: 0,
    online: 3,
    may: { moderate: false, manage: false },
  });
  for (const limit of [1, 2, 3]) {
    assert.deepEqual(await listed(hotels, meera, limit), await listed(hotels, meera), `${limit} a page`);
  }
  await record.advance(1, topic.roomId, [{
    userId: "arjun",
    userName: "arjun",
    readUpTo: 9,
    deliveredUpTo: 0,
  }]);
  const after = good(await rest.rooms.list(arjun, { after: undefined, limit: 1 }));
  assert.deepEqual([after.unread, after.mentions, after.rooms[0]!.unread], [2, 1, 0]);
  const { room } = good(await rest.rooms.get(arjun, topic.roomId));
  assert.deepEqual(room, {
    ...after.rooms[0],
    members: [
      { userId: "meera", userName: "meera", role: "owner" },
      { userId: "arjun", userName: "arjun", role: "member" },
    ],
  });
  // Nobody has spoken there: it is in no list, and there all the same.
  const silent = good(await rest.rooms.get(arjun, `room-${rooms[1]}`)).room;
  assert.deepEqual([silent.name, silent.lastSeq, silent.lastAt, silent.members], [
    "Room 205",
    0,
    null,
    undefined,
  ]);
  for (const after of ["x", btoa('["readers","a","b"]'), btoa('["rooms","\\u0000","b"]'), "%"]) {
    assert.equal(codeOf(await rest.rooms.list(meera, { after, limit: 1 })), "validation_failed");
  }
});

Deno.test("chat rooms - owners rename a topic and say who is in it, and the last of them stays", async () => {
  await using hotels = await openChat();
  const { rest, changed, record } = hotels;
  await addUsers(hotels, ["meera", "arjun", "tara"]);
  await addUsers(hotels, ["kavya"], { properties: [2] });
  await addUsers(hotels, ["left"], { active: false });
  const { room: { roomId } } = good(
    await rest.topics.create(meera, { name: "Pool", propertyId: 1, members: ["arjun", "meera"] }, undefined),
  );
  const role = (role: string) => ({ role });
  const put = (who: typeof meera, userId: string, body: unknown = role("member")) =>
    rest.topics.putMember(who, roomId, { userId, body });
  assert.equal(codeOf(await put(arjun, "tara")), "forbidden");
  assert.equal(codeOf(await put(kavya, "kavya")), "not_found");
  assert.equal(codeOf(await put(meera, "kavya")), "validation_failed", "of another property");
  assert.equal(codeOf(await put(meera, "left")), "validation_failed");
  assert.equal(codeOf(await put(meera, "nobody")), "validation_failed");
  assert.equal(codeOf(await put(meera, "arjun", role("king"))), "validation_failed");
  assert.equal(codeOf(await put(meera, "")), "not_found");
  assert.equal(codeOf(await put(meera, "meera")), "forbidden", "the last owner");
  assert.equal(codeOf(await rest.topics.removeMember(meera, roomId, "meera")), "forbidden");
  assert.equal(codeOf(await rest.topics.removeMember(arjun, roomId, "meera")), "forbidden");
  assert.equal(codeOf(await rest.topics.removeMember(meera, roomId, "tara")), "not_found");
  changed.length = 0;
  const { room } = good(await put(meera, "tara"));
  assert.deepEqual(room.members?.map(({ userId, role }) => [userId, role]), [["meera", "owner"], [
    "arjun",
    "member",
  ], ["tara", "member"]]);
  good(await put(meera, "arjun", role("owner")));
  good(await rest.topics.removeMember(meera, roomId, "meera"));
  assert.deepEqual(changed, Array(3).fill(`1 ${roomId}`));
  assert.equal(codeOf(await rest.rooms.get(meera, roomId)), "not_found");
  const rename = (who: typeof meera, body: unknown, ifMatch?: string) =>
    rest.topics.rename(who, roomId, { body, ifMatch });
  assert.equal(codeOf(await rename(arjun, { name: "Spa" })), "precondition_required");
  assert.deepEqual(good(await rename(arjun, { name: " Spa " }, '"1"')).room.name, "Spa");
  assert.equal(codeOf(await rename(arjun, { name: "Sauna", version: 1 })), "version_conflict");
  assert.equal(codeOf(await rename(person({ userId: "tara" }), { name: "x", version: 2 })), "forbidden");
  for (const name of ["", "  ", "x".repeat(101), "a\0", 7, null]) {
    assert.equal(codeOf(await rename(arjun, { name, version: 2 })), "validation_failed", String(name));
  }
  assert.equal(good(await rename(arjun, { name: "é".repeat(100), version: 2 })).room.version, 3);
  assert.equal(codeOf(await rest.topics.remove(person({ userId: "tara" }), roomId)), "forbidden");
  const said = kept(await say(hotels, arjun, draft(roomId, "bye")));
  good(await rest.topics.remove(arjun, roomId));
  assert.equal(codeOf(await rest.rooms.get(arjun, roomId)), "not_found");
  assert.equal(refused(await say(hotels, arjun, draft(roomId, "x"))), "room_not_found");
  await rest.sweeper.sweep();
  assert.equal(await record.seqOf(1, roomId, said.id), undefined);
  const left = await hotels.superuser`select id from chat_rooms where id = ${roomId}`;
  assert.equal(left.length, 0);
});

Deno.test("chat rooms - only topics have members, and a name of their own", async () => {
  await using hotels = await openChat();
  const { rest } = hotels;
  const admin = person({ userId: "root", role: "admin" });
  await say(hotels, admin, draft(ROOM, "x"));
  const body = { name: "x", version: 1 };
  assert.equal(codeOf(await rest.topics.rename(admin, ROOM, { body, ifMatch: undefined })), "forbidden");
  assert.equal(codeOf(await rest.topics.remove(admin, ROOM)), "forbidden");
  assert.equal(
    codeOf(await rest.topics.putMember(admin, ROOM, { userId: "a", body: { role: "owner" } })),
    "forbidden",
  );
  for (const roomId of ["topic-1", "property-99", "x", "\0", "topic-1' or '1'='1"]) {
    assert.equal(codeOf(await rest.topics.remove(admin, roomId)), "not_found", roomId);
    assert.equal(codeOf(await rest.rooms.get(admin, roomId)), "not_found", roomId);
  }
});

Deno.test("chat rooms - the same Idempotency-Key makes one topic, and no person makes too many", async () => {
  await using hotels = await openChat();
  const { rest } = hotels;
  const make = (name: string, key?: string) => rest.topics.create(meera, { name }, key);
  const answers = await Promise.all([make("A", "k"), make("A", "k"), make("A", "k")]);
  const ids = new Set(answers.map((answer) => good(answer).room.roomId));
  assert.equal(ids.size, 1);
  assert.equal(answers.filter((answer) => good(answer).replayed).length, 2);
  assert.equal(codeOf(await make("B", "k")), "idempotency_key_reused");
  assert.equal(codeOf(await make("B", "\n")), "bad_request");
  for (
    const body of [
      null,
      [],
      { name: "x", extra: 1 },
      { name: "x", members: ["nobody"] },
      {
        name: "x",
        propertyId: 9,
      },
      { name: "x", propertyId: "1" },
      { name: "x", members: "meera" },
      { name: "x", members: ["\0"] },
    ]
  ) {
    const code = codeOf(await rest.topics.create(meera, body, undefined));
    assert.ok(["bad_request", "validation_failed"].includes(code), JSON.stringify(body));
  }
  assert.equal(
    codeOf(await rest.topics.create(arjun, { name: "x", propertyId: 2 }, undefined)),
    "validation_failed",
  );
  const nowhere = person({ orgId: 77 });
  assert.equal(codeOf(await rest.topics.create(nowhere, { name: "x" }, undefined)), "forbidden");
  await inTenant(hotels.sql, 1, async (tx) => {
    await tx`insert into chat_rooms (org_id, id, name, created_by)
      select 1, 'topic-' || n, 'x', 'meera' from generate_series(1001, ${
      1000 + TOPICS_PER_PERSON_MAX - 1
    }) n`;
    await tx`insert into chat_members (org_id, room_id, user_id, user_name, added_by)
      select 1, 'topic-' || n, 'tara', 'tara', 'x' from generate_series(1001, ${
      1000 + TOPICS_PER_PERSON_MAX - 1
    }) n`;
  });
  assert.equal(codeOf(await make("one too many")), "quota_exceeded");
});

Deno.test("chat rooms - who is put out while somebody speaks is out from then on", async () => {
  await using hotels = await openChat();
  const { rest, record } = hotels;
  await addUsers(hotels, ["arjun"]);
  const { room: { roomId } } = good(
    await rest.topics.create(meera, { name: "x", members: ["arjun"] }, undefined),
  );
  const [removed, ...sent] = await Promise.all([
    rest.topics.removeMember(meera, roomId, "arjun"),
    ...Array.from({ length: 10 }, (_, n) => say(hotels, arjun, draft(roomId, `${n}`))),
  ]);
  good(removed!);
  const known = await record.messagesAfter(1, roomId, 0, 100);
  const acknowledged = sent.flatMap((verdict) => "message" in verdict ? [verdict.message.id] : []);
  assert.deepEqual(known.map(({ id }) => id).sort(), acknowledged.sort());
  assert.equal(refused(await say(hotels, arjun, draft(roomId, "after"))), "room_not_found");
});

Deno.test("chat rooms - who can be mentioned is found by name or id, whatever is typed", async () => {
  await using hotels = await openChat();
  const { rest } = hotels;
  await addUsers(hotels, ["meera", "arjun.k", "arjun_k"]);
  await addUsers(hotels, ["kavya"], { properties: [2] });
  const found = async (q: string, roomId = ROOM) =>
    good(await rest.rooms.people(meera, roomId, { q, limit: 10 })).people.map(({ userId }) => userId);
  assert.deepEqual(await found(""), ["arjun.k", "arjun_k", "meera"]);
  assert.deepEqual(await found("ARJ"), ["arjun.k", "arjun_k"]);
  assert.deepEqual(await found("n_k"), ["arjun_k"]);
  assert.deepEqual(await found("%"), []);
  assert.deepEqual(await found("\\"), []);
  assert.deepEqual(await found("kavya", "property-2"), ["kavya"]);
  assert.equal(codeOf(await rest.rooms.people(kavya, ROOM, { q: "", limit: 10 })), "not_found");
  assert.equal(
    codeOf(await rest.rooms.people(meera, ROOM, { q: "x".repeat(101), limit: 10 })),
    "validation_failed",
  );
  const { room } = good(await rest.topics.create(meera, { name: "x", members: ["kavya"] }, undefined));
  assert.deepEqual(await found("", room.roomId), ["kavya", "meera"]);
});

Deno.test("chat rooms - figures of a room", async () => {
  await using hotels = await openChat();
  const { rest, superuser } = hotels;
  assert.deepEqual(good(await rest.rooms.stats(meera, ROOM)).stats, {
    roomId: ROOM,
    messages: 0,
    today: 0,
    writers: 0,
    members: null,
    lastAt: null,
  });
  for (const who of [meera, arjun, meera]) await say(hotels, who, draft(ROOM, "x"));
  await superuser`update chat_messages set at = at - interval '2 days' where seq = 1`;
  const { stats } = good(await rest.rooms.stats(meera, ROOM));
  assert.deepEqual([stats.messages, stats.today, stats.writers], [3, 2, 2]);
  assert.equal(codeOf(await rest.rooms.stats(kavya, ROOM)), "not_found");
});

Deno.test("chat rooms - a topic has so many members, and not one more", async () => {
  await using hotels = await openChat();
  const { rest, sql } = hotels;
  const others = Array.from({ length: MEMBERS_MAX }, (_, n) => `p${n}`);
  await inTenant(sql, 1, (tx) =>
    tx`
    insert into users (org_id, created_by, login, name, role, active)
    select 1, 'root', login, login, 'staff', true from unnest(${others}::text[]) login`);
  const body = (count: number) => ({ name: "Everybody", propertyId: 1, members: others.slice(0, count) });
  assert.equal(codeOf(await rest.topics.create(meera, body(MEMBERS_MAX), undefined)), "validation_failed");
  const { room: { roomId } } = good(await rest.topics.create(meera, body(MEMBERS_MAX - 1), undefined));
  const put = (userId: string) => {
    return rest.topics.putMember(meera, roomId, { userId, body: { role: "member" } });
  };
  assert.equal(codeOf(await put(others.at(-1)!)), "quota_exceeded");
  const [counted] = await inTenant(sql, 1, (tx) =>
    tx<{ count: number }[]>`
    select count(*)::int as count from chat_members where org_id = 1 and room_id = ${roomId}`);
  assert.equal(counted!.count, MEMBERS_MAX);
  // Who is in it already can be given another role.
  assert.equal(
    (await rest.topics.putMember(meera, roomId, { userId: "p0", body: { role: "owner" } })).ok,
    true,
  );
});
