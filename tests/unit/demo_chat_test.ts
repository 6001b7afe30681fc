// What the people of the demo have said: a whole conversation, whatever day and hour it is seeded at.
import assert from "node:assert/strict";
import fc from "fast-check";
import { Dice } from "@/lib/random/dice.ts";
import { DemoCalendar } from "@/services/demo/calendar.ts";
import { ABOUT_A_ROOM, EVERYDAY, NIGHT_HANDOVER, WEDDING } from "@/services/demo/chat_scenes.ts";
import { readSteps, type Surroundings, type Talk, talkOf } from "@/services/demo/chat_talk.ts";

const PEOPLE = ["Manager", "Front desk", "Front desk", "Kitchen", "Night desk"].map((position, n) => {
  return { userId: `person-${n}`, name: `Person ${n}`, position };
});
const ABOUT: Surroundings = {
  rooms: [{ id: 1, number: "101" }, { id: 2, number: "102" }],
  guests: [{ id: 7, name: "Invented Guest", room: "102" }],
  tasks: [{ id: 9, title: "Water the plants" }],
};
const moment = fc.date({ min: new Date("2024-01-01"), max: new Date("2030-12-31"), noInvalidDate: true });

function talk(seed: number, at: Date): Talk {
  const scenes = [...EVERYDAY, ...ABOUT_A_ROOM, ...NIGHT_HANDOVER, ...WEDDING];
  const options = { people: PEOPLE, about: ABOUT, scenes, end: WEDDING[1]!, messages: 150, days: 5 };
  return talkOf(options, new DemoCalendar(at.getTime(), "Asia/Kolkata"), new Dice(seed));
}

Deno.test("demo chat - sequences and revisions have no hole, and time never goes back", () => {
  fc.assert(fc.property(fc.nat(), moment, (seed, at) => {
    const { messages, lastRev } = talk(seed, at);
    assert.ok(messages.length >= 150);
    let before = { rev: 0, at: "" };
    for (const [n, said] of messages.entries()) {
      assert.equal(said.seq, n + 1);
      const isChanged = said.editedAt !== null || said.deletedAt !== null;
      assert.equal(said.rev, before.rev + (isChanged ? 2 : 1));
      assert.ok(said.at >= before.at && said.at <= at.toISOString(), `${said.at} at ${at.toISOString()}`);
      assert.doesNotMatch(said.text, /[{}]|undefined/);
      assert.ok(said.replyTo === null || said.replyTo < said.seq);
      if (said.deletedAt !== null) assert.deepEqual([said.text, said.link, said.mentions], ["", null, []]);
      else assert.ok(said.text !== "");
      before = said;
    }
    assert.equal(lastRev, before.rev);
  }));
});

Deno.test("demo chat - there is something of everything: edits, deletions, replies, links, mentions", () => {
  const { messages } = talk(1, new Date("2026-11-24T10:00:00Z"));
  assert.ok(messages.some(({ editedAt }) => editedAt !== null));
  assert.ok(messages.some(({ deletedAt }) => deletedAt !== null));
  assert.ok(messages.some(({ replyTo }) => replyTo !== null));
  assert.ok(messages.some(({ mentions }) => mentions.length > 0));
  const linked = new Set(messages.flatMap(({ link }) => link === null ? [] : [link.entity]));
  assert.deepEqual([...linked].sort(), ["guest", "room", "task"]);
  assert.ok(new Set(messages.map(({ by }) => by.userId)).size === PEOPLE.length);
});

Deno.test("demo chat - what somebody has read is without a hole, and ends where they are", () => {
  fc.assert(fc.property(fc.nat(), fc.integer({ min: 0, max: 150 }), (seed, upTo) => {
    const said = talk(3, new Date("2026-11-24T10:00:00Z"));
    let next = 1;
    for (const { from, to } of readSteps(said, "person-1", upTo, new Dice(seed))) {
      assert.equal(from, next);
      assert.ok(to >= from);
      next = to + 1;
    }
    assert.equal(next, upTo + 1);
  }));
});

Deno.test("demo chat - the same seed and moment give the same talk", () => {
  const at = new Date("2026-11-24T10:00:00Z");
  assert.deepEqual(talk(5, at), talk(5, at));
});
