import assert from "node:assert/strict";
import { bundleClient } from "@/services/embedded/client_bundle.ts";
import { launchBrowser } from "../harness/browser.ts";
import { call, publish, startDemo, until } from "../harness/live.ts";

Deno.test("client sdk - a page without our pages' framework gets events once, and lists that follow them", async () => {
  const server = await startDemo();
  const browser = await launchBrowser();
  try {
    const { text, gzipBytes } = await bundleClient("innstream");
    console.log(`browser client: ${(gzipBytes / 1000).toFixed(1)} kB gzip`);
    const context = await browser.newContext();
    await context.addCookies([{ name: "token", value: await server.token(), url: server.url }]);
    const page = await context.newPage();
    // Any page of the origin will do that may speak to it; what answers with data may not.
    await page.goto(`${server.url}/docs`);
    await page.evaluate(text);
    await page.evaluate(async () => {
      // deno-lint-ignore no-explicit-any
      const page = globalThis as any;
      const { createClient, browserWorld, Collection } = page.innstream;
      const list = await (await fetch("/tasks/task")).json();
      page.tasks = new Collection({ order: "desc", keep: () => true });
      page.tasks.read(list);
      page.client = createClient({
        orgId: 1,
        userId: "u1",
        subscription: { services: ["tasks"], propertyId: null },
        position: { seq: list.seq, epoch: list.epoch },
        flags: { streaming: true, longPoll: ["tasks"] },
      }, browserWorld());
      page.seen = [];
      page.client.on(
        { service: "tasks" },
        (events: { id: string; seq: number; data: { title: string } }[]) => {
          for (const event of events) {
            page.seen.push(event.data.title);
            page.tasks.apply(event, event.seq);
          }
        },
      );
      page.client.start();
    });
    const read = <T>(what: string) => page.evaluate(what) as Promise<T>;
    await until("the client is live", () => read<boolean>(`client.status.state === "live"`));
    const token = await server.token();
    const { json: { id } } = await call(`${server.url}/tasks/task`, {
      token,
      json: { title: "from elsewhere", propertyId: 1 },
    });
    await publish(server, "evt.1.1.tasks.task.updated", { id: "twice", data: { id, title: "published" } });
    await publish(server, "evt.1.1.tasks.task.updated", { id: "last", data: { title: "last" } });
    await until("all have come", () => read<boolean>(`seen.includes("last")`));
    assert.deepEqual(await read("seen"), ["from elsewhere", "published", "last"]);
    assert.equal(
      await read(`tasks.get(${id}).title`),
      "from elsewhere",
      "what does not say all is no record",
    );
    assert.equal(await read("client.status.received"), 3);
  } finally {
    await browser.close();
    await server.stop();
  }
});
