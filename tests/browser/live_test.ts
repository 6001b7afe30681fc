// What people see of what others do, as it happens.
import assert from "node:assert/strict";
import { themeVariables } from "@/lib/ui/theme.ts";
import { call } from "../harness/live.ts";
import { browserTests } from "./kit.ts";

const { run } = browserTests();

Deno.test(
  "live - what a person enters shows in another person's window at once",
  run(async (scene) => {
    const [meera, ishan] = [await scene.person("meera"), await scene.person("ishan")];
    const [first, second] = [await meera.tab(), await ishan.tab()];
    const took: number[] = [];
    for (let i = 1; i <= 3; i++) {
      await first.page.keyboard.press("n");
      await first.page.fill("#field-amount", "1250");
      await first.page.fill("#field-description", `entered ${i}`);
      if (i === 1) await first.page.selectOption("#field-propertyId", "1");
      else await first.page.selectOption("#field-propertyId", "2");
      const from = performance.now();
      await first.page.keyboard.press("Enter");
      await second.shows(`entered ${i}`);
      took.push(Math.round(performance.now() - from));
      await first.shows(`entered ${i}`);
      await first.page.locator("dialog[open]").waitFor({ state: "detached" });
    }
    console.log(`entered in one window, shown in the other: ${took.join(", ")} ms`);
    assert.deepEqual(await first.rowsOf("entered"), ["entered 3", "entered 2", "entered 1"]);
    assert.deepEqual(await second.rowsOf("entered"), ["entered 3", "entered 2", "entered 1"]);
  }),
);

Deno.test(
  "live - another property is shown on the connection as it stands, and only what happens there",
  run(async (scene) => {
    const meera = await scene.person("meera");
    const tab = await meera.tab();
    await scene.settle(tab);
    const { totalConnections } = await scene.metrics();
    await tab.page.selectOption("#property", "2");
    await tab.page.waitForURL("**/finance?property=2");
    await scene.revenue("of the first", { propertyId: 1 });
    await scene.revenue("of the second", { propertyId: 2 });
    await tab.shows("of the second");
    assert.deepEqual(await tab.rowsOf("of the"), ["of the second"]);
    // What was not followed meanwhile is read.
    await tab.page.selectOption("#property", "");
    await tab.shows("of the first");
    await tab.page.waitForURL("**/finance");
    const after = await scene.metrics();
    assert.deepEqual([after.totalConnections, after.activeConnections], [totalConnections, 1]);
  }),
);

Deno.test(
  "live - two tabs that look at two properties share one connection, and each shows its own",
  run(async (scene) => {
    const meera = await scene.person("meera");
    const [first, second] = [await meera.tab("/finance?property=1"), await meera.tab("/finance?property=2")];
    await scene.settle(first, second);
    await scene.revenue("shared 1", { propertyId: 1 });
    await scene.revenue("shared 2", { propertyId: 2 });
    await first.shows("shared 1");
    await second.shows("shared 2");
    await scene.settle(first, second);
    assert.deepEqual(await first.rowsOf("shared"), ["shared 1"]);
    assert.deepEqual(await second.rowsOf("shared"), ["shared 2"]);
    await scene.connections(1);
  }),
);

Deno.test(
  "live - everyone sees their own organisation and nothing of another's",
  run(async (scene) => {
    const [meera, leela] = [await scene.person("meera"), await scene.person("leela")];
    const [hills, lagoon] = [await meera.tab(), await leela.tab()];
    assert.equal(await hills.page.locator(".bar-org").textContent(), "Sahyadri Hotels");
    assert.equal(await lagoon.page.locator(".bar-org").textContent(), "Lagoon Group");
    await scene.connections(2);
    // The same property id in the other organisation is another property.
    await scene.revenue("mine and mine 1", { orgId: 1 });
    await scene.revenue("mine and mine 2", { orgId: 2 });
    await hills.shows("mine and mine 1");
    await lagoon.shows("mine and mine 2");
    await scene.settle(hills);
    assert.deepEqual(await hills.rowsOf("mine"), ["mine and mine 1"]);
    assert.deepEqual(await lagoon.rowsOf("mine"), ["mine and mine 2"]);
  }),
);

Deno.test(
  "live - the colours of the house change on every open page when they are changed",
  run(async (scene) => {
    const [meera, leela] = [await scene.person("meera"), await scene.person("leela")];
    const tabs = [await meera.tab(), await meera.tab("/overview")];
    const other = await leela.tab();
    const colour = () => getComputedStyle(document.documentElement).getPropertyValue("--brand-light");
    const before = await other.page.evaluate(colour);
    const token = await scene.server.token({ role: "admin" });
    const { json } = await call(`${scene.server.url}/branding/theme`, { token });
    const [theme] = json.items;
    const { status } = await call(`${scene.server.url}/branding/theme/${theme.id}`, {
      token,
      method: "PATCH",
      json: { primaryColor: "#7c2d92" },
      headers: { "if-match": `"${theme.version}"` },
    });
    assert.equal(status, 200);
    const wanted = themeVariables({ ...theme, primaryColor: "#7c2d92" })["--brand-light"]!;
    for (const { page } of tabs) {
      await page.waitForFunction((wanted) => {
        return getComputedStyle(document.documentElement).getPropertyValue("--brand-light") === wanted;
      }, wanted);
    }
    assert.notEqual(before, wanted);
    assert.equal(await other.page.evaluate(colour), before);
  }),
);
