// Two organisations with the same ids everywhere and a marker in every field: whatever one of them asks, sends or publishes,
// no byte of the other comes back, and nothing of the other changes. `deno task fuzz --cases 20000` tries more.
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { actionsOf } from "../fuzz/actions.ts";
import { difference } from "../fuzz/digest.ts";
import { anyMarker, type Org, otherOrg } from "../fuzz/markers.ts";
import { isServed, perform, Tally } from "../fuzz/perform.ts";
import { plainRequest } from "../fuzz/plain_http.ts";
import { parametersOf, ROUTES, routesOf } from "../fuzz/route_table.ts";
import { frameTable } from "../fuzz/socket_actions.ts";
import { tourOf } from "../fuzz/tour.ts";
import { World } from "../fuzz/world.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
/** Cases as each of the two organisations. */
const CASES = Number(Deno.env.get("FUZZ_CASES") || 40);
const SEED = Number(Deno.env.get("FUZZ_SEED") || crypto.getRandomValues(new Int32Array(1))[0]);
/** What an organisation has taken away of itself is there again after so many cases. */
const REPLANT_CASES = 25;
/** A case that takes longer has failed. */
const CASE_MS = 60_000;

Deno.test("fuzz - the table has every route", () => {
  assert.deepEqual(Object.keys(ROUTES).sort(), routesOf(ROOT).sort());
});

Deno.test("fuzz - the table has every query parameter that the code reads", () => {
  const known = new Set(Object.values(ROUTES).flatMap(({ query = [] }) => query));
  assert.deepEqual(parametersOf(ROOT).filter((name) => !known.has(name)), []);
});

Deno.test("fuzz - the table has every frame of the three sockets", () => {
  const sources = {
    stream: "lib/protocol/frames.ts",
    chat: "lib/chat/client_frames.ts",
    upload: "lib/upload/frames.ts",
  } as const;
  for (const [endpoint, path] of Object.entries(sources)) {
    const text = Deno.readTextFileSync(ROOT + path);
    const types = new Set([...text.matchAll(/v\.literal\("(\w+)"\)/g)].map(([, type]) => type));
    const known = Object.keys(frameTable(1)[endpoint as keyof typeof sources]);
    const missing = [...types].filter((type) => !known.includes(type!));
    assert.deepEqual(missing, [], endpoint);
  }
});

for (const org of [1, 2] as const) {
  Deno.test(`fuzz - nothing of organisation ${otherOrg(org)} reaches ${org}, and nothing of it changes`, async () => {
    const world = await World.open(org);
    const tally = new Tally();
    try {
      await tour(world, org, tally);
      await fuzz(world, org, tally);
      await world.heard();
      assert.equal(world.seen(), undefined);
      console.log(`fuzz as ${org}: ${CASES} cases, seed ${SEED}: ${tally.line}`);
    } finally {
      await world.close();
    }
  });
}

interface Kept {
  readonly rows: Awaited<ReturnType<World["rows"]>>;
  readonly streams: Awaited<ReturnType<World["streams"]>>;
}

async function keptOf(world: World, org: Org): Promise<Kept> {
  return { rows: await world.rows(org), streams: await world.streams(org) };
}

/** Everything that is meant to be asked for, by everybody; each row of the table must reach something. */
async function tour(world: World, org: Org, tally: Tally): Promise<void> {
  const other = otherOrg(org);
  const before = await keptOf(world, other);
  for (const action of await tourOf(org)) {
    assert.equal(await perform(world, org, action, tally), undefined, JSON.stringify(action));
  }
  const refused = Object.entries(ROUTES).filter(([, { isSocket, isRefused }]) => isSocket || isRefused);
  const never = Object.keys(ROUTES).filter((route) => !tally.succeeded.has(route));
  assert.deepEqual(never.sort(), refused.map(([route]) => route).sort(), "rows that reach nothing");
  for (const [route, { methods, isPage }] of Object.entries(ROUTES)) {
    if (isPage) continue;
    const request = { method: "OPTIONS", target: route.replaceAll(/:\w+/g, "1"), headers: {}, body: null };
    const { headers } = await plainRequest(world.server.url, request);
    const allowed = headers.get("allow")?.split(", ").filter((method) =>
      !["HEAD", "OPTIONS"].includes(method)
    );
    assert.deepEqual(allowed?.sort(), methods.toSorted(), route);
  }
  await assertUntouched(world, other, before);
}

async function fuzz(world: World, org: Org, tally: Tally): Promise<void> {
  const other = otherOrg(org);
  const before = await keptOf(world, other);
  let cases = 0;
  const property = fc.asyncProperty(await actionsOf(org), async (actions) => {
    if (++cases % REPLANT_CASES === 0) await world.replant(org);
    for (const action of actions) {
      const wrong = await perform(world, org, action, tally);
      if (wrong !== undefined) throw new Error(wrong);
    }
    const seen = world.seen();
    if (seen !== undefined) throw new Error(seen);
    if (!await isServed(world, other)) throw new Error(`organisation ${other} is not served any more`);
    const changed = difference(before.rows, await world.rows(other));
    if (changed.length > 0) throw new Error(`of organisation ${other} there changed ${changed.join(", ")}`);
  });
  // What fails prints its seed.
  await fc.assert(property, { seed: SEED, numRuns: CASES, timeout: CASE_MS });
  await assertUntouched(world, other, before);
}

async function assertUntouched(world: World, other: Org, before: Kept): Promise<void> {
  await world.settled(otherOrg(other));
  const after = await keptOf(world, other);
  assert.deepEqual(difference(before.rows, after.rows), []);
  assert.deepEqual(difference(before.streams, after.streams), []);
  assert.equal(world.seen(), undefined);
  assert.equal(anyMarker(await world.metrics()), undefined);
  assert.ok(await isServed(world, other));
}
