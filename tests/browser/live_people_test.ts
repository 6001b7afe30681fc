import assert from "node:assert/strict";
import { SERVICE_NAMES } from "@/lib/protocol/services.ts";
import { NETWORK_FAILURES, type Window, withLive } from "./live_kit.ts";

async function cardsOf({ page }: Window): Promise<(string | null)[]> {
  const cards = await page.locator(".card").all();
  return await Promise.all(cards.map((card) => card.getAttribute("data-service")));
}

Deno.test("live people - everyone sees their organisation and the services of their role", async () => {
  await withLive(async ({ open }) => {
    const meera = await open("meera");
    assert.deepEqual(await cardsOf(meera), SERVICE_NAMES);
    assert.equal(await meera.page.locator(".bar-org").textContent(), "Sahyadri Hotels");
    assert.ok((await meera.titles("guest")).includes("Elena Marchetti"));
    assert.equal(await meera.page.locator(".try").count(), 1);

    const tomas = await open("tomas");
    assert.deepEqual(await cardsOf(tomas), [
      "guest",
      "staff",
      "tasks",
      "properties",
      "dashboard",
      "branding",
    ]);
    const guests = await tomas.titles("guest");
    assert.ok(guests.includes("Rohan Kapadia") && !guests.includes("Priya Nambiar"), "property 1 only");
    assert.equal(await tomas.page.locator(".try").count(), 0);

    const leela = await open("leela");
    assert.equal(await leela.page.locator(".bar-org").textContent(), "Lagoon Group");
    assert.ok((await leela.titles("guest")).includes("Grace Whitfield"));
  });
});

Deno.test("live people - what happens shows in the right card of those who may see it, and of nobody else", async () => {
  await withLive(async ({ open, post, server }) => {
    const [meera, tomas, leela] = await Promise.all([open("meera"), open("tomas"), open("leela")]);
    await post("/finance/revenue", { amount: 1000, propertyId: 1 });
    await meera.top("finance", "Revenue 1,000.00 INR");
    await post("/tasks/task", { title: "Polish the brass", propertyId: 1 });
    await post("/tasks/task", { title: "Repair the gate", propertyId: 2 });
    await meera.top("tasks", "Repair the gate");
    await tomas.top("tasks", "Polish the brass");
    // Another service publishes without us.
    const payload = { data: { name: "Noor Haddad", status: "checked_in" } };
    server.services.nats.publish("evt.1.1.guest.guest.updated", JSON.stringify(payload));
    await Promise.all([meera, tomas].map((window) => window.top("guest", "Noor Haddad")));
    // The same property id in the other organisation is another property.
    await post("/tasks/task", { title: "Feed the ducks", propertyId: 1 }, { orgId: 2 });
    await leela.top("tasks", "Feed the ducks");
    const seen = async (window: Window) => [...await window.titles("tasks"), ...await window.titles("guest")];
    assert.ok(!(await seen(leela)).some((title) => /brass|gate|Noor/.test(title)));
    assert.ok(!(await seen(meera)).includes("Feed the ducks"));
    assert.ok(!(await seen(tomas)).some((title) => /gate|ducks/.test(title)));
  });
});

Deno.test("live people - signing out ends the session of every open page", async () => {
  await withLive(async ({ open }) => {
    const meera = await open("meera");
    const second = await meera.context.newPage();
    await second.goto(meera.page.url());
    await second.click(".person");
    await second.click("text=Sign out");
    await second.waitForURL("**/sign-in");
    await second.goBack();
    await second.waitForURL("**/sign-in**");
    // The first page notices when it next has to connect.
    await meera.context.setOffline(true);
    await meera.page.locator(".pill-offline").waitFor();
    await meera.context.setOffline(false);
    await meera.page.locator(".pill-signed_out").waitFor();
    await meera.page.click(".notice a");
    await meera.page.waitForURL("**/sign-in**");
    await meera.page.click('button[value="meera"]');
    await meera.live();
  }, { allowed: NETWORK_FAILURES });
});

Deno.test("live people - a session that runs out is announced, and ends in words", async () => {
  await withLive(async ({ visit, server }) => {
    const { page, context } = await visit("/sign-in");
    const token = await server.token({ sub: "meera", name: "Meera Deshpande" }, 4);
    await context.addCookies([{ name: "token", value: token, url: server.url }]);
    await page.goto(`${server.url}/live`);
    await page.locator(".notice", { hasText: "ends in a minute" }).waitFor();
    await page.locator(".pill-signed_out").waitFor();
    await page.locator(".notice", { hasText: "Your session has ended" }).waitFor();
  });
});

Deno.test("live people - a page leads through sign-in and back, and never to another site", async () => {
  await withLive(async ({ visit, server }) => {
    const window = await visit("/live?property=2");
    assert.equal(new URL(window.page.url()).pathname, "/sign-in");
    await window.page.click('button[value="meera"]');
    await window.live();
    assert.equal(window.page.url(), `${server.url}/live?property=2`);
    const lured = await visit("/sign-in?next=//evil.example/");
    await lured.page.click('button[value="meera"]');
    await lured.page.waitForURL(`${server.url}/live`);
  });
});

Deno.test("live people - without the demo nobody is offered a sign-in, or let in by one", async () => {
  await withLive(async ({ server, open }) => {
    const real = await server.another({ demo: false });
    try {
      const html = await (await fetch(`${real.url}/sign-in`)).text();
      assert.match(html, /identity provider/);
      assert.doesNotMatch(html, /Meera/);
      const body = new URLSearchParams({ user: "meera", next: "/live" });
      const refused = await fetch(`${real.url}/sign-in`, { method: "POST", body, redirect: "manual" });
      assert.deepEqual([refused.status, refused.headers.get("set-cookie")], [400, null]);
      await refused.body?.cancel();
      const live = await fetch(`${real.url}/live`, { headers: { cookie: `token=${await server.token()}` } });
      assert.match(await live.text(), /Bearer \$TOKEN/);
    } finally {
      await real.stop();
    }
    const forged = await fetch(`${server.url}/sign-in`, {
      method: "POST",
      headers: { origin: "https://evil.example", "sec-fetch-site": "cross-site" },
      body: new URLSearchParams({ user: "meera" }),
    });
    assert.equal(forged.status, 403);
    await forged.body?.cancel();
    await open("leela");
  });
});
