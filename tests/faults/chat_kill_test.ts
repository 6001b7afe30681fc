// Twenty people talk in one room over two processes, of which one is killed; and the same with PostgreSQL and NATS.
import assert from "node:assert/strict";
import { seedDemo } from "@/services/demo/seed.ts";
import { startPostgres } from "@/services/embedded/postgres.ts";
import { bootstrapDatabase } from "@/services/postgres/bootstrap.ts";
import { migrateUp } from "@/services/postgres/migrate.ts";
import { tempDir } from "../harness/dirs.ts";
import { call, until } from "../harness/live.ts";
import { testNats } from "../harness/nats.ts";
import { freePort } from "../harness/ports.ts";
import { type AppProcess, processToken, startProcess } from "../harness/process.ts";
import { TEST_SECRET } from "../harness/server.ts";
import { Talker } from "../harness/talker.ts";

const ROOM = "property-1";
const PEOPLE = 20;
/** Below the limit of one person, what is sent again included. */
const EACH = 12;
const TOTAL = PEOPLE * EACH;
/** When everybody should long have heard everything. */
const ALL_HEARD_MS = 90_000;

interface World extends AsyncDisposable {
  readonly nats: Awaited<ReturnType<typeof testNats>>;
  readonly apps: readonly AppProcess[];
  readonly talkers: readonly Talker[];
  /** All that were acknowledged to their senders. */
  acknowledged(): number;
  /** Ends PostgreSQL as a crash does, and starts it again. */
  crashPostgres(): Promise<void>;
}

/** Two processes of the app on PostgreSQL and NATS of their own; every second person begins at the second one. */
async function openWorld(): Promise<World> {
  const dir = tempDir("innstream-chat-");
  Deno.chmodSync(dir.path, 0o711);
  const options = { dataDir: dir.path, portAsked: false, durable: false, log: () => {} };
  let postgres = await startPostgres({ ...options, port: freePort() });
  const { port, home } = postgres;
  const { ownerUrl, appUrl } = await bootstrapDatabase(postgres.url);
  await migrateUp(ownerUrl, () => {});
  await seedDemo(ownerUrl, { talk: false });
  const nats = await testNats();
  const start = () => startProcess({ DATABASE_URL: appUrl, NATS_URL: nats.url, JWT_SECRET: TEST_SECRET });
  const apps = [await start(), await start()];
  const urls = apps.map(({ wsUrl }) => wsUrl);
  const talkers = await Promise.all(Array.from({ length: PEOPLE }, async (_, n) => {
    const userId = `talker${n}`;
    const token = await processToken({ sub: userId, name: userId });
    return new Talker({ roomId: ROOM, userId, token, instances: n % 2 === 0 ? urls : urls.toReversed() });
  }));
  return {
    nats,
    apps,
    talkers,
    acknowledged: () => talkers.reduce((sum, { acknowledged }) => sum + acknowledged.size, 0),
    async crashPostgres() {
      postgres.kill("SIGKILL");
      await postgres.ended;
      postgres = await startPostgres({ ...options, port, portAsked: true });
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(talkers.map((talker) => talker.close()));
      await Promise.all(apps.map((app) => app.stop()));
      await nats.stop();
      await postgres.stop();
      Deno.removeSync(home, { recursive: true });
      dir.remove();
    },
  };
}

/** Everybody says what they have to say while `fault` happens, and listens until they have heard it all. */
async function talk(world: World, fault: () => Promise<void>): Promise<void> {
  const { talkers } = world;
  const saying = talkers.map(async (talker, n) => {
    await talker.say(Array.from({ length: EACH }, (_, k) => `${n} says ${k}`));
    await talker.hear(TOTAL);
  });
  const all = Promise.all(saying);
  all.catch(() => {});
  await until("some is said", () => world.acknowledged() >= TOTAL / 4, ALL_HEARD_MS);
  await fault();
  let late: ReturnType<typeof setTimeout> | undefined;
  await Promise.race([
    all,
    new Promise<never>((_, reject) => {
      const tell = () =>
        new Error(
          `after ${ALL_HEARD_MS} ms ${world.acknowledged()} are acknowledged, heard ${
            talkers.map(({ heard }) => heard.size)
          }; ${talkers.flatMap(({ faults }) => faults)}`,
        );
      late = setTimeout(() => reject(tell()), ALL_HEARD_MS);
    }),
  ]).finally(() => clearTimeout(late));
}

/** What was acknowledged is there once, as it was said, and everybody heard the same in the same order. */
async function check({ talkers }: World, app: AppProcess): Promise<void> {
  const token = await processToken();
  const kept = [];
  for (let after = 0;;) {
    const path = `/v2/collaboration/rooms/${ROOM}/messages?after=${after}&limit=100`;
    const { json } = await call(app.url + path, { token });
    kept.push(...json.messages);
    if (!json.more) break;
    after = json.messages.at(-1).seq;
  }
  const numbers = Array.from({ length: TOTAL }, (_, n) => n + 1);
  assert.deepEqual(kept.map(({ seq }) => seq), numbers, "no hole, and nothing twice");
  assert.equal(new Set(kept.map(({ text }) => text)).size, TOTAL);
  const bySeq = new Map(kept.map((message) => [message.seq, message]));
  for (const [n, talker] of talkers.entries()) {
    assert.deepEqual(talker.faults, [], `talker ${n}`);
    assert.equal(talker.acknowledged.size, EACH);
    for (const [clientMsgId, seq] of talker.acknowledged) {
      assert.equal(bySeq.get(seq)?.clientMsgId, clientMsgId, `talker ${n}, message ${seq}`);
    }
    assert.deepEqual(talker.revs, numbers, `talker ${n} heard all of it in order`);
    assert.deepEqual([...talker.heard.keys()].toSorted((a, b) => a - b), numbers);
    for (const [seq, { id, text }] of talker.heard) {
      assert.deepEqual({ id, text }, { id: bySeq.get(seq)!.id, text: bySeq.get(seq)!.text });
    }
  }
}

Deno.test("faults - an instance is killed while twenty people talk, and nobody misses or repeats a message", async () => {
  await using world = await openWorld();
  const [app, other] = world.apps;
  await talk(world, async () => {
    app!.kill("SIGKILL");
    await app!.ended;
  });
  await check(world, other!);
  const moved = world.talkers.filter(({ connections }) => connections > 1).length;
  console.log(`${moved} of ${PEOPLE} came back to the other instance`);
  assert.ok(moved >= PEOPLE / 2);
});

Deno.test("faults - PostgreSQL is killed and started again while twenty people talk, and nothing is lost", async () => {
  await using world = await openWorld();
  await talk(world, () => world.crashPostgres());
  await check(world, world.apps[0]!);
});

Deno.test("faults - NATS is killed and started again while twenty people talk, and both instances agree", async () => {
  await using world = await openWorld();
  await talk(world, async () => {
    await world.nats.kill();
    // What is said meanwhile is kept, and heard at the other instance once NATS is back.
    const before = world.acknowledged();
    await until("more is said", () => world.acknowledged() > before + PEOPLE, ALL_HEARD_MS);
    await world.nats.restart();
  });
  await check(world, world.apps[1]!);
});
