// Who sees what: by organisation, by role and by property.
import assert from "node:assert/strict";
import { call, publish, until } from "../harness/live.ts";
import { browserTests } from "./kit.ts";
import { axe, PHONE } from "./pages_kit.ts";
import type { Tab } from "./tab.ts";

const { run } = browserTests();

async function pagesIn({ page }: Tab): Promise<(string | null)[]> {
  const links = await page.locator(".rail [data-page]").all();
  return await Promise.all(links.map((link) => link.getAttribute("data-page")));
}

function news({ page }: Tab) {
  return page.locator("[data-news] [data-row] [data-open]");
}

async function hears(tab: Tab, title: string): Promise<void> {
  await news(tab).getByText(title, { exact: true }).first().waitFor();
}

Deno.test(
  "people - everyone finds the pages of their role, in their own house",
  run(async (scene) => {
    const expected = {
      meera: "overview live chat guests rooms tasks staff finance analytics reports users branding",
      ishan: "overview live chat guests rooms tasks staff finance analytics reports users branding flags",
      tomas: "overview live chat guests rooms tasks staff branding",
      leela: "overview live chat guests rooms tasks staff finance analytics reports users branding",
    };
    for (const [userId, pages] of Object.entries(expected)) {
      const tab = await (await scene.person(userId)).tab("/overview");
      assert.deepEqual(await pagesIn(tab), pages.split(" "), userId);
      const house = userId === "leela" ? "Lagoon Group" : "Sahyadri Hotels";
      assert.equal(await tab.page.locator(".bar-org").textContent(), house);
    }
  }),
);

Deno.test(
  "people - what happens is told to those who may see it, and to nobody else",
  run(async (scene) => {
    const meera = await (await scene.person("meera")).tab("/live");
    const tomas = await (await scene.person("tomas")).tab("/live");
    const leela = await (await scene.person("leela")).tab("/live");
    await scene.create("task", { title: "Polish the brass", propertyId: 1 });
    await scene.create("task", { title: "Repair the gate", propertyId: 2 });
    await scene.revenue("A banquet");
    await scene.create("task", { title: "Feed the ducks", propertyId: 1 }, { orgId: 2 });
    // Another service publishes without us.
    await publish(scene.server, "evt.1.1.guest.guest.updated", {
      data: { name: "Noor Haddad", status: "checked_in" },
    });
    for (const title of ["Polish the brass", "Repair the gate", "Noor Haddad"]) {
      await hears(meera, title);
    }
    await hears(tomas, "Polish the brass");
    await hears(tomas, "Noor Haddad");
    await hears(leela, "Feed the ducks");
    await scene.settle(meera, tomas);
    assert.doesNotMatch((await news(tomas).allTextContents()).join(), /gate|ducks|1,000|banquet/i);
    assert.doesNotMatch((await news(leela).allTextContents()).join(), /gate|brass|Noor|banquet/i);
    assert.doesNotMatch((await news(meera).allTextContents()).join(), /ducks/);
    await scene.connections(3);
  }),
);

Deno.test(
  "people - a house that is added, renamed or given up while a page is open can be chosen as it is",
  run(async (scene) => {
    const { page } = await (await scene.person("meera")).tab("/guests");
    const leela = await (await scene.person("leela")).tab("/guests");
    const houses = (of = page) => of.locator("#property option").allTextContents();
    const before = await houses();
    const others = await houses(leela.page);
    const admin = { role: "admin", sub: "ishan" };
    const id = await scene.create("property", { name: "Lake House" }, admin);
    await until("the new house is there", async () => (await houses()).includes("Lake House"));
    await page.selectOption("#property", String(id));
    await page.getByText("Nobody is expected").waitFor();
    await page.selectOption("#property", "");
    const path = `${scene.server.url}/properties/property/${id}`;
    const token = await scene.server.token(admin);
    const asAdmin = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    const body = JSON.stringify({ name: "Sea House" });
    const renamed = await fetch(path, {
      method: "PATCH",
      headers: { ...asAdmin, "if-match": '"1"' },
      body,
    });
    await renamed.body?.cancel();
    await until("it has its new name", async () => (await houses()).includes("Sea House"));
    const gone = await fetch(path, { method: "DELETE", headers: { ...asAdmin, "if-match": '"2"' } });
    await gone.body?.cancel();
    await until("it is gone", async () => (await houses()).length === before.length);
    assert.deepEqual(await houses(), before);
    assert.deepEqual(await houses(leela.page), others);
  }),
);

Deno.test(
  "people - without the demo nobody is offered a sign-in, or let in by one",
  run(async ({ server }) => {
    const real = await server.another({ demo: false });
    try {
      const html = await (await fetch(`${real.url}/sign-in`)).text();
      assert.match(html, /identity provider/);
      assert.doesNotMatch(html, /Meera/);
      const body = new URLSearchParams({ user: "meera", next: "/overview" });
      const headers = { origin: real.url };
      const refused = await fetch(`${real.url}/sign-in`, {
        method: "POST",
        body,
        headers,
        redirect: "manual",
      });
      await refused.body?.cancel();
      assert.deepEqual([refused.status, refused.headers.get("set-cookie")], [400, null]);
    } finally {
      await real.stop();
    }
    // With it, only from its own page.
    const forged = await fetch(`${server.url}/sign-in`, {
      method: "POST",
      headers: { origin: "https://evil.example", "sec-fetch-site": "cross-site" },
      body: new URLSearchParams({ user: "meera" }),
    });
    await forged.body?.cancel();
    assert.deepEqual([forged.status, forged.headers.get("set-cookie")], [403, null]);
  }),
);

Deno.test(
  "people - a guest is erased by a manager who was asked first, and goes from every page that is open",
  run(async (scene) => {
    const id = await scene.create("guest", { name: "Zebedee Quixwhistle", propertyId: 1 });
    const meera = await (await scene.person("meera", { viewport: PHONE })).tab("/guests?view=all");
    const tomas = await (await scene.person("tomas")).tab("/guests?view=all");
    const row = ({ page }: Tab) =>
      page.locator('[data-entity="guest"]').getByRole("button", { name: "Zebedee" });
    await row(tomas).first().click();
    const form = tomas.page.locator("dialog[open]");
    await form.getByRole("button", { name: "Documents" }).waitFor();
    assert.equal(await form.getByRole("button", { name: "Erase" }).count(), 0, "staff may not");
    await form.getByRole("button", { name: "Cancel" }).click();
    await row(meera).first().click();
    await meera.page.locator("dialog[open]").getByRole("button", { name: "Erase" }).click();
    const question = meera.page.getByRole("dialog", { name: "Erase Zebedee Quixwhistle?" });
    await question.waitFor();
    assert.deepEqual(await axe(meera), []);
    await question.getByRole("button", { name: "Cancel" }).click();
    assert.equal(await row(meera).count() > 0, true, "nothing has happened");
    await row(meera).first().click();
    await meera.page.locator("dialog[open]").getByRole("button", { name: "Erase" }).click();
    await question.getByRole("button", { name: "Erase", exact: true }).click();
    await meera.page.getByText("Zebedee Quixwhistle is erased").waitFor();
    for (const tab of [meera, tomas]) {
      // While a list is looked at nothing in it moves.
      await tab.page.mouse.move(0, 0);
      await tab.page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
      await row(tab).first().waitFor({ state: "detached" });
    }
    const token = await scene.server.token();
    assert.equal((await call(`${scene.server.url}/guest-checkin/guest/${id}`, { token })).status, 404);
  }),
);
