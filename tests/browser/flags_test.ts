// What an operator switches, as people see it on a page that is open.
import assert from "node:assert/strict";
import { initialFlags, longPollFlag, ROLLOUT_FLAG, STREAMING_FLAG } from "@/lib/flags/flags.ts";
import { bucketOf } from "@/lib/flags/rollout.ts";
import { UPGRADES_FAILED_MAX } from "@/lib/client/attempts.ts";
import { until } from "../harness/live.ts";
import { startProxy } from "../harness/proxy.ts";
import { browserTests, NETWORK_FAILURES, type Scene } from "./kit.ts";
import type { Tab } from "./tab.ts";

const { run } = browserTests();

function withFlags(play: (scene: Scene) => Promise<void>, allowed = NETWORK_FAILURES): () => Promise<void> {
  return run(async (scene) => {
    await scene.flags({ ...initialFlags(true) });
    try {
      await play(scene);
    } finally {
      await scene.flags({ ...initialFlags(true) });
    }
  }, { allowed });
}

/** Comes to the page, which then asks whether it may stream, until it does. (It asks every minute by itself.) */
async function comesBack(...tabs: readonly Tab[]): Promise<void> {
  await until("live again", async () => {
    for (const tab of tabs) await tab.comesTo();
    const facts = await Promise.all(tabs.map((tab) => tab.facts()));
    return facts.every(({ state }) => state === "live");
  });
}

Deno.test(
  "flags - streaming off and on again while events flow: the page polls, and has every event once",
  withFlags(async (scene) => {
    const meera = await scene.person("meera");
    const tabs = [await meera.tab(), await meera.tab()];
    await scene.settle(...tabs);
    const before = await Promise.all(tabs.map((tab) => tab.facts()));
    const flow = scene.flow("switched");
    await flow.more(5);
    const from = performance.now();
    await scene.flags({ [STREAMING_FLAG]: false });
    await Promise.all(tabs.map((tab) => tab.is("polling")));
    const took = performance.now() - from;
    assert.deepEqual((await Promise.all(tabs.map((tab) => tab.facts()))).map(({ transport }) => transport), [
      "Long polling",
      "Long polling",
    ]);
    await scene.connections(0);
    await flow.more(20);
    await scene.flags({ [STREAMING_FLAG]: true });
    await comesBack(...tabs);
    await flow.more(5);
    const published = await flow.stop();
    await scene.settle(...tabs);
    const received = (await Promise.all(tabs.map((tab) => tab.facts()))).map(({ received }, i) => {
      return received - before[i]!.received - 1;
    });
    console.log(
      `off: "Polling" after ${Math.round(took)} ms; on: "Live"; published ${published.length}, received ${
        received.join(" and ")
      }`,
    );
    for (const tab of tabs) assert.deepEqual(await tab.rowsOf("switched", published.length), published);
    assert.deepEqual(received, [published.length, published.length]);
    await scene.connections(1);
  }),
);

Deno.test(
  "flags - a page opened while streaming is off polls from the start, and its events come",
  withFlags(async (scene) => {
    await scene.flags({ [STREAMING_FLAG]: false });
    const meera = await scene.person("meera");
    const tab = await meera.tab("/finance", "polling");
    await scene.revenue("polled");
    await tab.shows("polled");
    await tab.page.click(".pill");
    await tab.page.locator("#connection-details", { hasText: "Updates every few seconds" }).waitFor();
    await scene.connections(0);
  }),
);

Deno.test(
  "flags - an organisation outside of the rollout polls while the others stream",
  withFlags(async (scene) => {
    const [inside, outside] = [bucketOf(1), bucketOf(2)];
    assert.ok(inside < outside, "organisation 1 comes in first");
    const [meera, leela] = [await scene.person("meera"), await scene.person("leela")];
    const [live, polling] = [await meera.tab(), await leela.tab()];
    // Shares of a hundredth of a percent: the last one that leaves organisation 2 out.
    await scene.flags({ [ROLLOUT_FLAG]: outside / 100 });
    await polling.is("polling");
    await scene.revenue("of the lagoon", { orgId: 2 });
    await polling.shows("of the lagoon");
    await scene.revenue("of the hills");
    await live.shows("of the hills");
    assert.equal((await live.facts()).state, "live");
    await scene.connections(1);
    await scene.flags({ [ROLLOUT_FLAG]: 100 });
    await comesBack(polling);
    await scene.connections(2);
  }),
);

Deno.test(
  "flags - a network that refuses every upgrade leads to polling, and back once it lets them through",
  withFlags(async (scene) => {
    const proxy = startProxy(scene.server.url);
    try {
      proxy.blockUpgrades(true);
      const meera = await scene.person("meera", { url: proxy.url });
      const tab = await meera.tab("/finance", "polling");
      assert.equal(proxy.refused, UPGRADES_FAILED_MAX);
      await scene.revenue("past the proxy");
      await tab.shows("past the proxy");
      assert.equal(proxy.refused, UPGRADES_FAILED_MAX, "a minute is left before it tries again");
      proxy.blockUpgrades(false);
      await comesBack(tab);
      assert.equal((await tab.facts()).transport, "WebSocket");
      await scene.revenue("through the proxy");
      await tab.shows("through the proxy");
      assert.equal((await tab.rows()).filter((title) => title === "past the proxy").length, 1);
    } finally {
      proxy.stop();
    }
  }),
);

Deno.test(
  "flags - while polling, a service whose polls are off too is named as one that does not update",
  withFlags(async (scene) => {
    await scene.flags({ [STREAMING_FLAG]: false, [longPollFlag("finance")]: false });
    const meera = await scene.person("meera");
    const tab = await meera.tab("/finance", "polling");
    await tab.page.click(".pill");
    await tab.page.locator("#connection-details", { hasText: "Finance" }).waitFor();
  }),
);
