// The store behind the flags: it is watched, it goes away, it is deleted, and it is written by other hands.
import assert from "node:assert/strict";
import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import { Kvm } from "@nats-io/kv";
import { connect } from "@nats-io/transport-node";
import { type FlagValues, initialFlags } from "@/lib/flags/flags.ts";
import { FLAGS_BUCKET, FLAGS_STREAM } from "@/services/flags/bucket.ts";
import { FlagWatch } from "@/services/flags/flag_watch.ts";
import { startDemo, until } from "../harness/live.ts";
import { startServer, type TestServer } from "../harness/server.ts";
import { flagsOf, PERCENT, putByHand, setFlags, STREAMING } from "./flags_kit.ts";

let server: TestServer;
let other: TestServer;
Deno.test.beforeAll(async () => {
  server = await startDemo();
  other = await server.another();
});
Deno.test.afterAll(async () => {
  await other?.stop();
  await server?.stop();
});

/** Waits until both instances have this percentage. */
async function bothHave(percent: number): Promise<void> {
  await until(
    `both have ${percent} %`,
    () => [server, other].every(({ services }) => services.flags.values[PERCENT] === percent),
  );
}

async function bucketOf({ services }: TestServer) {
  return await new Kvm(services.nats).open(FLAGS_BUCKET);
}

Deno.test("flag store - the environment gives the first values, and none where there is one already", async () => {
  const initial: FlagValues = { ...initialFlags(false), [PERCENT]: 2.5, TASKS_REALTIME_V1: false };
  const first = await startServer({ initialFlags: initial });
  assert.deepEqual(first.services.flags.values, initial);
  const second = await first.another({ initialFlags: initialFlags(true) });
  assert.deepEqual(second.services.flags.values, initial);
  assert.equal((await flagsOf(second)).longPoll.tasks, false);
  // An initial value is nobody's change, and nor is the first reading.
  for (const { logged } of [first, second]) {
    assert.ok(!logged.some(({ message }) => message === "a flag has changed"));
  }
  await second.stop();
  await first.stop();
});

Deno.test("flag store - what was replaced long ago is not taken for the present value by who starts", async () => {
  const own = await startServer();
  const js = jetstream(own.services.nats);
  const jsm = await jetstreamManager(own.services.nats);
  const bucket = await bucketOf(own);
  for (let n = 1; n <= 100; n++) await bucket.put(PERCENT, String(n));
  const { state } = await jsm.streams.info(FLAGS_STREAM);
  const taken: number[] = [];
  const watch = await FlagWatch.start({
    js,
    jsm,
    replicas: 1,
    newEpoch: () => "never",
    take: (entries) => taken.push(entries.length),
    fill: () => Promise.resolve(),
    failed: assert.ifError,
  });
  assert.deepEqual(taken, [0, state.messages], "all at once");
  watch.stop();
  await own.stop();
});

Deno.test("flag store - another instance has a change at once, and says who made it in its log", async () => {
  await setFlags(server, { [PERCENT]: 31 });
  const since = performance.now();
  await bothHave(31);
  console.log(`    seen by the other instance after ${Math.round(performance.now() - since)} ms`);
  const lines = other.logged.filter(({ message }) => message === "a flag has changed");
  const { fields } = lines.at(-1)!;
  assert.deepEqual(fields, { flag: PERCENT, old: 100, new: 31, by: "ishan", orgId: 1 });
});

Deno.test("flag store - a plain value put by hand counts, one that means nothing leaves the last one", async () => {
  await putByHand(server, PERCENT, "44");
  await bothHave(44);
  for (const text of ["half", "144", '{"value":"44"}', ""]) await putByHand(server, PERCENT, text);
  await putByHand(server, "SOMETHING_ELSE", "1");
  // What comes after them has been seen: so have they.
  await putByHand(server, STREAMING, "off");
  await until(
    "both have seen it",
    () => [server, other].every(({ services }) => services.flags.values[STREAMING] === false),
  );
  assert.equal(server.services.flags.values[PERCENT], 44);
  const told = server.logged.filter(({ message, fields }) =>
    /means nothing/.test(message) && fields?.flag === PERCENT
  );
  assert.equal(told.length, 4, "each is told once");
  // An instance that starts now finds the last valid one in the history.
  const third = await server.another({ initialFlags: initialFlags(true) });
  assert.deepEqual(third.services.flags.values, server.services.flags.values);
  await third.stop();
  // And the API goes on from there.
  assert.equal((await setFlags(server, { [PERCENT]: 45, [STREAMING]: true })).status, 200);
  await bothHave(45);
});

Deno.test("flag store - a key that is deleted or purged comes back with the value that held", async () => {
  const bucket = await bucketOf(server);
  for (const remove of ["delete", "purge"] as const) {
    await bucket[remove](PERCENT);
    await until("it is back", async () => {
      const entry = await bucket.get(PERCENT);
      return entry?.operation === "PUT" && entry.json<{ value: number }>().value === 45;
    });
    assert.equal(server.services.flags.values[PERCENT], 45);
  }
  await setFlags(other, { [PERCENT]: 46 });
  await bothHave(46);
});

Deno.test("flag store - a bucket that is deleted is made again with the values that held", async () => {
  const values = server.services.flags.values;
  await (await jetstreamManager(server.services.nats)).streams.delete(FLAGS_STREAM);
  const bucket = await until("it is there again", async () => {
    const bucket = await bucketOf(server);
    return (await bucket.get("REPORTS_REALTIME_V1").catch(() => null)) !== null && bucket;
  });
  for (const [name, value] of Object.entries(values)) {
    assert.equal((await bucket.get(name))?.json<{ value: unknown }>().value, value, name);
  }
  assert.deepEqual([server.services.flags.values, other.services.flags.values], [values, values]);
  await until(
    "changes are taken again",
    async () => (await setFlags(server, { [PERCENT]: 47 })).status === 200,
  );
  await bothHave(47);
});

Deno.test("flag store - a bucket that has lost its end is noticed, and read again", async () => {
  const jsm = await jetstreamManager(server.services.nats);
  const { config } = await jsm.streams.info(FLAGS_STREAM);
  const bucket = await bucketOf(server);
  for (const percent of [50, 51, 52]) await bucket.put(PERCENT, String(percent));
  await bothHave(52);
  // As after a power cut: the bucket of the same name, with fewer revisions than were given out.
  await jsm.streams.delete(FLAGS_STREAM);
  await jsm.streams.add(config);
  await bucket.put(PERCENT, "53");
  await bothHave(53);
});

/** Writes on a connection of its own, as soon as the bucket takes something. */
async function putWhenBack(percent: number): Promise<void> {
  const { url } = server.nats;
  const nats = await until("NATS is back", () => connect({ servers: url }).catch(() => undefined));
  const bucket = await new Kvm(nats).open(FLAGS_BUCKET);
  await until("the bucket is back", () => bucket.put(PERCENT, String(percent)).catch(() => undefined));
  await nats.close();
}

Deno.test("flag store - after NATS was restarted changes arrive again, by hand and over HTTP", async () => {
  await server.nats.restart();
  await putWhenBack(61);
  const since = performance.now();
  await bothHave(61);
  console.log(`    seen ${Math.round(performance.now() - since)} ms after the bucket took it`);
  await server.nats.restart();
  await server.nats.restart();
  await until("changes are taken", async () => (await setFlags(other, { [PERCENT]: 62 })).status === 200);
  await bothHave(62);
});

Deno.test("flag store - while NATS is away the last values hold, and a change is refused", async () => {
  const values = server.services.flags.values;
  await server.nats.kill();
  assert.equal((await flagsOf(server))[PERCENT], values[PERCENT], "it is read without the store");
  const refused = await setFlags(server, { [PERCENT]: 99 });
  assert.deepEqual([refused.status, refused.json.code], [503, "unavailable"]);
  assert.deepEqual([server.services.flags.values, other.services.flags.values], [values, values]);
  await server.nats.restart();
  await putWhenBack(63);
  await bothHave(63);
});
