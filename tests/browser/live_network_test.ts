import assert from "node:assert/strict";
import { NETWORK_FAILURES, type Window, withLive } from "./live_kit.ts";
import { freePort } from "../harness/ports.ts";

const BEFORE = ["Prepare room 103 for arrival", "Check the pool pump", "Replace the lobby lamp"];

/** Every task in the card that was not there from the start, newest first. */
async function news(window: Window): Promise<string[]> {
  return (await window.titles("tasks")).filter((title) => !BEFORE.includes(title));
}

Deno.test("live network - what happened while offline follows, once and in order", async () => {
  await withLive(async ({ open, post }) => {
    const meera = await open("meera");
    await post("/tasks/task", { title: "before", propertyId: 1 });
    await meera.top("tasks", "before");
    await meera.context.setOffline(true);
    await meera.page.locator(".pill-offline").waitFor();
    for (let i = 1; i <= 5; i++) await post("/tasks/task", { title: `meanwhile ${i}`, propertyId: 1 });
    await meera.context.setOffline(false);
    await meera.live();
    await post("/tasks/task", { title: "after", propertyId: 1 });
    await meera.top("tasks", "after");
    const meanwhile = [5, 4, 3, 2, 1].map((i) => `meanwhile ${i}`);
    assert.deepEqual(await news(meera), ["after", ...meanwhile, "before"]);
    assert.equal(
      await meera.page.locator('[data-service="tasks"] .card-count').textContent(),
      "7 since opened",
    );
  }, { allowed: NETWORK_FAILURES });
});

Deno.test("live network - a server that restarts is followed by itself, with nothing missed or doubled", async () => {
  await withLive(async ({ server, open, post }) => {
    const port = freePort();
    const first = await server.another({ port });
    const meera = await open("meera", { url: first.url });
    await post("/tasks/task", { title: "before", propertyId: 1 });
    await meera.top("tasks", "before");
    await first.stop();
    await meera.page.locator(".pill-catching_up, .pill-offline").waitFor();
    await post("/tasks/task", { title: "meanwhile", propertyId: 1 });
    const second = await server.another({ port });
    try {
      await meera.live();
      await post("/tasks/task", { title: "after", propertyId: 1 });
      await meera.top("tasks", "after");
      assert.deepEqual(await news(meera), ["after", "meanwhile", "before"]);
    } finally {
      await second.stop();
    }
  }, { allowed: NETWORK_FAILURES });
});

Deno.test("live network - a stream that lost what it held makes the page read its records again", async () => {
  await withLive(async ({ server, open, post }) => {
    const meera = await open("meera");
    await post("/tasks/task", { title: "before", propertyId: 1 });
    await meera.top("tasks", "before");
    await meera.context.setOffline(true);
    await meera.page.locator(".pill-offline").waitFor();
    await post("/tasks/task", { title: "lost with the stream", propertyId: 1 });
    const jsm = await (await import("@nats-io/jetstream")).jetstreamManager(server.services.nats);
    await jsm.streams.purge("EVENTS");
    await meera.context.setOffline(false);
    await meera.live();
    await meera.top("tasks", "lost with the stream");
    await post("/tasks/task", { title: "after", propertyId: 1 });
    await meera.top("tasks", "after");
    assert.deepEqual(await news(meera), ["after", "lost with the stream", "before"]);
  }, { allowed: NETWORK_FAILURES });
});

Deno.test("live network - events between the page's making and its first connection are not missed", async () => {
  await withLive(async ({ open, post, server }) => {
    const meera = await open("meera");
    const page = await meera.context.newPage();
    let held: (() => void) | undefined;
    // The script comes late, so the socket does too.
    await page.route("**/LiveFeed.js", async (route) => {
      await new Promise<void>((resolve) => held = resolve);
      await route.continue();
    });
    await page.goto(`${server.url}/live`, { waitUntil: "commit" });
    await page.locator(".card").first().waitFor();
    await post("/tasks/task", { title: "in between", propertyId: 1 });
    assert.ok(!(await page.locator(".row-title").allTextContents()).includes("in between"));
    while (held === undefined) await page.waitForTimeout(10);
    held();
    await page.locator('[data-service="tasks"] .row-title', { hasText: "in between" }).waitFor();
    assert.equal(await page.locator('[data-service="tasks"] .card-count').textContent(), "1 since opened");
  });
});
