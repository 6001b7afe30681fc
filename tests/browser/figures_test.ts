// The pages that show figures and news: they follow what happens, and move nothing that somebody looks at.
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { LIST_LIMIT_MAX } from "@/services/resources/list.ts";
import { call, until } from "../harness/live.ts";
import { browserTests } from "./kit.ts";

/** The demo is there after the server is: an event of each property has its figures counted. */
const { run } = browserTests({
  derive: true,
  async prepare({ server, revenue }) {
    const token = await server.token();
    for (const propertyId of [1, 2]) {
      await revenue("the first", { propertyId });
      for (const path of ["/dashboard/metrics", "/analytics/statistic"]) {
        await until(`${path} of ${propertyId} is there`, async () => {
          const { json } = await call(`${server.url}${path}?propertyId=${propertyId}`, { token });
          return json.items.length > 0;
        });
      }
    }
  },
});

/** The whole text of something once it is no longer `before`. */
async function changed(page: Page, selector: string, before: string): Promise<string> {
  await until(
    `${selector} is no longer ${before}`,
    async () => await page.locator(selector).innerText() !== before,
  );
  return await page.locator(selector).innerText();
}

const line = (text: string) => `.news-line:has-text("${text}")`;

Deno.test(
  "figures - the overview follows what comes in, of each property, and of the one that is chosen",
  run(async (scene) => {
    const meera = await scene.person("meera");
    const { page } = await meera.tab("/overview");
    const revenue = '.house[data-id="1"] .stat:has-text("Revenue today") .stat-value';
    const before = await page.locator(revenue).innerText();
    const other = await page.locator(revenue.replace('"1"', '"2"')).innerText();
    await scene.revenue("seen on the overview", { propertyId: 1 });
    await page.locator(line("seen on the overview")).waitFor();
    const money = (text: string) => Number(text.replaceAll(/[^\d.]/g, ""));
    await until(
      "the tile tells a thousand more",
      async () => money(await page.locator(revenue).innerText()) === money(before) + 1_000,
    );
    assert.equal(await page.locator(revenue.replace('"1"', '"2"')).innerText(), other);
    assert.equal(
      await page.locator('.news-line[data-service="dashboard"]').count(),
      0,
      "figures are no news",
    );
    await page.selectOption("#property", "2");
    await until("the other property alone is there", async () => await page.locator(".house").count() === 1);
    await page.locator(line("seen on the overview")).waitFor({ state: "detached" });
    await page.selectOption("#property", "");
    await page.locator(line("seen on the overview")).waitFor();
  }),
);

Deno.test(
  "figures - staff see their property and no money",
  run(async (scene) => {
    const tomas = await scene.person("tomas");
    const { page } = await tomas.tab("/overview");
    assert.deepEqual(await page.locator(".house .stat-label").allInnerTexts(), [
      "Occupancy",
      "Arrivals",
      "Departures",
      "In house",
      "Open tasks",
    ]);
    assert.equal(await page.locator(".house").count(), 1);
    assert.ok(!(await page.locator("main").innerText()).includes("₹"));
    await page.goto(`${scene.server.url}/live`);
    assert.equal(await page.locator(".try").count(), 0);
  }),
);

Deno.test(
  "figures - news wait behind a chip while somebody is at the list, and are found by what they say",
  run(async (scene) => {
    const meera = await scene.person("meera");
    const { page } = await meera.tab("/live");
    const top = () => page.locator(".news-line").first().innerText();
    await scene.create("task", { title: "Fold the towels", propertyId: 1 });
    await page.locator(line("Fold the towels")).waitFor();
    await page.hover(line("Fold the towels"));
    await scene.create("task", { title: "Iron the sheets", propertyId: 1 });
    await scene.revenue("from the spa");
    await page.locator('.chip:has-text("2 new")').waitFor();
    assert.match(await top(), /Fold the towels/);
    await page.click(".chip");
    await page.locator(line("from the spa")).waitFor();
    await page.mouse.move(0, 0);
    await page.selectOption('.filter:has-text("Service") select', "tasks");
    await page.locator(line("from the spa")).waitFor({ state: "detached" });
    await page.keyboard.press("Escape");
    await page.fill("[data-search]", "iron added");
    await until("one line is left", async () => await page.locator(".news-line").count() === 1);
    assert.match(await top(), /Iron the sheets/);
    await page.fill("[data-search]", "no such thing");
    await page.getByText("Nothing found").waitFor();
  }),
);

Deno.test(
  "figures - an approval tells what its expense costs now, however old that is",
  run(async (scene) => {
    const expense = { amount: 700, category: "repairs", propertyId: 1 };
    const id = await scene.create("expense", { ...expense, description: "The boiler" });
    await scene.create("approval", { expenseId: id, propertyId: 1 });
    // It is not among those that the page has read.
    for (let at = 0; at < LIST_LIMIT_MAX; at++) await scene.create("expense", expense);
    const meera = await scene.person("meera");
    const { page } = await meera.tab("/finance?view=approvals");
    const row = page.locator('[data-entity="approval"] [data-row]:has-text("The boiler")');
    await row.getByText("₹700.00").waitFor();
    const { status } = await fetch(`${scene.server.url}/finance/expense/${id}`, {
      method: "PATCH",
      headers: {
        authorization: `Bearer ${await scene.server.token()}`,
        "content-type": "application/json",
        "if-match": '"1"',
      },
      body: JSON.stringify({ amount: 940 }),
    });
    assert.equal(status, 200);
    await row.getByText("₹940.00").waitFor();
  }),
);

Deno.test(
  "figures - charts follow the statistics, tell the day under the pointer, and have a table behind",
  run(async (scene) => {
    const meera = await scene.person("meera");
    const { page } = await meera.tab("/analytics?view=7");
    const chart = '[data-chart="Revenue and expenses"]';
    const before = await page.locator(`${chart} .chart-legend`).innerText();
    await scene.revenue("for the chart");
    const after = await changed(page, `${chart} .chart-legend`, before);
    await page.hover(`${chart} svg`);
    const day = await changed(page, `${chart} .chart-head`, "Revenue and expenses\n7 days");
    assert.match(day, /^Revenue and expenses\n\d+ \w+ 20\d\d$/);
    await page.mouse.move(0, 0);
    await page.click(`${chart} summary`);
    assert.equal(await page.locator(`${chart} tbody tr`).count(), 7);
    await page.selectOption("#property", "2");
    await changed(page, `${chart} .chart-legend`, after);
    await page.selectOption("#property", "");
    await until(
      "both are added up again",
      async () => await page.locator(`${chart} .chart-legend`).innerText() === after,
    );
  }),
);

Deno.test(
  "figures - a report is asked for by a preset, added up before one's eyes, and taken along",
  run(async (scene) => {
    const meera = await scene.person("meera");
    const { page } = await meera.tab("/reports");
    await page.keyboard.press("n");
    await page.click("dialog button[type=submit]");
    assert.equal(await page.locator("#field-propertyId-below").innerText(), "Choose a property");
    await page.selectOption("#field-propertyId", "1");
    await page.click('dialog button:has-text("Last month")');
    const starts = await page.inputValue("#field-startsOn");
    await page.fill("#field-endsOn", "2000-01-01");
    await page.click("dialog button[type=submit]");
    assert.match(await page.locator("#field-endsOn-below").innerText(), /same day as From, or later/);
    await page.click('dialog button:has-text("Last month")');
    await page.click("dialog button[type=submit]");
    await page.locator("[data-report] .stats").waitFor();
    const report = await page.locator("[data-report]").getAttribute("data-report");
    assert.equal(new URL(page.url()).searchParams.get("report"), report);
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.click("[data-report] a[download]"),
    ]);
    assert.ok(download.suggestedFilename().startsWith(`report-${report}-${starts}-`));
    await page.reload();
    await page.locator("[data-report] .stats").waitFor();
    await page.locator(".pill-live").waitFor();
    await page.click('[aria-label="Remove this report"]');
    await page.locator("[data-report]").waitFor({ state: "detached" });
    await page.mouse.move(0, 0);
    await page.locator(`tr[data-row][data-id="${report}"]`).waitFor({ state: "detached" });
  }),
);
