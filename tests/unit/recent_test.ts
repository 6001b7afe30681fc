import assert from "node:assert/strict";
import { type Principal, principalOf } from "@/lib/auth/principal.ts";
import { ProblemError } from "@/lib/protocol/problems.ts";
import {
  RECENT_AT_ONCE,
  RECENT_READS_MAX,
  RECENT_WAITING_ORG_MAX,
  RecentEvents,
} from "@/services/realtime/recent.ts";
import { MemoryLog, settle } from "../harness/memory_log.ts";

function person(claims: Record<string, unknown> = {}): Principal {
  const principal = principalOf({ sub: "u", orgId: 1, role: "manager", exp: 9e9, ...claims });
  assert.ok(typeof principal !== "string");
  return principal;
}

async function seqs(log: MemoryLog, claims = {}, query = { propertyId: null as number | null, limit: 3 }) {
  const { events } = await new RecentEvents(log).read(person(claims), query);
  return events.map(({ seq }) => seq);
}

Deno.test("recent - the latest events of the organisation, the newest first, as far as a person may see them", async () => {
  const log = new MemoryLog();
  log.append(1, "tasks", 1);
  log.append(1, "finance", 2);
  log.append(2, "tasks", 1);
  log.append(1, "branding", null);
  log.append(1, "tasks", 2);
  assert.deepEqual(await seqs(log), [5, 4, 2]);
  assert.deepEqual(await seqs(log, {}, { propertyId: 1, limit: 9 }), [4, 1]);
  assert.deepEqual(await seqs(log, { role: "staff", properties: [2] }, { propertyId: null, limit: 9 }), [
    5,
    4,
  ]);
  assert.deepEqual(await seqs(log, { orgId: 2 }), [3]);
  assert.deepEqual(await seqs(log, { orgId: 3 }), []);
  const refused = new RecentEvents(log).read(person({ properties: [1] }), { propertyId: 2, limit: 1 });
  await assert.rejects(
    refused,
    (error) => error instanceof ProblemError && error.problem.code === "forbidden",
  );
});

Deno.test("recent - an organisation that was quiet among busy ones is found further back", async () => {
  const log = new MemoryLog(256);
  log.append(1, "tasks");
  log.append(1, "tasks");
  for (let i = 0; i < 5_000; i++) log.append(2, "tasks");
  log.append(1, "finance");
  assert.deepEqual(await seqs(log), [5_003, 2, 1]);
  assert.deepEqual(await seqs(log, {}, { propertyId: null, limit: 1 }), [5_003]);
  log.trim(2);
  assert.deepEqual(await seqs(log), [5_003, 2]);
});

Deno.test("recent - what takes too many reads is left out whole: never the newer part", async () => {
  // Three events a read: 900 in the newest thousand are read no more.
  const log = new MemoryLog(3);
  for (let i = 0; i < 900; i++) log.append(1, "tasks");
  assert.deepEqual(await seqs(log), []);
  assert.ok(log.reads <= RECENT_READS_MAX);
  const wider = new MemoryLog(256);
  for (let i = 0; i < 9_000; i++) wider.append(1, "tasks", 2);
  for (let i = 0; i < 900; i++) wider.append(1, "tasks", 1);
  const { length } = await seqs(wider, {}, { propertyId: 2, limit: 200 });
  assert.equal(length, 100, "those of the newest window");
});

Deno.test("recent - an empty stream, or one that was made anew, has none", async () => {
  const log = new MemoryLog();
  assert.deepEqual(await new RecentEvents(log).read(person(), { propertyId: null, limit: 5 }), {
    events: [],
    seq: 0,
    epoch: "e1",
  });
  log.append(1, "tasks");
  log.recreate("e2");
  assert.deepEqual((await new RecentEvents(log).read(person(), { propertyId: null, limit: 5 })).epoch, "e2");
});

/** A stream whose reads the test lets go on. */
class HeldLog extends MemoryLog {
  readonly held: (() => void)[] = [];

  override async state() {
    await new Promise<void>((go) => this.held.push(go));
    return await super.state();
  }
}

Deno.test("recent - few read at once, few wait, and one organisation does not keep another waiting", async () => {
  const log = new HeldLog();
  log.append(2, "tasks");
  const recents = new RecentEvents(log);
  const ask = (orgId: number) => recents.read(person({ orgId }), { propertyId: null, limit: 5 });
  const busy = Array.from({ length: RECENT_AT_ONCE + RECENT_WAITING_ORG_MAX }, () => ask(1));
  await settle();
  assert.equal(log.held.length, RECENT_AT_ONCE);
  await assert.rejects(ask(1), (error) => {
    const { code, retryAfter } = (error as ProblemError).problem;
    return code === "unavailable" && retryAfter === 1;
  });
  const other = ask(2);
  log.held.shift()!();
  await busy[0];
  await settle();
  log.held.pop()!();
  assert.deepEqual((await other).events.map(({ seq }) => seq), [1]);
  for (let left = busy.length - 1; left > 0; left--) {
    await settle();
    log.held.shift()!();
  }
  await Promise.all(busy);
});
