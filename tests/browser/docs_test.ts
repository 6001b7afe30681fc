// The reference for programs, as people read it: with nobody signed in, by keys, on a phone and in the dark.
import assert from "node:assert/strict";
import { CHANNELS } from "@/lib/contracts/channels.ts";
import { OPERATIONS } from "@/services/contracts/operations.ts";
import { browserTests } from "./kit.ts";
import { axe, DESK, overhang, PHONE } from "./pages_kit.ts";

const { run } = browserTests();

Deno.test(
  "docs - the reference names every operation and frame, and leads to each",
  run(async ({ person }) => {
    const { page } = await (await person(null, { viewport: DESK })).tab("/docs", "none");
    const ids = await page.locator(".docs-one").evaluateAll((all) => all.map(({ id }) => id));
    assert.equal(new Set(ids).size, ids.length);
    for (const { id } of OPERATIONS) assert.ok(ids.includes(id), id);
    const frames = CHANNELS.reduce((sum, { messages }) => sum + messages.length, 0);
    const channels = CHANNELS.map(({ id }) => id);
    const told = ids.filter((id) =>
      channels.some((channel) => /^\w+_(client|server)_/.test(id) && id.startsWith(channel))
    );
    assert.equal(told.length, frames);
    const links = await page.locator('.docs a[href^="#"]').evaluateAll((all) => {
      return [...new Set(all.map((link) => link.getAttribute("href")!))];
    });
    const broken = await page.evaluate((links) =>
      links.filter((link) => {
        return document.getElementById(link.slice(1)) === null;
      }), links);
    assert.ok(links.length > 100);
    assert.deepEqual(broken, []);
  }),
);

Deno.test(
  "docs - by keys: a filter leaves what has the words, and a link opens what it leads to",
  run(async ({ person }) => {
    const { page } = await (await person(null, { viewport: DESK })).tab("/docs", "none");
    const shown = () => page.locator(".docs-one:visible").evaluateAll((all) => all.map(({ id }) => id));
    await page.keyboard.press("/");
    await page.keyboard.type("post erase");
    await page.locator("#found", { hasText: "1 found" }).waitFor();
    assert.deepEqual(await shown(), ["eraseGuest"]);
    await page.keyboard.press("Escape");
    assert.ok((await shown()).length > OPERATIONS.length);
    await page.locator("#filter").fill("no such words at all");
    await page.getByText("Nothing has these words").waitFor();
    assert.deepEqual(await shown(), []);
    await page.locator("#filter").fill("eraseGuest");
    await page.locator("#eraseGuest > summary").focus();
    await page.keyboard.press("Enter");
    await page.locator("#eraseGuest").getByRole("link", { name: "Erasure" }).first().click();
    await page.locator("#schema-Erasure[open]").waitFor();
    assert.equal(await page.locator("#filter").inputValue(), "");
  }),
);

for (const colorScheme of ["light", "dark"] as const) {
  Deno.test(
    `docs - nothing reaches out of the reference, and nothing stands in anybody's way: ${colorScheme}`,
    run(async ({ person }) => {
      for (const viewport of [DESK, PHONE]) {
        const tab = await (await person(null, { viewport, colorScheme })).tab("/docs", "none");
        await tab.page.evaluate(() => {
          for (const id of ["createGuest", "uploadForm", "stream_server_ack"]) {
            (document.getElementById(id) as HTMLDetailsElement).open = true;
          }
        });
        assert.deepEqual(await overhang(tab), []);
        assert.deepEqual(await axe(tab), []);
      }
    }),
  );
}
