import assert from "node:assert/strict";
import fc from "fast-check";
import { EVENT_BYTES_MAX } from "@/lib/protocol/limits.ts";
import { BEHIND_MS_MAX, decodeEvent, type StoredMessage } from "@/lib/realtime/event.ts";

const AT = Date.parse("2026-01-02T03:04:05.678Z");

function message(payload: unknown, more: Partial<StoredMessage> = {}): StoredMessage {
  const text = typeof payload === "string" ? payload : JSON.stringify(payload);
  return {
    subject: "evt.1.2.tasks.task.updated",
    payload: new TextEncoder().encode(text),
    seq: 9,
    storedAt: AT,
    messageId: undefined,
    ...more,
  };
}

Deno.test("event - is shown with what the subject and the payload say", () => {
  const event = decodeEvent(
    message({ id: "a", at: "2026-01-01T00:00:00+01:00", version: 3, actor: "u", data: { x: 1 } }),
  );
  assert.ok(!("invalid" in event));
  assert.deepEqual([event.seq, event.orgId, event.propertyId, event.service, event.storedAt], [
    9,
    1,
    2,
    "tasks",
    AT,
  ]);
  assert.deepEqual(JSON.parse(event.json), {
    id: "a",
    entity: "task",
    action: "updated",
    propertyId: 2,
    version: 3,
    at: "2025-12-31T23:00:00.000Z",
    data: { x: 1 },
  });
});

Deno.test("event - missing id and time come from the header, the stream position and its timestamp", () => {
  const shown = (more: Partial<StoredMessage>) => {
    const event = decodeEvent(message({ data: {} }, more));
    return "invalid" in event ? event : JSON.parse(event.json);
  };
  assert.equal(shown({ messageId: "m" }).id, "m");
  assert.equal(shown({}).id, `seq-9-${AT}`);
  assert.notEqual(shown({ storedAt: AT + 1 }).id, shown({}).id);
  assert.equal(shown({}).at, "2026-01-02T03:04:05.678Z");
});

Deno.test("event - what does not validate is refused with a reason", () => {
  const bad: [unknown, Partial<StoredMessage>?][] = [
    ["not json"],
    ["[]"],
    ["null"],
    ['"text"'],
    [{ id: "a" }],
    [{ id: "a", data: [] }],
    [{ id: "a", data: null }],
    [{ id: "", data: {} }],
    [{ id: "with space", data: {} }],
    [{ id: 7, data: {} }],
    [{ id: "x".repeat(129), data: {} }],
    [{ id: "a", at: "yesterday", data: {} }],
    [{ id: "a", at: 5, data: {} }],
    [{ id: "a", version: 0, data: {} }],
    [{ id: "a", version: "1", data: {} }],
    [{ id: "a", data: { text: "x".repeat(EVENT_BYTES_MAX) } }],
    [{ data: {} }, { subject: "evt.1.2.tasks.revenue.updated" }],
    [{ data: {} }, { subject: "evt.0.2.tasks.task.updated" }],
    [{ data: {} }, { payload: new Uint8Array([0xff, 0xfe]) }],
    ["[".repeat(20_000)],
  ];
  for (const [payload, more] of bad) {
    const outcome = decodeEvent(message(payload, more));
    assert.ok("invalid" in outcome && outcome.invalid.length > 0, JSON.stringify(payload).slice(0, 80));
  }
});

Deno.test("event - no payload whatever throws, and what is shown is one line of JSON", () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array(),
        fc.json().map((text) => new TextEncoder().encode(text)),
      ),
      (payload) => {
        const outcome = decodeEvent(message("", { payload }));
        if (!("invalid" in outcome)) JSON.parse(outcome.json);
      },
    ),
  );
});

Deno.test("event - delivery counts from the commit where that can be believed, else from the stream's time", () => {
  const begunAt = (at: number) => {
    const event = decodeEvent(message({ at: new Date(at).toISOString(), data: {} }));
    assert.ok(!("invalid" in event));
    return event.begunAt;
  };
  assert.equal(begunAt(AT - 20), AT - 20);
  assert.equal(begunAt(AT), AT);
  assert.equal(begunAt(AT - BEHIND_MS_MAX), AT - BEHIND_MS_MAX);
  assert.equal(begunAt(AT - BEHIND_MS_MAX - 1), AT, "an old event, told late");
  assert.equal(begunAt(AT + 1), AT, "a clock that is ahead");
  const without = decodeEvent(message({ data: {} }));
  assert.ok(!("invalid" in without) && without.begunAt === AT);
});
