import assert from "node:assert/strict";
import fc from "fast-check";
import { TEXT_CHARS_MAX } from "@/lib/chat/limits.ts";
import { inTenant } from "@/services/postgres/tenant.ts";
import { addTopic, addUsers, draft, kept, openChat, refused, say } from "./chat_fixture.ts";
import { good, person, resource } from "./resources_fixture.ts";

const ROOM = "property-1";
const meera = person({ userId: "meera" });
const arjun = person({ userId: "arjun", role: "staff", properties: [1] });
const kavya = person({ userId: "kavya", role: "staff", properties: [2] });

Deno.test("chat record - twenty people at once get numbers without a hole, in one order", async () => {
  await using hotels = await openChat();
  const people = Array.from({ length: 20 }, (_, n) => person({ userId: `p${n}` }));
  const verdicts = await Promise.all(
    people.flatMap((principal) =>
      [1, 2, 3, 4, 5].map((n) => say(hotels, principal, draft(ROOM, `${principal.userId} ${n}`)))
    ),
  );
  const seqs = verdicts.map((verdict) => kept(verdict).seq).sort((a, b) => a - b);
  assert.deepEqual(seqs, Array.from({ length: 100 }, (_, n) => n + 1));
  const all = await hotels.record.messagesAfter(1, ROOM, 0, 1000);
  assert.deepEqual(all.map(({ seq }) => seq), seqs);
  assert.deepEqual(all.map(({ rev }) => rev), seqs, "each message is one revision");
  assert.ok(all.every(({ at }, n) => n === 0 || all[n - 1]!.at <= at), "times do not go back");
  assert.deepEqual(
    await hotels.record.heads(1, [ROOM, "property-2"]),
    new Map([[ROOM, { lastRev: 100, propertyId: 1 }]]),
  );
});

Deno.test("chat record - a batch answers each of its messages, in their order", async () => {
  await using hotels = await openChat();
  const twice = draft(ROOM, "once");
  const first = kept(await say(hotels, meera, draft(ROOM, "before")));
  const verdicts = await hotels.record.send(1, ROOM, [
    { principal: meera, message: draft(ROOM, "one") },
    { principal: kavya, message: draft(ROOM, "of another property") },
    { principal: arjun, message: twice },
    { principal: arjun, message: draft(ROOM, "   ") },
    { principal: arjun, message: twice },
    { principal: meera, message: { ...twice, text: "the same id of somebody else" } },
    { principal: meera, message: draft(ROOM, "answer", { replyTo: first.id }) },
  ]);
  assert.deepEqual(verdicts.map((verdict) => "error" in verdict ? verdict.error : verdict.message.text), [
    "one",
    "room_not_found",
    "once",
    "bad_message",
    "once",
    "the same id of somebody else",
    "answer",
  ]);
  assert.deepEqual(verdicts.map((verdict) => "isNew" in verdict ? verdict.isNew : null), [
    true,
    null,
    true,
    null,
    false,
    true,
    true,
  ]);
  assert.equal(kept(verdicts[2]!).id, kept(verdicts[4]!).id);
  assert.deepEqual(kept(verdicts[6]!).replyTo, {
    id: first.id,
    seq: 1,
    userId: "meera",
    userName: "meera",
    text: "before",
  });
  const all = await hotels.record.messagesAfter(1, ROOM, 0, 100);
  assert.deepEqual(all.map(({ seq, rev }) => [seq, rev]), [[1, 1], [2, 2], [3, 3], [4, 4], [5, 5]]);
});

Deno.test("chat record - what is sent again is what is there, after edits and deletion too", async () => {
  await using hotels = await openChat();
  const message = draft(ROOM, "  first\r\nsecond ");
  const sent = await say(hotels, arjun, message);
  const { id } = kept(sent);
  assert.equal(kept(sent).text, "first\nsecond");
  assert.deepEqual(await say(hotels, arjun, message), { message: kept(sent), isNew: false });
  const edited = kept(await hotels.record.edit(arjun, { roomId: ROOM, id, text: "other", mentions: [] }));
  assert.ok(edited.editedAt);
  // Whatever it says now: even what would be refused.
  assert.deepEqual(await say(hotels, arjun, { ...message, text: "" }), { message: edited, isNew: false });
  const gone = kept(await hotels.record.remove(arjun, { roomId: ROOM, id }));
  assert.deepEqual([gone.text, gone.deleted, gone.rev, gone.seq], ["", true, 3, 1]);
  const many = await Promise.all(Array.from({ length: 10 }, () => say(hotels, arjun, message)));
  assert.ok(many.every((verdict) => !("error" in verdict) && !verdict.isNew && verdict.message.id === id));
  assert.deepEqual(await hotels.record.changesAfter(1, ROOM, 0, 10), [gone]);
});

Deno.test("chat record - edits and deletions are revisions of the room, told once each", async () => {
  await using hotels = await openChat();
  const { record } = hotels;
  await addUsers(hotels, ["arjun", "meera"]);
  const one = kept(await say(hotels, arjun, draft(ROOM, "one", { mentions: ["meera"] })));
  const two = kept(await say(hotels, meera, draft(ROOM, "two", { replyTo: one.id })));
  const change = { roomId: ROOM, id: one.id, text: "uno", mentions: ["arjun", "arjun"] };
  const edited = kept(await record.edit(arjun, change));
  assert.deepEqual([edited.seq, edited.rev, edited.mentions], [1, 3, ["arjun"]]);
  assert.deepEqual(await record.edit(arjun, change), { message: edited, isNew: false });
  assert.equal(refused(await record.edit(meera, change)), "message_forbidden");
  assert.equal(refused(await record.edit(arjun, { ...change, text: " " })), "bad_message");
  assert.equal(refused(await record.edit(arjun, { ...change, mentions: ["nobody"] })), "bad_message");
  assert.equal(refused(await record.edit(arjun, { ...change, id: 999 })), "message_not_found");
  assert.equal(refused(await record.remove(arjun, { roomId: ROOM, id: two.id })), "message_forbidden");
  assert.equal(refused(await record.remove(kavya, { roomId: ROOM, id: two.id })), "room_not_found");
  // A manager takes back what others said.
  const gone = await record.remove(meera, { roomId: ROOM, id: one.id });
  assert.ok("message" in gone && gone.isNew && gone.message.deleted && gone.message.mentions === undefined);
  assert.deepEqual(await record.remove(meera, { roomId: ROOM, id: one.id }), { ...gone, isNew: false });
  assert.equal(refused(await record.edit(arjun, change)), "message_deleted");
  const changes = await record.changesAfter(1, ROOM, 1, 10);
  assert.deepEqual(changes.map(({ id, rev }) => [id, rev]), [[two.id, 2], [one.id, 4]]);
  assert.equal(changes[0]!.replyTo!.text, "", "what was quoted is taken back too");
});

Deno.test("chat record - a room is for those whom it concerns, and like none for the others", async () => {
  await using hotels = await openChat();
  const { record, store } = hotels;
  const room = good(
    await store.create(meera, resource("properties", "room"), { propertyId: 1, number: "204" }),
  ).record.id;
  const topic = await addTopic(hotels, { members: ["meera", "arjun"] });
  const housed = await addTopic(hotels, { propertyId: 2, members: ["arjun", "kavya"] });
  const program = person({ userId: "pms", role: "service", services: ["guest"] });
  const foreign = person({ userId: "meera", orgId: 2 });
  const none = { moderate: false, manage: false };
  const expected: [typeof meera, string, object | string][] = [
    [meera, ROOM, { moderate: true, manage: false }],
    [arjun, ROOM, none],
    [kavya, ROOM, "room_not_found"],
    [program, ROOM, none],
    [meera, `room-${room}`, { moderate: true, manage: false }],
    [arjun, `room-${room}`, none],
    [program, `room-${room}`, "room_not_found"],
    [kavya, `room-${room}`, "room_not_found"],
    [meera, topic, { moderate: true, manage: true }],
    [arjun, topic, none],
    [kavya, topic, "room_not_found"],
    [kavya, housed, none],
    [arjun, housed, "room_not_found"],
    [foreign, `room-${room}`, "room_not_found"],
    [foreign, topic, "room_not_found"],
    [meera, "property-3", "room_not_found"],
    [meera, "room-999", "room_not_found"],
    [meera, "topic-999", "room_not_found"],
    [meera, "topic-1'; drop table chat_rooms; --", "room_not_found"],
    [meera, "property-01", "room_not_found"],
    [meera, "\0", "room_not_found"],
  ];
  for (const [principal, roomId, answer] of expected) {
    const entered = await record.enter(principal, roomId);
    const sent = await say(hotels, principal, draft(roomId, "x"));
    const what = `${principal.userId} in ${roomId}`;
    if (typeof answer === "string") {
      assert.equal(refused(entered), answer, what);
      assert.equal(refused(sent), answer, what);
    } else {
      assert.ok("may" in entered && "message" in sent, what);
      assert.deepEqual(entered.may, answer, what);
    }
  }
  const opened = await record.open(1, `room-${room}`);
  assert.deepEqual([opened.name, opened.kind, opened.propertyId, opened.lastSeq], ["Room 204", "room", 1, 2]);
  assert.deepEqual(
    await record.topicsOf(arjun),
    [topic, housed],
    "also where the token does not cover it now",
  );
  assert.deepEqual(await record.topicsOf(meera), [topic]);
  await assert.rejects(record.open(1, "topic-999"));
});

Deno.test("chat record - text is bounded and kept as it was written", async () => {
  await using hotels = await openChat();
  const longest = "😀".repeat(TEXT_CHARS_MAX);
  assert.equal(kept(await say(hotels, meera, draft(ROOM, longest))).text, longest);
  for (const text of [`${longest}x`, "", " \n ", "a\0b", "half \ud83d", "bell\x07"]) {
    assert.equal(refused(await say(hotels, meera, draft(ROOM, text))), "bad_message", JSON.stringify(text));
  }
  for (const text of ["'; drop table chat_messages; --", "<b>&amp;</b>", 'a\\b "c" $1 {x}', "مرحبا\tनमस्ते"]) {
    assert.equal(kept(await say(hotels, meera, draft(ROOM, text))).text, text);
  }
});

Deno.test("chat record - mentions and links are of what is there for the sender", async () => {
  await using hotels = await openChat();
  const { store, record } = hotels;
  await addUsers(hotels, ["meera", "arjun"]);
  await addUsers(hotels, ["kavya"], { properties: [2] });
  await addUsers(hotels, ["left"], { active: false });
  await addUsers(hotels, ["abroad"], { orgId: 2 });
  const task = good(
    await store.create(meera, resource("tasks", "task"), { propertyId: 2, title: "Pump" }),
  ).record.id;
  const link = { entity: "task" as const, id: task };
  const said = kept(
    await say(hotels, meera, draft(ROOM, "", { link, mentions: ["arjun", "meera", "arjun"] })),
  );
  assert.deepEqual([said.link, said.mentions], [link, ["arjun", "meera"]]);
  for (const stranger of ["kavya", "left", "abroad", "\0", "x'; --"]) {
    assert.equal(
      refused(await say(hotels, meera, draft(ROOM, "x", { mentions: [stranger] }))),
      "bad_message",
    );
  }
  assert.equal(refused(await say(hotels, arjun, draft(ROOM, "x", { link }))), "bad_message");
  const unseen = person({ userId: "meera", services: ["guest"] });
  assert.equal(refused(await say(hotels, unseen, draft(ROOM, "x", { link }))), "bad_message");
  const nowhere = draft(ROOM, "x", { link: { entity: "guest", id: 1 } });
  assert.equal(refused(await say(hotels, meera, nowhere)), "bad_message");
  const elsewhere = kept(await say(hotels, meera, draft("property-2", "there")));
  assert.equal(
    refused(await say(hotels, meera, draft(ROOM, "x", { replyTo: elsewhere.id }))),
    "message_not_found",
  );
  const own = await record.enter(arjun, ROOM);
  assert.deepEqual([own], [{ readUpTo: 0, mentions: 1, may: { moderate: false, manage: false } }]);
  await record.remove(meera, { roomId: ROOM, id: said.id });
  assert.ok("mentions" in await record.enter(arjun, ROOM));
  assert.deepEqual((await record.enter(arjun, ROOM) as { mentions: number }).mentions, 0);
});

Deno.test("chat record - positions only go ahead, in whatever order they come, as ranges without a gap", async () => {
  await using hotels = await openChat();
  const { record } = hotels;
  const LAST = 12;
  for (let n = 0; n < LAST; n++) await say(hotels, meera, draft(ROOM, `${n}`));
  const step = fc.record({
    userId: fc.constantFrom("a", "b"),
    readUpTo: fc.nat(2 * LAST),
    deliveredUpTo: fc.nat(2 * LAST),
  });
  let run = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(step, { minLength: 1, maxLength: 3 }), { maxLength: 6 }),
      async (rounds) => {
        run++;
        const own = (userId: string) => `${userId}${run}`;
        const best = new Map<string, { read: number; delivered: number }>();
        await Promise.all(
          rounds.map((round) =>
            record.advance(
              1,
              ROOM,
              round.map((at) => ({ ...at, userId: own(at.userId), userName: at.userId })),
            )
          ),
        );
        for (const { userId, readUpTo, deliveredUpTo } of rounds.flat()) {
          const { read, delivered } = best.get(own(userId)) ?? { read: 0, delivered: 0 };
          const ahead = Math.min(LAST, Math.max(read, readUpTo));
          best.set(own(userId), {
            read: ahead,
            delivered: Math.min(LAST, Math.max(delivered, ahead, deliveredUpTo)),
          });
        }
        for (const [userId, { read, delivered }] of best) {
          const [position] = await hotels.superuser`
          select read_seq as read, delivered_seq as delivered from chat_positions where user_id = ${userId}`;
          assert.deepEqual(position ?? { read: 0, delivered: 0 }, { read, delivered });
          const ranges = await hotels.superuser<{ from: number; to: number }[]>`
          select from_seq as "from", to_seq as "to" from chat_message_reads where user_id = ${userId} order by to_seq`;
          let next = 1;
          for (const { from, to } of ranges) {
            assert.equal(from, next);
            next = to + 1;
          }
          assert.equal(next, read + 1);
        }
      },
    ),
    { numRuns: 25 },
  );
});

Deno.test("chat record - who speaks has read what was said before, once for each step", async () => {
  await using hotels = await openChat();
  const { record } = hotels;
  for (const text of ["one", "two"]) await say(hotels, meera, draft(ROOM, text));
  assert.deepEqual(await record.advance(1, ROOM, []), []);
  const ahead = [{ userId: "arjun", userName: "arjun", readUpTo: 0, deliveredUpTo: 2 }];
  assert.deepEqual(await record.advance(1, ROOM, ahead), ahead);
  assert.deepEqual(await record.advance(1, ROOM, ahead), [], "nobody got ahead");
  assert.deepEqual(await record.advance(1, "property-2", ahead), [], "nobody has spoken there");
  const three = kept(await say(hotels, arjun, draft(ROOM, "three")));
  const entered = await record.enter(arjun, ROOM);
  assert.ok("readUpTo" in entered && entered.readUpTo === three.seq);
  const { positions } = await record.open(1, ROOM);
  assert.deepEqual(positions, [
    { userId: "arjun", userName: "arjun", readUpTo: 3, deliveredUpTo: 3 },
    { userId: "meera", userName: "meera", readUpTo: 2, deliveredUpTo: 2 },
  ]);
  const receipts = await inTenant(
    hotels.sql,
    1,
    (tx) =>
      tx`select seq, user_id as "userId" from chat_receipts where room_id = ${ROOM} order by seq, user_id`,
  );
  assert.deepEqual([...receipts], [{ seq: 1, userId: "arjun" }, { seq: 2, userId: "arjun" }]);
});

Deno.test("chat record - two organisations with equal ids keep apart", async () => {
  await using hotels = await openChat();
  const { record } = hotels;
  const other = person({ userId: "meera", orgId: 2 });
  const message = draft(ROOM, "of one");
  const one = kept(await say(hotels, meera, message));
  const two = kept(await say(hotels, other, { ...message, text: "of two" }));
  assert.deepEqual([one.seq, two.seq, two.text], [1, 1, "of two"]);
  assert.notEqual(one.id, two.id);
  assert.equal(
    refused(await record.edit(other, { roomId: ROOM, id: one.id, text: "x", mentions: [] })),
    "message_not_found",
  );
  assert.equal(refused(await record.remove(other, { roomId: ROOM, id: one.id })), "message_not_found");
  assert.equal(
    refused(await say(hotels, other, draft(ROOM, "x", { replyTo: one.id }))),
    "message_not_found",
  );
  assert.equal(await record.seqOf(2, ROOM, one.id), undefined);
  assert.equal(await record.seqOf(1, ROOM, one.id), 1);
  assert.equal(await record.seqOf(1, "property-2", one.id), undefined);
  assert.deepEqual((await record.open(2, ROOM)).history, [two]);
  assert.deepEqual((await record.open(1, ROOM)).history, [one]);
  await record.advance(2, ROOM, [{ userId: "x", userName: "x", readUpTo: 1, deliveredUpTo: 1 }]);
  assert.deepEqual((await record.open(1, ROOM)).positions.map(({ userId }) => userId), ["meera"]);
});

Deno.test("chat record - who is put out of a topic cannot speak there any more, whoever was first", async () => {
  await using hotels = await openChat();
  const topic = await addTopic(hotels, { members: ["meera", "arjun"] });
  const said = kept(await say(hotels, arjun, draft(topic, "one")));
  await inTenant(hotels.sql, 1, (tx) => tx`delete from chat_members where user_id = 'arjun'`);
  assert.equal(refused(await say(hotels, arjun, draft(topic, "two"))), "room_not_found");
  const change = { roomId: topic, id: said.id };
  assert.equal(
    refused(await hotels.record.edit(arjun, { ...change, text: "x", mentions: [] })),
    "room_not_found",
  );
  assert.equal(refused(await hotels.record.remove(arjun, change)), "room_not_found");
});
