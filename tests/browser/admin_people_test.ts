import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { withDesk } from "./admin_kit.ts";

/** Waits until a page has this accent, whatever brought it there. */
async function hasAccent(page: Page, rgb: string): Promise<void> {
  await page.waitForFunction(
    (rgb) => getComputedStyle(document.querySelector(".mark-door")!).fill === rgb,
    rgb,
  );
}

const SEEDED = "rgb(20, 83, 45)";
const PURPLE = "rgb(122, 31, 162)";
const NAVY = "rgb(11, 61, 145)";
/** The colour of static/base.css. */
const DEFAULT = "rgb(11, 107, 99)";

Deno.test("admin branding - what is saved shows on every open page of the organisation, and of no other", async () => {
  await withDesk(async ({ open }) => {
    const meera = await open("meera", "/branding");
    const tomas = await open("tomas", "/overview");
    const leela = await open("leela", "/overview");
    await meera.fill("#field-primaryColor", "#7a1fa2");
    await hasAccent(tomas, SEEDED);
    await meera.click(".look-foot [type=submit]");
    await Promise.all([meera, tomas].map((page) => hasAccent(page, PURPLE)));
    await hasAccent(leela, SEEDED);
    await meera.click(".toast-undo");
    await Promise.all([meera, tomas].map((page) => hasAccent(page, SEEDED)));
    await meera.click(".look-foot .button-quiet");
    await Promise.all([meera, tomas].map((page) => hasAccent(page, DEFAULT)));
  });
});

Deno.test("admin branding - a property may have its own look, and go back to the organisation's", async () => {
  await withDesk(async ({ open }) => {
    const meera = await open("meera", "/branding?property=2");
    const ishan = await open("ishan", "/finance?property=2");
    const tomas = await open("tomas", "/overview");
    await meera.fill("#field-primaryColor", "#0b3d91");
    await meera.click(".look-foot [type=submit]");
    await hasAccent(ishan, NAVY);
    await hasAccent(tomas, SEEDED);
    await meera.click(".look-foot .button-quiet");
    await hasAccent(ishan, SEEDED);
  });
});

Deno.test("admin branding - without script the look is there to be read, and nothing to be filled in for nothing", async () => {
  await withDesk(async ({ open }) => {
    const page = await open("meera", "/branding", { javaScriptEnabled: false });
    assert.deepEqual(await page.locator(".look-form :is(input, select, button):visible").count(), 0);
    const facts = await page.locator(".look-facts").innerText();
    assert.match(facts, /Main colour\n#14532d\n/);
    assert.match(facts, /Light or dark\nAs the device has it/);
  });
});

Deno.test("admin branding - what somebody is filling in is not taken from under their hands", async () => {
  await withDesk(async ({ open }) => {
    const [meera, ishan] = await Promise.all([open("meera", "/branding"), open("ishan", "/branding")]);
    await ishan.fill("#field-name", "Draft");
    await meera.fill("#field-accentColor", "#7c1fff");
    await meera.click(".look-foot [type=submit]");
    await ishan.locator(".form-failure", { hasText: "meanwhile" }).waitFor();
    assert.equal(await ishan.inputValue("#field-name"), "Draft");
    await ishan.click(".form-failure .link");
    await ishan.waitForFunction(() => {
      return document.querySelector<HTMLInputElement>("#field-accentColor")?.value === "#7c1fff";
    });
  });
});

Deno.test("admin users - an admin adds, deactivates and takes it back; a manager looks on", async () => {
  await withDesk(async ({ open }) => {
    const [ishan, meera] = await Promise.all([open("ishan", "/users"), open("meera", "/users")]);
    assert.equal(await meera.locator("[data-new], [data-open], .cell-actions").count(), 0);
    await ishan.click("[data-new]");
    await ishan.fill("#field-name", "Noor Haddad");
    await ishan.click(".form-foot [type=submit]");
    assert.equal(await ishan.textContent("#field-login-below"), "Login is required");
    await ishan.fill("#field-login", "noor");
    await ishan.click(".choice-card:has([value=manager])");
    await ishan.uncheck("[data-field=properties] [name=properties]");
    await ishan.locator(".place", { hasText: "City Inn" }).click();
    await ishan.click(".form-foot [type=submit]");
    const row = (page: Page) => page.locator("tr[data-row]", { hasText: "Noor Haddad" });
    await row(meera).filter({ hasText: "Manager" }).filter({ hasText: "Sahyadri City Inn" }).waitFor();
    await row(ishan).locator(".cell-actions button").click();
    await row(meera).filter({ hasText: "Inactive" }).waitFor();
    await ishan.locator(".toast", { hasText: "inactive now" }).locator(".toast-undo").click();
    await row(meera).filter({ hasText: /Active/ }).waitFor();
    // Whoever is signed in does not lock themselves out.
    const own = ishan.locator("tr[data-row]", { hasText: "ishan" });
    assert.equal(await own.locator(".cell-actions button").count(), 0);
  });
});
