import assert from "node:assert/strict";
import {
  RECHECK_MS,
  RECHECK_MS_MIN,
  TransportChoice,
  type TransportCommand,
  type TransportInput,
} from "@/lib/client/transport.ts";

const NOW = 1_000_000;

function choice(random = 0) {
  return new TransportChoice(() => random);
}

function polling(reason: "switched_off" | "upgrades_failed" = "switched_off", random = 0): TransportChoice {
  const polls = choice(random);
  polls.handle({ type: "start", streaming: true }, NOW);
  polls.handle({ type: "parked", reason }, NOW);
  return polls;
}

function did(of: TransportChoice, input: TransportInput, now = NOW): TransportCommand["type"][] {
  return of.handle(input, now).map(({ type }) => type);
}

Deno.test("client transport - it starts with the stream where flags allow it, else with polls", () => {
  const stream = choice();
  assert.deepEqual(did(stream, { type: "start", streaming: true }), ["start_stream"]);
  assert.deepEqual([stream.isPolling, stream.reason], [false, null]);
  assert.deepEqual(did(stream, { type: "start", streaming: false }), [], "once");
  const polls = choice();
  assert.deepEqual(did(polls, { type: "start", streaming: false }), ["start_polls", "schedule"]);
  assert.deepEqual([polls.isPolling, polls.reason], [true, "switched_off"]);
});

Deno.test("client transport - a stream that is parked is replaced by polls, with the reason", () => {
  const polls = choice();
  polls.handle({ type: "start", streaming: true }, NOW);
  const parked = polls.handle({ type: "parked", reason: "upgrades_failed", waitMs: 700 }, NOW);
  assert.deepEqual(parked, [{ type: "start_polls", waitMs: 700 }, { type: "schedule", ms: RECHECK_MS }]);
  assert.deepEqual([polls.isPolling, polls.reason], [true, "upgrades_failed"]);
});

Deno.test("client transport - it asks once a minute and up to a tenth later, so that a crowd does not ask at once", () => {
  for (const [random, ms] of [[0, RECHECK_MS], [0.5, 63_000], [0.999_999, 65_999]] as const) {
    const asked = polling("switched_off", random).handle({ type: "due" }, NOW);
    assert.deepEqual(asked, [{ type: "ask" }, { type: "schedule", ms }]);
  }
});

Deno.test("client transport - a page that comes into sight asks at once, but not all the time", () => {
  const polls = polling();
  assert.deepEqual(did(polls, { type: "woke" }), ["ask", "schedule"]);
  assert.deepEqual(did(polls, { type: "woke" }, NOW + RECHECK_MS_MIN - 1), []);
  assert.deepEqual(did(polls, { type: "woke" }, NOW + RECHECK_MS_MIN), ["ask", "schedule"]);
});

Deno.test("client transport - polls go on until the stream that is tried again is live", () => {
  const polls = polling();
  assert.deepEqual(did(polls, { type: "flags", streaming: true }), ["start_stream"]);
  assert.equal(polls.isPolling, true);
  for (const type of ["due", "woke"] as const) assert.deepEqual(did(polls, { type }), [], type);
  assert.deepEqual(did(polls, { type: "flags", streaming: true }), [], "one trial at a time");
  assert.deepEqual(did(polls, { type: "live" }), ["stop_polls", "cancel"]);
  assert.deepEqual([polls.isPolling, polls.reason], [false, null]);
  assert.deepEqual(did(polls, { type: "live" }), []);
});

Deno.test("client transport - a trial that fails leaves the polls alone, and is made again in a minute", () => {
  const polls = polling("switched_off");
  polls.handle({ type: "flags", streaming: true }, NOW);
  assert.deepEqual(did(polls, { type: "parked", reason: "upgrades_failed" }), ["schedule"]);
  assert.deepEqual([polls.isPolling, polls.reason], [true, "upgrades_failed"]);
  assert.deepEqual(did(polls, { type: "due" }), ["ask", "schedule"]);
});

Deno.test("client transport - flags that are off or not to be had change nothing", () => {
  for (const streaming of [false, null]) {
    assert.deepEqual(did(polling(), { type: "flags", streaming }), ["schedule"]);
    const stream = choice();
    stream.handle({ type: "start", streaming: true }, NOW);
    assert.deepEqual(did(stream, { type: "flags", streaming }), []);
  }
});

Deno.test("client transport - stopped it does nothing any more", () => {
  const polls = polling();
  assert.deepEqual(did(polls, { type: "stop" }), ["cancel"]);
  const later: TransportInput[] = [{ type: "due" }, { type: "woke" }, { type: "live" }];
  for (const input of [...later, { type: "flags", streaming: true } as const]) {
    assert.deepEqual(did(polls, input), [], input.type);
  }
  assert.deepEqual(did(polls, { type: "parked", reason: "switched_off" }), []);
});
