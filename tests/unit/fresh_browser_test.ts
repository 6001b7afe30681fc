import assert from "node:assert/strict";
import type { Browser, Page } from "playwright-core";
import { App, csp, staticFiles } from "fresh";
import type { State } from "./fresh_fixture/define.ts";
import { buildFixture, withBrowser, withServer } from "./fresh_fixture/kit.ts";
import { hostile } from "./fresh_fixture/routes/payload.tsx";

/** Opens a page of the fixture in Chromium, under a policy that allows only nonces inline. */
async function withPage(
  path: string,
  use: (page: Page, problems: string[]) => Promise<void>,
): Promise<void> {
  const app = new App<State>()
    .use(csp({ useNonce: true }), staticFiles()).fsRoutes();
  (await buildFixture())(app);
  const visit = async (browser: Browser, origin: string) => {
    const page = await browser.newPage();
    const problems: string[] = [];
    await page.addInitScript(countRemovals);
    page.on("pageerror", (error) => problems.push(error.message));
    page.on("console", (message) => {
      if (message.type() === "error") problems.push(message.text());
    });
    await page.goto(origin + path);
    await page.waitForFunction(hasNoMarkers);
    await use(page, problems);
  };
  await withServer(
    app.handler(),
    (origin) => withBrowser((browser) => visit(browser, origin)),
  );
}

/** In the page: whether every island has been taken over. */
function hasNoMarkers(): boolean {
  return !document.body.innerHTML.includes("<!--frsh:");
}

/** In the page: counts the elements that scripts take out of it. */
function countRemovals(): void {
  const counts = globalThis as { removed?: number };
  counts.removed = 0;
  new MutationObserver((records) => {
    const nodes = records.flatMap((record) => [...record.removedNodes]);
    counts.removed! += nodes.filter((node) => node instanceof Element).length;
  }).observe(document, { childList: true, subtree: true });
}

function removed(page: Page): Promise<number | undefined> {
  return page.evaluate(() => (globalThis as { removed?: number }).removed);
}

async function clickTo(page: Page, id: string, text: string): Promise<void> {
  await page.locator(`#${id}`).click();
  await page.locator(`#${id}`, { hasText: text }).waitFor();
}

Deno.test("fresh browser - islands come alive one by one, on server-rendered elements", async () => {
  await withPage("/widgets", async (page, problems) => {
    const greeting = await page.locator("#greeter").textContent();
    assert.match(greeting ?? "", /from the browser/);
    await clickTo(page, "one", "Count: 2");
    await clickTo(page, "one", "Count: 3");
    await clickTo(page, "two", "Count: 11");
    await clickTo(page, "inner", "Count: 8");
    await clickTo(page, "greeter", "1 waves");
    assert.equal(await page.title(), "Hello, Asha & co");
    assert.equal(await page.locator("button").count(), 5);
    assert.equal(await page.locator("main > :last-child").textContent(), "after");
    assert.deepEqual(problems, []);
    // Only what the browser renders differently made way.
    assert.equal(await page.locator("#switch").textContent(), "browser");
    assert.equal(await page.locator("#stale").count(), 0);
    assert.equal(await removed(page), 1);
  });
});

Deno.test(
  "fresh browser - children of an island stay what the server rendered, islands in them work",
  async () => {
    await withPage("/widgets", async (page, problems) => {
      await clickTo(page, "slotted", "Count: 21");
      assert.equal(await page.locator("label.note[for=box]").count(), 1);
      assert.equal(await page.locator("#box").isChecked(), true);
      assert.equal(await page.locator("#box").isDisabled(), true);
      assert.equal(await page.locator("#secret").count(), 0);
      await page.locator("#open").click();
      await page.locator("#secret", { hasText: "found" }).waitFor();
      await clickTo(page, "slotted", "Count: 22");
      assert.equal(await page.locator("section label").count(), 1);
      assert.deepEqual(problems, []);
    });
  },
);

Deno.test("fresh browser - an island in a layout and one beside a route work", async () => {
  await withPage("/rooms/7", async (page, problems) => {
    await clickTo(page, "layout", "Count: 101");
    assert.equal(await page.locator("h1").textContent(), "Room 7 local");
    assert.deepEqual(problems, []);
  });
});

Deno.test("fresh browser - props that look like markup arrive as they were sent", async () => {
  await withPage("/payload", async (page, problems) => {
    const text = await page.locator("#payload").textContent();
    assert.deepEqual(JSON.parse(text ?? ""), hostile);
    assert.equal(await page.evaluate(() => "broken" in globalThis), false);
    assert.deepEqual(problems, []);
  });
});
