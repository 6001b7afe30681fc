import assert from "node:assert/strict";
import { BATCH_EVENTS_MAX, BATCH_WINDOW_MS, FRAME_BYTES_MAX } from "@/lib/protocol/limits.ts";
import type { Service } from "@/lib/protocol/services.ts";
import { Audience, audienceOf } from "@/lib/realtime/audience.ts";
import { principalOf } from "@/lib/auth/principal.ts";
import type { StoredEvent } from "@/lib/realtime/event.ts";
import { cutFrames, type Frame } from "@/lib/realtime/frame.ts";
import { Group, QUIET_SLACK_MS, RING_FRAMES_MAX } from "@/lib/realtime/group.ts";
import { Ring } from "@/lib/realtime/ring.ts";
import { ManualClock } from "../harness/memory_log.ts";

function event(seq: number, service: Service = "tasks", json = `{"id":"${seq}"}`): StoredEvent {
  return { seq, orgId: 1, propertyId: 1, service, json, bytes: json.length, storedAt: 0, begunAt: 0 };
}

function setUp() {
  const clock = new ManualClock();
  const sent: Frame[] = [];
  const group = new Group<object>(
    new Audience(["tasks", "finance"], "*"),
    new Ring(0),
    clock,
    (frame) => sent.push(frame),
  );
  group.live.add({});
  return { clock, sent, group, seqs: () => sent.map((frame) => frame.events.map(({ seq }) => seq)) };
}

Deno.test("batching - the first event after quiet leaves at once, what follows waits for the window", () => {
  const { clock, group, seqs } = setUp();
  group.push(event(1));
  assert.deepEqual(seqs(), [[1]]);
  group.push(event(2));
  clock.advance(BATCH_WINDOW_MS - 1);
  group.push(event(3));
  assert.deepEqual(seqs(), [[1]]);
  clock.advance(1);
  assert.deepEqual(seqs(), [[1], [2, 3]]);
  clock.advance(BATCH_WINDOW_MS);
  group.push(event(4));
  assert.deepEqual(seqs(), [[1], [2, 3], [4]]);
});

Deno.test("batching - events that come about once a window leave at once, but no more often than windows end", () => {
  const { clock, group, sent } = setUp();
  for (let seq = 1; seq <= 100; seq++) {
    group.push(event(seq));
    assert.equal(sent.length, seq, "jitter made an event wait");
    clock.advance(BATCH_WINDOW_MS + (seq % 2 === 0 ? QUIET_SLACK_MS / 2 : -QUIET_SLACK_MS / 2));
  }
  const before = sent.length;
  for (let seq = 101; seq <= 200; seq++) {
    group.push(event(seq));
    clock.advance(BATCH_WINDOW_MS - QUIET_SLACK_MS);
  }
  const windows = 100 * (BATCH_WINDOW_MS - QUIET_SLACK_MS) / BATCH_WINDOW_MS;
  assert.ok(sent.length - before <= windows + 1, `${sent.length - before} frames in ${windows} windows`);
});

Deno.test("batching - 100 events leave without waiting for the window", () => {
  const { group, sent } = setUp();
  for (let seq = 1; seq <= 1 + BATCH_EVENTS_MAX; seq++) group.push(event(seq));
  assert.deepEqual(sent.map((frame) => frame.events.length), [1, BATCH_EVENTS_MAX]);
});

Deno.test("batching - a flush is cut into runs of one service, in order, and every seq is a resume point", () => {
  const { clock, group, sent } = setUp();
  group.push(event(1));
  for (const [seq, service] of [[2, "tasks"], [3, "finance"], [4, "finance"], [6, "tasks"]] as const) {
    group.push(event(seq, service));
  }
  clock.advance(BATCH_WINDOW_MS);
  const frames = sent.map(({ text }) => JSON.parse(text));
  assert.deepEqual(frames.map(({ service, seq, prevSeq }) => [service, seq, prevSeq]), [
    ["tasks", 1, 0],
    ["tasks", 2, 1],
    ["finance", 4, 2],
    ["tasks", 6, 4],
  ]);
});

Deno.test("batching - the position of quiet members is the head, with something pending it lies before it", () => {
  const { clock, group } = setUp();
  assert.equal(group.position(40), 40);
  group.push(event(41));
  group.push(event(44));
  assert.equal(group.position(44), 43);
  clock.advance(BATCH_WINDOW_MS);
  assert.equal(group.position(44), 44);
});

Deno.test("frames - a run is cut by bytes, one event alone may be larger", () => {
  const big = `{"id":"${"x".repeat(FRAME_BYTES_MAX / 2)}"}`;
  const frames = cutFrames(
    [
      event(1, "tasks", big),
      event(2, "tasks", big),
      event(3),
      event(4, "tasks", big + big),
    ],
    0,
    new Audience(["tasks"], "*"),
  );
  assert.deepEqual(frames.map((frame) => frame.events.map(({ seq }) => seq)), [[1], [2, 3], [4]]);
});

Deno.test("frames - those who catch up from the ring share what is encoded, and it stays bounded", () => {
  const { group } = setUp();
  const ring = new Ring(0);
  for (let seq = 1; seq <= 200; seq++) ring.push(event(seq, seq % 2 === 0 ? "tasks" : "finance"));
  const first = group.frameAfter(ring, 0);
  assert.equal(group.frameAfter(ring, 0), first);
  for (let cursor = 0; cursor < 200; cursor++) {
    assert.equal(group.frameAfter(ring, cursor)?.events[0]?.seq, cursor + 1);
  }
  assert.ok(RING_FRAMES_MAX < 199 && group.frameAfter(ring, 0) !== first, "the oldest frame made room");
  assert.equal(group.frameAfter(ring, 200), undefined);
});

Deno.test("audience - equal wishes share a key; an organisation-wide event passes a property filter", () => {
  const principal = principalOf({ sub: "u", orgId: 1, role: "manager", properties: [1, 2], exp: 2e9 });
  assert.ok(typeof principal !== "string");
  const one = audienceOf(principal, { services: ["tasks"], propertyId: 1 });
  assert.ok(one instanceof Audience);
  assert.equal(one.matches({ ...event(1), propertyId: null }), true);
  assert.equal(one.matches({ ...event(1), propertyId: 2 }), false);
  assert.equal(one.matches(event(1, "finance")), false);
  const all = audienceOf(principal, { services: ["tasks"], propertyId: null });
  assert.ok(all instanceof Audience && all.matches({ ...event(1), propertyId: 2 }));
  assert.equal(all.matches({ ...event(1), propertyId: 3 }), false);
  const refused = audienceOf(principal, { services: ["tasks"], propertyId: 3 });
  assert.ok("error" in refused && refused.error === "property_forbidden");
});

Deno.test("audience - what belongs to another service is shown to those only who may see that, whatever they ask for", () => {
  const veiledEvent = {
    ...event(1, "dashboard", "all"),
    veiled: { service: "finance" as const, json: "some" },
  };
  const texts = [["dashboard", "finance"], ["dashboard"]].map((services) => {
    const principal = principalOf({ sub: "u", orgId: 1, role: "staff", properties: "*", services, exp: 2e9 });
    assert.ok(typeof principal !== "string");
    const audience = audienceOf(principal, { services: ["dashboard"], propertyId: null });
    assert.ok(audience instanceof Audience);
    const [frame] = cutFrames([veiledEvent], 0, audience);
    assert.ok(frame!.text.includes(`"events":[${frame!.shown[0]!.json}]`));
    return [frame!.shown[0]!.json, audience.key];
  });
  assert.deepEqual(texts.map(([json]) => json), ["all", "some"]);
  assert.notEqual(texts[0]![1], texts[1]![1], "they share no frames");
});
