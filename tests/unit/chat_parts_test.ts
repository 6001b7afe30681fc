// The pure parts of rooms in memory.
import assert from "node:assert/strict";
import fc from "fast-check";
import { Coalesced } from "@/lib/chat/coalesced.ts";
import { HISTORY_MESSAGES, RECEIPTS_MAX, TYPING_NAMED_MAX } from "@/lib/chat/limits.ts";
import type { ChatMessage, PresenceStatus } from "@/lib/chat/message.ts";
import { PEOPLE_MAX, type Person, RoomPeople, strongest } from "@/lib/chat/people.ts";
import { Positions } from "@/lib/chat/positions.ts";
import { latest, RECENT_CHANGES_MAX, RecentMessages } from "@/lib/chat/recent_messages.ts";
import { ORDER_WAITING_MAX, RevOrder } from "@/lib/chat/rev_order.ts";
import { heardMessage, heardPeople, heardPositions, heardTypists, tellPeople } from "@/lib/chat/told.ts";
import { Typists } from "@/lib/chat/typists.ts";
import { Window } from "@/lib/chat/window.ts";
import { ManualClock } from "../harness/memory_log.ts";

const rev = (rev: number) => ({ rev });

function message(seq: number, revision: number, text = ""): ChatMessage {
  const at = "2026-01-01T00:00:00.000Z";
  return {
    id: seq,
    seq,
    rev: revision,
    roomId: "property-1",
    userId: "u",
    userName: "U",
    text,
    clientMsgId: `${seq}`,
    at,
  };
}

Deno.test("order - the next one passes, an older one does not, one that is ahead waits for those before", () => {
  const order = new RevOrder<{ rev: number }>(3);
  assert.deepEqual(order.take(rev(3)), []);
  assert.deepEqual(order.take(rev(6)), []);
  assert.equal(order.isBehind, true);
  assert.deepEqual(order.take(rev(4)), [{ item: rev(4), prevRev: 3 }]);
  assert.deepEqual(order.take(rev(5)), [{ item: rev(5), prevRev: 4 }, { item: rev(6), prevRev: 5 }]);
  assert.deepEqual([order.isBehind, order.last], [false, 6]);
});

Deno.test("order - what is read may leave out what is overtaken, and says so", () => {
  const order = new RevOrder<{ rev: number }>(3);
  order.take(rev(6));
  order.take(rev(9));
  assert.deepEqual(order.fill([rev(5), rev(8)]), [
    { item: rev(5), prevRev: 3 },
    { item: rev(8), prevRev: 5 },
    { item: rev(9), prevRev: 8 },
  ]);
  assert.equal(order.isBehind, false);
});

Deno.test("order - so many wait, and more are not kept", () => {
  const order = new RevOrder<{ rev: number }>(0);
  for (let i = 2; i < ORDER_WAITING_MAX + 10; i++) order.take(rev(i));
  assert.equal(order.take(rev(1)).length, ORDER_WAITING_MAX + 1);
});

Deno.test("recent - the last messages in their latest form, and what has changed since a revision", () => {
  const recent = new RecentMessages({ history: [message(1, 1), message(2, 2)], lastSeq: 2, lastRev: 2 });
  assert.equal(recent.apply(message(3, 3)), true);
  assert.equal(recent.apply(message(1, 4, "edited")), false);
  assert.deepEqual(recent.last.map(({ seq, rev }) => [seq, rev]), [[1, 4], [2, 2], [3, 3]]);
  assert.deepEqual(recent.since(2)?.map(({ seq }) => seq), [1, 3]);
  assert.deepEqual(recent.since(4), []);
  assert.equal(recent.since(1), undefined);
  assert.deepEqual(recent.after(2)?.map(({ seq }) => seq), [3]);
});

Deno.test("recent - messages that were overtaken come out of turn and stand in their place", () => {
  const recent = new RecentMessages({ history: [], lastSeq: 0, lastRev: 0 });
  for (const [seq, revision] of [[3, 3], [1, 4], [2, 5]] as const) recent.apply(message(seq, revision));
  assert.deepEqual(recent.last.map(({ seq }) => seq), [1, 2, 3]);
  assert.equal(recent.lastSeq, 3);
});

Deno.test("recent - it is bounded, and knows what it has let go", () => {
  const recent = new RecentMessages({ history: [], lastSeq: 0, lastRev: 0 });
  const count = RECENT_CHANGES_MAX + 30;
  for (let i = 1; i <= count; i++) recent.apply(message(i, i));
  recent.apply(message(1, count + 1, "an edit of one that is long gone"));
  assert.deepEqual(
    recent.last.map(({ seq }) => seq),
    Array.from({ length: HISTORY_MESSAGES }, (_, i) => count - HISTORY_MESSAGES + 1 + i),
  );
  assert.equal(recent.since(30), undefined);
  assert.equal(recent.since(31)?.length, RECENT_CHANGES_MAX);
  assert.equal(recent.after(count - HISTORY_MESSAGES - 1), undefined);
  assert.equal(recent.after(count - HISTORY_MESSAGES)?.length, HISTORY_MESSAGES);
});

Deno.test("recent - of two forms of a message the later one is the latest", () => {
  assert.deepEqual(latest([message(2, 5), message(1, 1)], [message(2, 2)]).map(({ rev }) => rev), [1, 5]);
});

Deno.test("presence - the strongest of what is said of a person holds, in any order", () => {
  const statuses = fc.constantFrom<PresenceStatus>("online", "away", "offline", "unknown");
  fc.assert(fc.property(statuses, statuses, statuses, (a, b, c) => {
    assert.equal(strongest(a, b), strongest(b, a));
    assert.equal(strongest(a, strongest(b, c)), strongest(strongest(a, b), c));
    assert.equal(strongest(a, a), a);
  }));
  assert.equal(strongest("unknown", "offline"), "unknown");
  assert.equal(strongest("away", "unknown"), "away");
});

Deno.test("presence - told changes add up to who is there, whatever instances say", () => {
  const user = fc.constantFrom("a", "b", "c", "__proto__");
  const person = fc.option(
    fc.record({ userName: fc.constant("X"), status: fc.constantFrom<Person["status"]>("online", "away") }),
  );
  const step = fc.oneof(
    fc.record({ source: fc.constantFrom("own", "i1", "i2"), user, person }),
    fc.record({ gone: fc.constantFrom("i1", "i2") }),
    fc.record({ cut: fc.boolean() }),
    fc.constant({ look: true }),
    fc.constant({ join: true }),
  );
  fc.assert(fc.property(fc.array(step), (steps) => {
    const people = new RoomPeople("own");
    const present = () => new Map(people.all.map(({ userId, status }) => [userId, status as string]));
    /** As each of those sees it who came at different times. */
    const views = [present()];
    const look = () => {
      for (const [id, status] of Object.entries(people.takeChange()?.users ?? {})) {
        for (const seen of views) {
          if (status === "offline") seen.delete(id);
          else seen.set(id, status);
        }
      }
      for (const seen of views) assert.deepEqual(present(), seen);
    };
    for (const one of steps) {
      if ("source" in one) people.set(one.source, one.user, one.person);
      else if ("gone" in one) people.replace(one.gone, new Map());
      else if ("cut" in one) people.cut(one.cut);
      else if ("look" in one) look();
      else {
        people.shown();
        views.push(present());
      }
    }
    look();
    assert.equal(people.takeChange(), undefined);
  }));
});

Deno.test("presence - where nothing arrives, people of others are unknown and our own are not", () => {
  const people = new RoomPeople("own");
  people.set("own", "a", { userName: "A", status: "online" });
  people.set("i1", "a", { userName: "A", status: "online" });
  people.set("i1", "b", { userName: "B", status: "away" });
  assert.deepEqual(people.takeChange(), { users: { a: "online", b: "away" }, names: { a: "A", b: "B" } });
  people.cut(true);
  assert.deepEqual(people.takeChange(), { users: { b: "unknown" }, names: {} });
  people.cut(false);
  assert.deepEqual(people.takeChange(), { users: { b: "away" }, names: {} });
});

Deno.test("presence - an instance can tell of so many people", () => {
  const people = new RoomPeople("own");
  for (let i = 0; i < PEOPLE_MAX + 5; i++) people.set("i1", `u${i}`, { userName: "U", status: "online" });
  assert.equal(people.size, PEOPLE_MAX);
});

Deno.test("typing - each person once, some by name, and nobody beyond their time", () => {
  const typists = new Typists();
  const who = (i: number) => ({ userId: `u${i}`, userName: `U${i}` });
  assert.equal(typists.start("i1", who(1), 100), true);
  assert.equal(typists.start("i1", who(1), 200), false);
  typists.start("i2", who(1), 150);
  assert.deepEqual(typists.merged(), { users: [who(1)], count: 1 });
  assert.equal(typists.expire(150), true);
  assert.equal(typists.merged().count, 1);
  assert.equal(typists.expire(200), true);
  assert.deepEqual([typists.merged().count, typists.isEmpty, typists.expire(300)], [0, true, false]);
  typists.replace("i1", Array.from({ length: 30 }, (_, i) => who(i)), 500);
  assert.deepEqual([typists.merged().users.length, typists.merged().count], [TYPING_NAMED_MAX, 30]);
  typists.replace("i1", [who(3)], 500);
  assert.deepEqual(typists.merged(), { users: [who(3)], count: 1 });
});

Deno.test("receipts - nobody goes back, and who has read least gives way", () => {
  const positions = new Positions([]);
  const at = (userId: string, readUpTo: number, deliveredUpTo = 0) => ({
    userId,
    userName: userId,
    readUpTo,
    deliveredUpTo,
  });
  assert.deepEqual(positions.advance(at("a", 5)), at("a", 5, 5));
  assert.equal(positions.advance(at("a", 3, 4)), undefined);
  assert.deepEqual(positions.advance(at("a", 0, 9)), at("a", 5, 9));
  for (let i = 0; i < RECEIPTS_MAX; i++) positions.advance(at(`u${i}`, 10 + i));
  assert.equal(positions.get("a"), undefined);
  assert.equal([...positions.all].length, RECEIPTS_MAX);
});

Deno.test("limits - so many in any stretch of time, and it says when there is room again", () => {
  const window = new Window({ max: 3, ms: 1_000, keysMax: 2 });
  assert.deepEqual([window.take("a", 0), window.take("a", 100), window.take("a", 900)], [0, 0, 0]);
  assert.equal(window.take("a", 950), 50);
  assert.equal(window.take("b", 950), 0);
  assert.equal(window.take("a", 1_000), 0);
  assert.equal(window.take("a", 1_001), 99);
  window.take("c", 1_002);
  window.take("d", 1_003);
  assert.equal(window.take("a", 1_004), 0, "who is counted first is forgotten first");
});

Deno.test("coalesced - at once after quiet, then once in its time", () => {
  const clock = new ManualClock();
  let runs = 0;
  const coalesced = new Coalesced(clock, 100, () => runs++);
  coalesced.call();
  assert.equal(runs, 1);
  coalesced.call();
  coalesced.call();
  clock.advance(99);
  assert.equal(runs, 1);
  clock.advance(1);
  assert.equal(runs, 2);
  clock.advance(100);
  coalesced.callLater();
  assert.equal(runs, 2);
  clock.advance(100);
  assert.equal(runs, 3);
  coalesced.call();
  coalesced.close();
  clock.advance(1_000);
  coalesced.call();
  assert.equal(runs, 3);
});

Deno.test("told - what no instance tells is not heard", () => {
  for (const text of ["", "{", "[]", "null", `{"propertyId":1}`, `{"propertyId":1,"message":{"seq":"1"}}`]) {
    assert.equal(heardMessage(text), undefined);
    assert.equal(heardPeople(text), undefined);
  }
  assert.equal(heardTypists(`[{"userId":1}]`), undefined);
  assert.equal(heardPositions(`[{"userId":"a","userName":"A","readUpTo":-1,"deliveredUpTo":0}]`), undefined);
  const told = {
    version: 7,
    isWhole: false,
    sockets: 2,
    people: new Map([["a", { userName: "A", status: "away" as const }], ["b", null]]),
  };
  assert.deepEqual(heardPeople(tellPeople(told)), told);
});
