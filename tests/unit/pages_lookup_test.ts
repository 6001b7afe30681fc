import assert from "node:assert/strict";
import type { ClientRecord } from "@/lib/client/collection.ts";
import type { LiveEvent } from "@/lib/client/client_types.ts";
import type { RestAnswer } from "@/lib/client/rest.ts";
import type { ProblemCode } from "@/lib/protocol/problems.ts";
import {
  Lookup,
  LOOKUP_READS_MAX,
  LOOKUP_RECORDS_MAX,
  LOOKUP_RETRY_MAX_MS,
  LOOKUP_RETRY_MS,
} from "@/lib/ui/lookup.ts";
import { ManualClock, settle } from "../harness/memory_log.ts";

const AT = "2026-11-24T10:00:00.000Z";

function expense(id: number, version = 1, amount = 100): ClientRecord {
  return { id, propertyId: 1, version, createdAt: AT, amount };
}

type Answer = RestAnswer<{ record: ClientRecord }>;

/** A page that looks expenses up, and a server that has every one of them until it is told otherwise. */
class Bench {
  readonly clock = new ManualClock();
  readonly asked: number[] = [];
  amount = 100;
  version = 1;
  problem: ProblemCode | null = null;
  /** Answers are kept back while it is there. */
  held: (() => void)[] | null = null;
  readonly lookup: Lookup;
  tell: (events: readonly LiveEvent[]) => void = () => {};
  refetch: () => void = () => {};

  constructor() {
    this.lookup = new Lookup("expense", {
      client: {
        on: (_filter, listener) => {
          this.tell = listener;
          return () => this.tell = () => {};
        },
        onRefetch: (listener) => {
          this.refetch = () => listener("trimmed");
          return () => this.refetch = () => {};
        },
      },
      rest: { get: (path, id) => this.#answer(path, id) },
      after: (ms, run) => this.clock.after(ms, run),
      changed: () => {},
    });
    this.lookup.start();
  }

  async #answer(path: string, id: number): Promise<Answer> {
    assert.equal(path, "/finance/expense");
    this.asked.push(id);
    const answer: Answer = this.problem === null
      ? { ok: true, record: expense(id, this.version, this.amount) }
      : { ok: false, problem: { code: this.problem } };
    const { held } = this;
    if (held !== null) await new Promise<void>((resolve) => held.push(resolve));
    return answer;
  }

  event(action: string, data: Record<string, unknown>, version?: number): void {
    const event = {
      id: "e",
      seq: 9,
      service: "finance",
      entity: "expense",
      action,
      propertyId: 1,
      at: AT,
      data,
    };
    this.tell([{ ...event, ...(version !== undefined && { version }) } as LiveEvent]);
  }

  get amounts(): unknown[] {
    return [1, 2].map((id) => this.lookup.get(id)?.amount);
  }
}

Deno.test("pages lookup - a record that changes after it was looked up shows what it is now", async () => {
  const bench = new Bench();
  bench.lookup.want([1, 2]);
  await settle();
  assert.deepEqual(bench.amounts, [100, 100]);
  bench.event("updated", expense(1, 2, 250), 2);
  assert.deepEqual(bench.amounts, [250, 100]);
  // Another program tells of a change without saying all of it.
  Object.assign(bench, { amount: 300, version: 3 });
  bench.event("updated", { id: 1 });
  await settle();
  assert.deepEqual(bench.amounts, [300, 100]);
  bench.event("deleted", { id: 2 }, 2);
  bench.lookup.want([1, 2]);
  await settle();
  assert.deepEqual([bench.amounts, bench.asked], [[300, undefined], [1, 2, 1]]);
});

Deno.test("pages lookup - a change that comes while a record is being read is not lost", async () => {
  const bench = new Bench();
  bench.held = [];
  bench.lookup.want([1, 2]);
  bench.event("updated", expense(1, 2, 250), 2);
  bench.event("updated", { id: 2 });
  const { held } = bench;
  Object.assign(bench, { held: null, amount: 300, version: 3 });
  for (const answer of held) answer();
  await settle();
  assert.deepEqual([bench.amounts, bench.asked], [[250, 300], [1, 2, 2]]);
});

Deno.test("pages lookup - after events were missed everything on the page is read again", async () => {
  const bench = new Bench();
  bench.lookup.want([1, 2]);
  await settle();
  bench.lookup.want([1]);
  Object.assign(bench, { amount: 300, version: 3 });
  bench.refetch();
  assert.equal(bench.lookup.get(2), undefined, "what nobody looks at is forgotten");
  await settle();
  assert.deepEqual([bench.amounts, bench.asked], [[300, undefined], [1, 2, 1]]);
});

Deno.test("pages lookup - what is not there is asked for once, what could not be read again and ever more seldom", async () => {
  const gone = new Bench();
  gone.problem = "not_found";
  gone.lookup.want([1]);
  await settle();
  gone.clock.advance(10 * LOOKUP_RETRY_MAX_MS);
  gone.lookup.want([1]);
  await settle();
  assert.deepEqual(gone.asked, [1]);

  const bench = new Bench();
  bench.problem = "unavailable";
  const ids = Array.from({ length: 50 }, (_, i) => i + 1);
  for (let waitMs = LOOKUP_RETRY_MS, round = 1; round < 10; round++) {
    // However often the page is drawn meanwhile.
    for (let draws = 0; draws < 5; draws++) {
      bench.lookup.want(ids);
      await settle();
    }
    assert.equal(bench.asked.length, round * LOOKUP_READS_MAX);
    bench.clock.advance(waitMs - 1);
    await settle();
    assert.equal(bench.asked.length, round * LOOKUP_READS_MAX);
    if (round === 9) bench.problem = null;
    bench.clock.advance(1);
    waitMs = Math.min(LOOKUP_RETRY_MAX_MS, waitMs * 2);
  }
  for (let turn = 0; turn < ids.length; turn++) await settle();
  assert.ok(ids.every((id) => bench.lookup.get(id) !== undefined));
  assert.deepEqual(bench.amounts, [100, 100]);
});

Deno.test("pages lookup - an amount that could not be read again is not shown as it was", async () => {
  const bench = new Bench();
  bench.lookup.want([1]);
  await settle();
  bench.problem = "unavailable";
  bench.event("updated", { id: 1 });
  await settle();
  assert.equal(bench.lookup.get(1), undefined);
});

Deno.test("pages lookup - it keeps so many and no more, and all that the page shows", async () => {
  const bench = new Bench();
  const from = (first: number, count: number) => Array.from({ length: count }, (_, i) => first + i);
  const known = (ids: readonly number[]) => ids.filter((id) => bench.lookup.get(id) !== undefined).length;
  const read = async (ids: readonly number[]) => {
    bench.lookup.want(ids);
    for (let turn = 0; turn < ids.length; turn++) await settle();
    assert.equal(known(ids), ids.length);
  };
  await read(from(1, LOOKUP_RECORDS_MAX));
  await read(from(1, 1));
  await read(from(1_001, 10));
  assert.equal(known(from(1, LOOKUP_RECORDS_MAX)), LOOKUP_RECORDS_MAX - 10);
  assert.ok(bench.lookup.get(1), "what was used last stays");
  assert.equal(bench.lookup.get(2), undefined);
  await read(from(2_001, LOOKUP_RECORDS_MAX + 50));
  assert.equal(known(from(1, LOOKUP_RECORDS_MAX)), 0);
  const { length } = bench.asked;
  bench.lookup.want(from(2_001, LOOKUP_RECORDS_MAX + 50));
  await settle();
  assert.equal(bench.asked.length, length, "nothing is read over and over");
});
