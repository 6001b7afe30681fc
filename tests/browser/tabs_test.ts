// A person's tabs and their one connection, in a real browser.
import assert from "node:assert/strict";
import { until } from "../harness/live.ts";
import { browserTests, type Scene } from "./kit.ts";
import type { Facts, Tab } from "./tab.ts";

const TABS = 10;
/** A tab that comes to and has no lead any more gives up the socket that it was opening, and Chromium says so. */
const GIVES_UP = { allowed: /closed before the connection is established/ };

const { run } = browserTests();

async function leaderOf(tabs: readonly Tab[]): Promise<Tab> {
  let seen: readonly Facts[] = [];
  const isLeader = ({ role, state }: Facts) => role === "leader" && state === "live";
  try {
    return await until("one leader", async () => {
      seen = await Promise.all(tabs.map((tab) => tab.facts()));
      return seen.filter(isLeader).length === 1 && tabs[seen.findIndex(isLeader)];
    });
  } catch (error) {
    throw new Error(`among ${JSON.stringify(seen)}`, { cause: error });
  }
}

/** Does `gone` to the leader while events flow. Every other tab must have had every event once, in order. */
async function survives(
  scene: Scene,
  tabs: readonly Tab[],
  word: string,
  gone: (leader: Tab) => Promise<void>,
): Promise<{ leader: Tab; rest: Tab[] }> {
  await scene.settle(...tabs);
  const leader = await leaderOf(tabs);
  const rest = tabs.filter((tab) => tab !== leader);
  const before = await Promise.all(rest.map((tab) => tab.facts()));
  const flow = scene.flow(word);
  await flow.more(5);
  const from = performance.now();
  await gone(leader);
  await leaderOf(rest);
  const took = performance.now() - from;
  await flow.more(5);
  const published = await flow.stop();
  await scene.settle(...rest);
  const received: number[] = [];
  for (const [i, tab] of rest.entries()) {
    // One more is what `settle` has sent.
    received.push((await tab.facts()).received - before[i]!.received - 1);
    assert.deepEqual(await tab.rowsOf(word, published.length), published);
  }
  const { activeConnections } = await scene.metrics();
  console.log(
    `${word}: another tab leads after ${Math.round(took)} ms; published ${published.length}, received ${
      [...new Set(received)].join("/")
    } in each of ${rest.length} tabs; activeConnections ${activeConnections}`,
  );
  assert.deepEqual(new Set(received), new Set([published.length]));
  return { leader, rest };
}

Deno.test(
  "tabs - ten tabs of one person have one connection, and every tab is told; closing the leader moves it",
  run(async (scene) => {
    const meera = await scene.person("meera");
    const tabs: Tab[] = [];
    for (let i = 0; i < TABS; i++) tabs.push(await meera.tab());
    await scene.connections(1);
    await scene.revenue("told to ten");
    for (const tab of tabs) await tab.shows("told to ten");
    const { activeConnections, totalConnections } = await scene.metrics();
    console.log(
      `${TABS} tabs: activeConnections ${activeConnections}, totalConnections ${totalConnections}`,
    );
    assert.equal(activeConnections, 1);
    await survives(scene, tabs, "closed", (leader) => leader.close());
    await scene.connections(1);
  }),
);

Deno.test(
  "tabs - a leader that is frozen is replaced by another tab out of sight, and follows when it thaws",
  run(async (scene) => {
    const meera = await scene.window("meera");
    const tabs = [await meera.tab(), await meera.tab(), await meera.tab()];
    // In front of them all.
    await meera.tab("/sign-in?again", "none");
    const { leader, rest } = await survives(scene, tabs, "frozen", (leader) => leader.freeze("frozen"));
    await scene.connections(1);
    await leader.freeze("active");
    await scene.settle(...tabs);
    await leaderOf(tabs);
    await scene.connections(1);
    const told = await rest[0]!.rowsOf("frozen");
    assert.deepEqual(await leader.rowsOf("frozen", told.length), told);
  }, GIVES_UP),
);

Deno.test(
  "tabs - a leader that hangs is replaced, and follows when it runs again",
  run(async (scene) => {
    const meera = await scene.person("meera");
    const tabs = [await meera.tab(), await meera.tab(), await meera.tab()];
    let release = () => {};
    const held = new Promise<void>((resolve) => release = resolve);
    let hangs: Promise<void> | undefined;
    const { leader, rest } = await survives(scene, tabs, "hung", async (leader) => {
      await leader.page.route("**/hang", async (route) => {
        await held;
        await route.fulfill({ body: "" });
      });
      const asked = leader.page.waitForRequest("**/hang");
      // Until this is answered, nothing else runs in the page.
      hangs = leader.page.evaluate(() => {
        const request = new XMLHttpRequest();
        request.open("GET", "/hang", false);
        request.send();
      });
      // Told where it is waited for.
      hangs.catch(() => {});
      await asked;
    });
    release();
    await hangs;
    await scene.settle(...tabs);
    await leaderOf(tabs);
    await scene.connections(1);
    const told = await rest[0]!.rowsOf("hung");
    assert.deepEqual(await leader.rowsOf("hung", told.length), told);
  }, GIVES_UP),
);

Deno.test(
  "tabs - a leader out of sight yields to the tab that is looked at",
  run(async (scene) => {
    const meera = await scene.window("meera");
    const [first, second] = [await meera.tab(), await meera.tab()];
    // Not compared by assert: to say how two tabs differ, it would write down all that hangs on them.
    await until("the tab in sight leads", async () => await leaderOf([first, second]) === second);
    await survives(scene, [first, second], "yielded", () => first.page.bringToFront());
    await until("the tab in sight leads", async () => await leaderOf([first, second]) === first);
    await scene.connections(1);
  }),
);

Deno.test(
  "tabs - without Web Locks every tab has a connection of its own, and all are live",
  run(async (scene) => {
    const meera = await scene.person("meera");
    await meera.context.addInitScript(() => {
      // deno-lint-ignore no-explicit-any
      delete (Navigator.prototype as any).locks;
    });
    const tabs = [await meera.tab(), await meera.tab(), await meera.tab()];
    await scene.connections(3);
    await scene.revenue("told to each");
    for (const tab of tabs) {
      await tab.shows("told to each");
      assert.equal((await tab.facts()).role, "leader");
    }
    await tabs[0]!.close();
    await scene.connections(2);
  }),
);
