import assert from "node:assert/strict";
import { ARRIVED_MAX, type ClientRecord } from "@/lib/client/collection.ts";
import type { EventFilter, LiveEvent } from "@/lib/client/client_types.ts";
import type { RefetchReason } from "@/lib/client/machine_types.ts";
import { Rest, wordsOf } from "@/lib/client/rest.ts";
import { READ_ATTEMPTS_MAX, READ_RETRY_MS, Records, REREAD_MS, SINGLE_READS_MAX } from "@/lib/ui/records.ts";
import { ManualClock, settle } from "../harness/memory_log.ts";

const AT = "2026-11-24T10:00:00.000Z";

function task(id: number, version = 1, more: Record<string, unknown> = {}): ClientRecord {
  return { id, propertyId: 1, version, createdAt: AT, title: `task ${id}`, ...more };
}

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
  readonly headers: Headers;
}

/** A page with tasks 2 and 1, and a server that answers what it is told to. */
class Bench {
  readonly clock = new ManualClock();
  readonly asked: Asked[] = [];
  /** What the server says next; without it, it cannot be reached. */
  answers: (Response | "never")[] = [];
  changes = 0;
  propertyId: number | null = null;
  readonly records: Records;
  #listener: ((events: readonly LiveEvent[]) => void) | undefined;
  #refetch: ((reason: RefetchReason) => void) | undefined;
  listened: EventFilter | undefined;
  readonly stop: () => void;

  constructor() {
    let ids = 0;
    const call = (path: string, init: RequestInit): Promise<Response> => {
      const body = typeof init.body === "string" ? JSON.parse(init.body) : undefined;
      this.asked.push({ method: init.method ?? "GET", path, body, headers: new Headers(init.headers) });
      const answer = this.answers.shift();
      if (answer === undefined) return Promise.reject(new TypeError("no network"));
      if (answer !== "never") return Promise.resolve(answer);
      return new Promise((_, reject) =>
        init.signal!.addEventListener("abort", () => reject(init.signal!.reason))
      );
    };
    const after = (ms: number, run: () => void) => this.clock.after(ms, run);
    this.records = new Records({
      entity: "task",
      first: { items: [task(2), task(1)], next: null, seq: 10, epoch: "e" },
      order: "desc",
      filter: { status: "open" },
      keep: () => true,
    }, {
      client: {
        on: (filter, listener) => {
          this.listened = filter;
          this.#listener = listener;
          return () => this.#listener = undefined;
        },
        onRefetch: (listener) => {
          this.#refetch = listener;
          return () => this.#refetch = undefined;
        },
      },
      rest: new Rest({ call, after }),
      after,
      propertyId: () => this.propertyId,
      userId: "me",
      newId: () => `key-${++ids}`,
      now: () => AT,
      changed: () => this.changes++,
    });
    this.stop = this.records.start();
  }

  tell(action: string, data: Record<string, unknown>, version?: number): void {
    const event = {
      id: `e${Math.trunc(this.changes)}-${data.id}`,
      entity: "task",
      action,
      propertyId: 1,
      at: AT,
      data,
    };
    this.#listener?.([{ ...event, ...(version !== undefined && { version }), service: "tasks", seq: 11 }]);
  }

  refetch(): void {
    this.#refetch?.("trimmed");
  }

  get shown(): unknown[] {
    return this.records.rows.map((
      { record, pending, failure },
    ) => [record.id, pending, failure?.code ?? null]);
  }
}

function json(body: unknown, status = 200): Response {
  return new Response(JSON.stringify(body), { status });
}

function problem(code: string, status: number, more = {}): Response {
  return json({ code, status, title: code, ...more }, status);
}

function list(items: ClientRecord[], next: string | null = null): Response {
  return json({ items, next, seq: 20, epoch: "e" });
}

Deno.test("records - a creation is there at once, and becomes the record that the server made", async () => {
  const bench = new Bench();
  bench.answers = [json(task(3), 201)];
  const saving = bench.records.create({ title: "task 3", propertyId: 1 });
  assert.deepEqual(bench.shown, [[-1, "create", null], [2, null, null], [1, null, null]]);
  assert.deepEqual(bench.records.rows[0]?.record.title, "task 3");
  // Its event may be faster than the answer.
  bench.tell("created", task(3, 1, { createdBy: "me" }), 1);
  bench.tell("created", task(4, 1, { createdBy: "other" }), 1);
  assert.deepEqual(bench.shown.map((row) => (row as unknown[])[0]), [-1, 4, 2, 1]);
  const saved = await saving;
  assert.ok(saved.ok && saved.record?.id === 3);
  assert.deepEqual(bench.shown.map((row) => (row as unknown[])[0]), [4, 3, 2, 1]);
  assert.deepEqual(bench.listened, { service: "tasks", entity: "task" });
});

Deno.test("records - a creation that failed stays with the server's words, and is tried again under the same key", async () => {
  const bench = new Bench();
  const errors = [{ path: "title", message: "must not be empty" }];
  bench.answers = [problem("validation_failed", 422, { errors })];
  const saved = await bench.records.create({ title: "" });
  assert.ok(!saved.ok && saved.problem.errors?.[0]?.path === "title");
  assert.deepEqual(bench.shown[0], [-1, null, "validation_failed"]);
  const key = bench.records.rows[0]!.editKey!;
  bench.answers = [json(task(3), 201)];
  await bench.records.retry(key);
  assert.deepEqual(bench.asked.map(({ headers }) => headers.get("idempotency-key")), ["key-1", "key-1"]);
  assert.deepEqual(bench.shown[0], [3, null, null]);
  assert.equal(bench.records.retry(key), undefined);
});

Deno.test("records - a change shows at once and is rolled back where the server refuses it", async () => {
  const bench = new Bench();
  bench.answers = [problem("forbidden", 403, { detail: "not yours" })];
  const saving = bench.records.update(1, { title: "mine" });
  assert.equal(bench.records.rows[1]?.record.title, "mine");
  const saved = await saving;
  assert.ok(!saved.ok && saved.problem.detail === "not yours");
  assert.equal(bench.records.rows[1]?.record.title, "task 1");
  assert.deepEqual(bench.shown[1], [1, null, "forbidden"]);
  assert.deepEqual([bench.asked[0]?.method, bench.asked[0]?.path, bench.asked[0]?.headers.get("if-match")], [
    "PATCH",
    "/tasks/task/1",
    '"1"',
  ]);
  bench.records.discard(bench.records.rows[1]!.editKey!);
  assert.deepEqual(bench.shown[1], [1, null, null]);
});

Deno.test("records - what somebody else has changed meanwhile is read, and the change can be tried on it", async () => {
  const bench = new Bench();
  bench.answers = [problem("version_conflict", 409), json(task(1, 4, { title: "theirs" }))];
  await bench.records.update(1, { title: "mine" });
  await settle();
  assert.equal(bench.records.rows[1]?.record.title, "theirs");
  bench.answers = [json(task(1, 5, { title: "mine" }))];
  await bench.records.retry(bench.records.rows[1]!.editKey!);
  assert.equal(bench.asked.at(-1)?.headers.get("if-match"), '"4"');
  assert.deepEqual([bench.records.rows[1]?.record.title, bench.shown[1]], ["mine", [1, null, null]]);
});

Deno.test("records - a removal hides nothing before it is confirmed; one that others were faster with is one", async () => {
  const bench = new Bench();
  bench.answers = [new Response(null, { status: 204 }), problem("not_found", 404)];
  const saving = bench.records.remove(2);
  assert.deepEqual(bench.shown[0], [2, "remove", null]);
  assert.ok((await saving).ok);
  assert.ok((await bench.records.remove(1)).ok);
  assert.deepEqual(bench.shown, []);
});

Deno.test("records - without a network a change fails in words, and a request that hangs is given up", async () => {
  const bench = new Bench();
  const saved = await bench.records.update(1, { title: "x" });
  assert.ok(!saved.ok && saved.problem.code === "unavailable");
  bench.answers = ["never"];
  const hanging = bench.records.update(2, { title: "x" });
  bench.clock.advance(15_000);
  assert.ok(!(await hanging).ok);
});

Deno.test("records - an event of another publisher that names a record has it read, once", async () => {
  const bench = new Bench();
  bench.answers = [json(task(1, 2, { title: "read" }))];
  bench.tell("updated", { id: 1, title: "told" });
  bench.tell("updated", { id: 1, title: "told again" });
  await settle();
  assert.deepEqual(bench.asked.map(({ path }) => path), ["/tasks/task/1"]);
  assert.equal(bench.records.rows[1]?.record.title, "read");
  bench.answers = [problem("not_found", 404)];
  bench.tell("updated", { id: 2 });
  await settle();
  assert.deepEqual(bench.shown, [[1, null, null]]);
});

Deno.test("records - where many records would have to be read, the list is", async () => {
  const bench = new Bench();
  bench.answers = Array.from({ length: SINGLE_READS_MAX }, () => "never" as const);
  for (let id = 100; id < 100 + SINGLE_READS_MAX; id++) bench.tell("updated", { id });
  bench.answers.push(list([task(130)]));
  for (let id = 900; id < 980; id++) bench.tell("updated", { id });
  const lists = () => bench.asked.filter(({ path }) => path.startsWith("/tasks/task?")).length;
  await settle();
  assert.equal(lists(), 0, "in a moment, for all of them");
  bench.clock.advance(REREAD_MS);
  await settle();
  assert.deepEqual([lists(), bench.asked.length], [1, SINGLE_READS_MAX + 1]);
  assert.deepEqual(bench.shown, [[130, null, null]]);
});

Deno.test("records - a list that grows while nobody is at it becomes short again, and no longer than that while somebody is", async () => {
  const bench = new Bench();
  bench.records.hold(true);
  for (let id = 3; id < 3 + ARRIVED_MAX + 50; id++) bench.tell("created", task(id), 1);
  assert.deepEqual([bench.records.rows.length, bench.records.held], [2, ARRIVED_MAX + 50]);
  bench.clock.advance(REREAD_MS);
  assert.deepEqual(bench.asked, []);
  bench.answers = [list([task(900), task(899)], "c")];
  bench.records.hold(false);
  await settle();
  assert.deepEqual(bench.shown, [[900, null, null], [899, null, null]]);
  assert.deepEqual([bench.records.held, bench.records.hasMore], [0, true]);
  for (let id = 1_000; id < 1_000 + ARRIVED_MAX; id++) bench.tell("created", task(id), 1);
  bench.answers = [list([task(2_000)])];
  bench.clock.advance(REREAD_MS);
  await settle();
  assert.deepEqual(bench.shown, [[2_000, null, null]]);
});

Deno.test("records - a change refers to what the person saw, not to what has come since", async () => {
  const bench = new Bench();
  bench.records.drawn();
  bench.tell("updated", task(1, 2, { title: "theirs" }), 2);
  bench.answers = [problem("version_conflict", 409), json(task(1, 2, { title: "theirs" }))];
  const saved = await bench.records.update(1, { title: "mine" });
  assert.equal(bench.asked[0]?.headers.get("if-match"), '"1"');
  assert.ok(!saved.ok && /Somebody else/.test(wordsOf(saved.problem)));
  // A form says which version it was opened with, whatever is on screen by now.
  bench.records.drawn();
  bench.answers = [problem("version_conflict", 409), json(task(1, 2))];
  await bench.records.update(1, { title: "mine" }, 1);
  assert.equal(bench.asked.at(-2)?.headers.get("if-match"), '"1"');
});

Deno.test("records - of own changes one after the other each goes on from the one before, drawn or not", async () => {
  const bench = new Bench();
  bench.records.drawn();
  bench.answers = [json(task(1, 2)), json(task(1, 4)), new Response(null, { status: 204 })];
  await bench.records.update(1, { title: "one" });
  await bench.records.update(1, { title: "two" });
  await bench.records.remove(1);
  assert.deepEqual(bench.asked.map(({ headers }) => headers.get("if-match")), ['"1"', '"2"', '"4"']);
  const other = new Bench();
  other.records.drawn();
  other.answers = [json(task(2, 2)), problem("version_conflict", 409), json(task(2, 3))];
  await other.records.update(2, { title: "mine" });
  other.tell("updated", task(2, 3, { title: "theirs" }), 3);
  await other.records.update(2, { title: "mine again" });
  assert.equal(other.asked[1]?.headers.get("if-match"), '"2"', "theirs was not seen");
});

Deno.test("records - a reset reads the list again, several times if need be, and says when that does not work", async () => {
  const bench = new Bench();
  bench.refetch();
  assert.equal(bench.records.state, "loading");
  for (let attempt = 1; attempt < READ_ATTEMPTS_MAX; attempt++) {
    await settle();
    bench.clock.advance(READ_RETRY_MS * 2 ** (attempt - 1));
  }
  await settle();
  assert.deepEqual([bench.records.state, bench.asked.length], ["failed", READ_ATTEMPTS_MAX]);
  assert.equal(bench.records.rows.length, 2, "what was there stays");
  bench.answers = [list([task(5)])];
  await bench.records.reload();
  assert.deepEqual([bench.records.state, bench.shown], ["ready", [[5, null, null]]]);
});

Deno.test("records - of two readings the later one counts, and after the end none", async () => {
  const bench = new Bench();
  bench.answers = [list([task(7)]), list([task(8)])];
  await Promise.all([bench.records.reload(), bench.records.reload()]);
  assert.deepEqual(bench.shown, [[8, null, null]]);
  bench.answers = [list([])];
  bench.refetch();
  bench.stop();
  await settle();
  assert.deepEqual(bench.shown, [[8, null, null]]);
});

Deno.test("records - another property keeps what belongs, and is read when the stream has it", async () => {
  const bench = new Bench();
  bench.propertyId = 2;
  bench.records.narrow();
  assert.deepEqual([bench.shown, bench.asked], [[], []]);
  bench.answers = [list([task(9, 1, { propertyId: 2 })])];
  bench.refetch();
  await settle();
  assert.deepEqual(bench.asked.map(({ path }) => path), [
    "/tasks/task?status=open&propertyId=2&order=desc&limit=50",
  ]);
  assert.deepEqual(bench.shown, [[9, null, null]]);
});

Deno.test("records - another filter keeps what passes it, and reads the rest", async () => {
  const bench = new Bench();
  bench.answers = [list([task(9), task(2)])];
  bench.records.filter({ filter: { status: "done" }, keep: ({ id }) => id !== 1 });
  assert.deepEqual(bench.shown, [[2, null, null]]);
  await settle();
  assert.equal(bench.asked[0]?.path, "/tasks/task?status=done&order=desc&limit=50");
  assert.deepEqual(bench.shown, [[9, null, null], [2, null, null]]);
});

Deno.test("records - a change that takes a record out of the list can be undone, on the version it was answered with", async () => {
  const bench = new Bench();
  bench.answers = [list([task(2, 1, { status: "open" })])];
  bench.records.filter({ filter: { status: "open" }, keep: ({ status }) => status === "open" });
  await settle();
  bench.answers = [json(task(2, 2, { status: "done" }))];
  await bench.records.update(2, { status: "done" });
  assert.deepEqual(bench.shown, []);
  bench.answers = [json(task(2, 3, { status: "open" }))];
  await bench.records.update(2, { status: "open" });
  assert.equal(bench.asked.at(-1)?.headers.get("if-match"), '"2"');
  assert.deepEqual(bench.shown, [[2, null, null]]);
});

Deno.test("records - what the person has made shows at once where the list is held; what others have made waits", async () => {
  const bench = new Bench();
  bench.records.hold(true);
  bench.answers = [json(task(3), 201)];
  await bench.records.create({ title: "task 3", propertyId: 1 });
  bench.tell("created", task(4, 1, { createdBy: "other" }), 1);
  assert.deepEqual(bench.shown.map((row) => (row as unknown[])[0]), [3, 2, 1]);
  assert.equal(bench.records.held, 1);
});

Deno.test("records - more is loaded page by page, one at a time", async () => {
  const bench = new Bench();
  bench.answers = [list([task(2), task(1)], "c1")];
  await bench.records.reload();
  assert.ok(bench.records.hasMore);
  bench.answers = [list([task(0)])];
  const [more, again] = [bench.records.loadMore(), bench.records.loadMore()];
  await Promise.all([more, again]);
  assert.equal(bench.asked.filter(({ path }) => path.includes("cursor=c1")).length, 1);
  assert.ok(!bench.records.hasMore);
});
