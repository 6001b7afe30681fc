// What networks and servers do to a page that is open: nothing is lost, and nothing shown twice.
import assert from "node:assert/strict";
import { jetstreamManager } from "@nats-io/jetstream";
import { EVENTS } from "@/services/nats/streams.ts";
import { freePort } from "../harness/ports.ts";
import { type AppProcess, buildApp, startProcess } from "../harness/process.ts";
import { TEST_SECRET, type TestServer } from "../harness/server.ts";
import { browserTests, NETWORK_FAILURES } from "./kit.ts";

const { run } = browserTests();
Deno.test.beforeAll(buildApp);

const FAILS = { allowed: NETWORK_FAILURES };

Deno.test(
  "network - what happened while offline follows, once and in order",
  run(async (scene) => {
    const meera = await scene.person("meera");
    const tabs = [await meera.tab(), await meera.tab()];
    await scene.settle(...tabs);
    const [before] = await Promise.all(tabs.map((tab) => tab.facts()));
    await meera.context.setOffline(true);
    for (const tab of tabs) await tab.is("offline");
    const published: string[] = [];
    for (let i = 1; i <= 5; i++) {
      published.unshift(`offline ${i}`);
      await scene.revenue(published[0]!);
    }
    assert.deepEqual(await tabs[0]!.rowsOf("offline"), []);
    await meera.context.setOffline(false);
    for (const tab of tabs) await tab.is("live");
    await scene.settle(...tabs);
    for (const tab of tabs) {
      assert.deepEqual(await tab.rowsOf("offline", published.length), published);
      // Each was told, not read anew; and what `settle` has sent.
      assert.equal((await tab.facts()).received, before!.received + 5 + 1);
    }
    await scene.connections(1);
  }, FAILS),
);

Deno.test(
  "network - a server that restarts is come back to, with nothing missed or doubled",
  run(async (scene) => {
    const port = freePort();
    const first = await scene.server.another({ port });
    const meera = await scene.person("meera", { url: first.url });
    const tab = await meera.tab();
    await scene.revenue("restart 1");
    await tab.shows("restart 1");
    await first.stop();
    await tab.is("catching_up", "offline");
    await scene.revenue("restart 2");
    const second = await scene.server.another({ port });
    try {
      await tab.is("live");
      await scene.revenue("restart 3");
      await tab.shows("restart 3");
      assert.deepEqual(await tab.rowsOf("restart"), ["restart 3", "restart 2", "restart 1"]);
    } finally {
      await second.stop();
    }
  }, FAILS),
);

function startApp({ database, nats }: TestServer, port: number): Promise<AppProcess> {
  return startProcess({
    DATABASE_URL: database.appUrl,
    NATS_URL: nats.url,
    JWT_SECRET: TEST_SECRET,
    PORT: String(port),
  });
}

Deno.test(
  "network - a server that is killed while events flow is come back to, with nothing missed or doubled",
  run(async (scene) => {
    const port = freePort();
    const first = await startApp(scene.server, port);
    const meera = await scene.person("meera", { url: first.url });
    const tab = await meera.tab();
    const flow = scene.flow("killed");
    await flow.more(5);
    first.kill("SIGKILL");
    assert.equal((await first.ended).signal, "SIGKILL");
    await tab.is("catching_up", "offline");
    const from = performance.now();
    const second = await startApp(scene.server, port);
    const started = performance.now();
    try {
      await tab.is("live");
      const back = performance.now();
      await flow.more(5);
      const published = await flow.stop();
      await scene.settle(tab);
      console.log(
        `killed: up again after ${Math.round(started - from)} ms, live ${
          Math.round(back - started)
        } ms later; ` +
          `published ${published.length}, shown ${(await tab.rowsOf("killed", published.length)).length}`,
      );
      assert.deepEqual(await tab.rowsOf("killed", published.length), published);
    } finally {
      await second.stop();
    }
  }, FAILS),
);

Deno.test(
  "network - a stream that lost what it held makes every tab read its lists again",
  run(async (scene) => {
    const meera = await scene.person("meera");
    const tabs = [await meera.tab(), await meera.tab()];
    await scene.revenue("purged 1");
    for (const tab of tabs) await tab.shows("purged 1");
    await meera.context.setOffline(true);
    for (const tab of tabs) await tab.is("offline");
    await scene.revenue("purged 2");
    await (await jetstreamManager(scene.server.services.nats)).streams.purge(EVENTS);
    await meera.context.setOffline(false);
    for (const tab of tabs) await tab.shows("purged 2");
    await scene.revenue("purged 3");
    for (const tab of tabs) {
      await tab.shows("purged 3");
      assert.deepEqual(await tab.rowsOf("purged"), ["purged 3", "purged 2", "purged 1"]);
    }
  }, FAILS),
);

Deno.test(
  "network - events between the page's making and its first connection are not missed",
  run(async (scene) => {
    const meera = await scene.person("meera");
    const { promise: held, resolve: release } = Promise.withResolvers<void>();
    // The script comes late, so the socket does too.
    await meera.context.route("**/FinancePage.js", async (route) => {
      await held;
      await route.continue();
    });
    const tab = await meera.tab("/finance", "none", "commit");
    await tab.page.locator("[data-row]").first().waitFor();
    await scene.revenue("in between");
    assert.deepEqual(await tab.rowsOf("in between"), []);
    release();
    await tab.is("live");
    await tab.shows("in between");
    assert.equal((await tab.facts()).received, 1);
    assert.deepEqual(await tab.rowsOf("in between"), ["in between"]);
  }),
);
