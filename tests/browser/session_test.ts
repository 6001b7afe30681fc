// How a session goes on and ends on pages that are open.
import assert from "node:assert/strict";
import { SESSION_MAX_S } from "@/services/auth/refresh.ts";
import { TOKEN_COOKIE } from "@/services/http/authenticate.ts";
import { call, until } from "../harness/live.ts";
import { browserTests, NETWORK_FAILURES, type Person } from "./kit.ts";

const { run } = browserTests();

/** So short that the server warns of its end at once. */
const SHORT_S = 30;
const FAILS = { allowed: NETWORK_FAILURES };

async function cookieOf({ context }: Person): Promise<string | undefined> {
  return (await context.cookies()).find(({ name }) => name === TOKEN_COOKIE)?.value;
}

Deno.test(
  "session - one that ends soon is renewed on the socket as it stands",
  run(async (scene) => {
    const { totalConnections } = await scene.metrics();
    const meera = await scene.person("meera", { lifeS: SHORT_S });
    const before = await cookieOf(meera);
    const tab = await meera.tab();
    await until("another cookie", async () => await cookieOf(meera) !== before);
    const { claims } = await scene.server.services.tokens.read((await cookieOf(meera))!) as {
      claims: { exp: number; sub: string };
    };
    assert.equal(claims.sub, "meera");
    assert.ok(claims.exp - Date.now() / 1000 > 60 * 60, "it lasts for a shift");
    await scene.revenue("renewed");
    await tab.shows("renewed");
    assert.equal(await tab.page.locator(".notice").count(), 0);
    assert.equal((await scene.metrics()).totalConnections, totalConnections + 1);
  }),
);

Deno.test(
  "session - one that cannot be renewed ends in words, with a way to sign in and back",
  run(async (scene) => {
    const sessionAt = Math.floor(Date.now() / 1000) - SESSION_MAX_S;
    const meera = await scene.person("meera", { lifeS: SHORT_S, sessionAt });
    const tab = await meera.tab("/finance?view=expenses", "signed_out");
    await tab.page.locator(".notice", { hasText: "Your session has ended" }).waitFor();
    await tab.page.click(".notice a");
    await tab.page.waitForURL("**/sign-in**");
    await tab.page.click('button[value="meera"]');
    await tab.page.waitForURL("**/finance?view=expenses");
    await tab.is("live");
  }, FAILS),
);

Deno.test(
  "session - signing out in one tab ends the others",
  run(async (scene) => {
    const meera = await scene.person("meera");
    const [first, second] = [await meera.tab(), await meera.tab()];
    await second.page.click(".person");
    await second.page.click("text=Sign out");
    await second.page.waitForURL("**/sign-in");
    await second.page.goBack();
    await second.page.waitForURL("**/sign-in**");
    await first.is("signed_out");
    await scene.connections(0);
  }, FAILS),
);

Deno.test(
  "session - one that an admin revokes ends on every page of the person, and only there; signing in again helps",
  run(async (scene) => {
    const [meera, ishan] = [await scene.person("meera"), await scene.person("ishan")];
    const [finance, chat, other] = [await meera.tab(), await meera.tab("/chat"), await ishan.tab()];
    const token = await scene.server.token({ sub: "ishan", role: "admin" });
    const asked = { token, json: { userId: "meera" } };
    assert.equal((await call(`${scene.server.url}/auth/revoke`, asked)).status, 204);
    await finance.is("signed_out");
    await chat.is("signed_out");
    await scene.connections(1);
    await other.is("live");
    await finance.page.click(".notice a");
    await finance.page.waitForURL("**/sign-in**");
    // What is issued within the second of the revocation counts as issued before it.
    await until("she is in again", async () => {
      await finance.page.click('button[value="meera"]');
      await finance.page.waitForLoadState();
      return new URL(finance.page.url()).pathname !== "/sign-in";
    });
    await finance.is("live");
  }, FAILS),
);

Deno.test(
  "session - a page leads through sign-in and back, and never to another site",
  run(async (scene) => {
    const nobody = await scene.person(null);
    const { page } = await nobody.tab("/finance?property=2", "none");
    assert.equal(new URL(page.url()).pathname, "/sign-in");
    await page.click('button[value="meera"]');
    await page.waitForURL(`${scene.server.url}/finance?property=2`);
    const lured = await (await scene.person(null)).tab("/sign-in?next=//evil.example/", "none");
    await lured.page.click('button[value="meera"]');
    await lured.page.waitForURL(`${scene.server.url}/overview`);
  }),
);

Deno.test(
  "session - a page of somebody whose browser is another's by now shows them nothing, and takes nothing from them",
  run(async (scene) => {
    const meera = await scene.person("meera");
    const before = await meera.tab();
    await meera.signInAs("leela");
    const after = await meera.tab();
    await scene.connections(2);
    await scene.revenue("of one 1", { orgId: 1 });
    await scene.revenue("of another 1", { orgId: 2 });
    await before.shows("of one 1");
    await after.shows("of another 1");
    // The page that was there before must connect again, which the browser now does as somebody else.
    await meera.context.setOffline(true);
    await before.is("offline");
    await meera.context.setOffline(false);
    await after.is("live");
    await scene.revenue("of another 2", { orgId: 2 });
    await after.shows("of another 2");
    await before.is("signed_out");
    assert.deepEqual(await before.rowsOf("of another"), []);
    // Both organisations have a property 1.
    await before.page.keyboard.press("n");
    await before.page.fill("#field-amount", "1");
    await before.page.fill("#field-description", "of another 3");
    await before.page.selectOption("#field-propertyId", "1");
    await before.page.keyboard.press("Enter");
    await before.page.locator('dialog[open] [role="alert"]').waitFor();
    const token = await scene.server.token({ orgId: 2 });
    const { json } = await call(`${scene.server.url}/finance/revenue`, { token });
    assert.equal(json.items[0].description, "of another 2");
    await scene.connections(1);
  }, FAILS),
);
