import assert from "node:assert/strict";
import { readPollAnswer } from "@/lib/client/poll_answer.ts";
import { PollMachine } from "@/lib/client/poll_machine.ts";
import { LATE_MS, type PollNotice, Polls } from "@/lib/client/polls.ts";

const EVENT = {
  id: "a",
  entity: "task",
  action: "created",
  propertyId: 1,
  at: "2026-01-01T00:00:00Z",
  data: {},
};

Deno.test("client polls - an answer is read as it stands in the protocol, and garbage is none", () => {
  const text = JSON.stringify({ events: [EVENT, null, { id: 7 }], seq: 12, epoch: "e1" });
  assert.deepEqual(readPollAnswer(text), {
    events: [EVENT],
    seq: 12,
    epoch: "e1",
    reset: null,
    chars: text.length,
  });
  assert.equal(readPollAnswer(`{"events":[],"seq":0,"epoch":"e","reset":"trimmed"}`)?.reset, "trimmed");
  for (
    const garbage of ["", "<html>", "null", "[]", "7", `{"events":[]}`, `{"events":{},"seq":1,"epoch":"e"}`]
      .concat([`{"events":[],"seq":-1,"epoch":"e"}`, `{"events":[],"seq":1.5,"epoch":"e"}`])
      .concat([`{"events":[],"seq":1,"epoch":""}`, `{"events":[],"seq":"1","epoch":"e"}`])
  ) assert.equal(readPollAnswer(garbage), undefined, garbage);
});

/** Real answers of a server that is not there, and clocks that are run by hand. */
class Bench {
  readonly notices: PollNotice[] = [];
  readonly asked: { path: string; signal: AbortSignal }[] = [];
  readonly timers = new Map<number, { ms: number; run: () => void }>();
  readonly polls: Polls;
  readonly machine: PollMachine;
  #timer = 0;
  #answers: (() => Promise<Response>)[] = [];

  constructor(propertyId: number | null = null) {
    const subscription = { services: ["guest" as const], propertyId };
    this.machine = new PollMachine({ orgId: 1, subscription, random: () => 0.5 });
    this.polls = new Polls({
      machine: this.machine,
      get: (path, signal) => {
        this.asked.push({ path, signal });
        return this.#answers.shift()?.() ??
          new Promise((_, reject) => signal.addEventListener("abort", reject));
      },
      after: (ms, run) => {
        const timer = ++this.#timer;
        this.timers.set(timer, { ms, run });
        return () => this.timers.delete(timer);
      },
      now: () => 1_000,
      notice: (notice) => this.notices.push(notice),
    });
  }

  async answered(answer: Response | Error, epoch: string | null = "e1"): Promise<this> {
    this.#answers.push(() => answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer));
    this.polls.input({ type: "start", online: true, position: { seq: 10, epoch } });
    for (let i = 0; this.#answers.length > 0 || i < 50; i++) await Promise.resolve();
    await new Promise((resolve) => setTimeout(resolve));
    return this;
  }

  get waits(): number[] {
    return [...this.timers.values()].map(({ ms }) => ms);
  }
}

function problem(status: number, body: unknown, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), { status, headers });
}

Deno.test("client polls - a poll asks from where its service stands, for the property that is wanted", () => {
  const bench = new Bench(2);
  bench.polls.input({ type: "start", online: true, position: { seq: 10, epoch: "e 1" } });
  assert.deepEqual(bench.asked.map(({ path }) => path), [
    "/guest-checkin/realtime/subscribe?lastSeq=10&wait=0&epoch=e+1&propertyId=2",
  ]);
  const anew = new Bench();
  anew.polls.input({ type: "start", online: true, position: { seq: 0, epoch: null } });
  assert.deepEqual(anew.asked.map(({ path }) => path), [
    "/guest-checkin/realtime/subscribe?lastSeq=0&wait=0",
  ]);
});

Deno.test("client polls - what a server answers is told by its status and its problem", async () => {
  const good = await new Bench().answered(problem(200, { events: [EVENT], seq: 12, epoch: "e1" }));
  assert.deepEqual(good.notices.map(({ type }) => type), ["status", "subscribed", "deliver", "status"]);
  const cases: [Response | Error, { state: string; wait?: number; off?: number }][] = [
    [problem(503, { code: "long_poll_off" }, { "retry-after": "60" }), { state: "polling", off: 1 }],
    [problem(403, { code: "forbidden", detail: "no" }), { state: "polling", off: 1 }],
    [problem(429, { code: "too_many" }, { "retry-after": "7" }), { state: "connecting", wait: 7_000 }],
    [problem(503, {}, { "retry-after": "soon" }), { state: "connecting", wait: 1_000 }],
    [problem(503, {}, { "retry-after": "-5" }), { state: "connecting", wait: 1_000 }],
    [problem(500, {}), { state: "connecting", wait: 500 }],
    [new Response("<html>hotel Wi-Fi: sign in</html>"), { state: "connecting", wait: 500 }],
    [new Response("null", { status: 502 }), { state: "connecting", wait: 500 }],
    [new Error("network"), { state: "connecting", wait: 500 }],
  ];
  for (const [answer, { state, wait, off = 0 }] of cases) {
    const { machine, waits } = await new Bench().answered(answer);
    const name = answer instanceof Error ? "network" : String(answer.status);
    assert.deepEqual([machine.status.state, machine.status.off.length], [state, off], name);
    assert.deepEqual(waits, wait === undefined ? [] : [wait], name);
  }
  const expired = await new Bench().answered(problem(401, { code: "unauthenticated" }));
  assert.ok(expired.notices.some(({ type }) => type === "token_needed"));
  const refused = await new Bench().answered(problem(404, { title: "Not found" }));
  const [told] = refused.notices.filter((notice) => notice.type === "refused");
  assert.equal(told?.type === "refused" && told.message, "Not found");
});

Deno.test("client polls - an answer that does not come is given up 15 s after it was due", async () => {
  const bench = new Bench();
  bench.polls.input({ type: "start", online: true, position: { seq: 10, epoch: "e1" } });
  assert.deepEqual(bench.waits, [LATE_MS]);
  for (const { run } of [...bench.timers.values()]) run();
  await new Promise((resolve) => setTimeout(resolve));
  assert.deepEqual([bench.asked[0]!.signal.aborted, bench.waits], [true, [500]]);
});

Deno.test("client polls - stopped, its requests are let go and no clock runs", async () => {
  const bench = new Bench();
  bench.polls.input({ type: "start", online: true, position: { seq: 10, epoch: "e1" } });
  bench.polls.input({ type: "stop" });
  assert.ok(bench.asked[0]!.signal.aborted);
  await new Promise((resolve) => setTimeout(resolve));
  assert.deepEqual([bench.waits, bench.machine.status.state], [[], "stopped"]);
});
