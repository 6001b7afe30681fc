import assert from "node:assert/strict";
import { withLive } from "./live_kit.ts";

const HOSTILE = `<img src=x onerror="window.broken=1"></title><script>window.broken=1</script>{{7*7}}`;
const ARABIC = "عبد الرحمن بن محمد الأنصاري من مدينة الرياض في المملكة العربية السعودية";
const LONG = "Wolfeschlegelsteinhausenbergerdorff".repeat(5);

Deno.test("live page - hostile text is text, whether it was read or arrives", async () => {
  await withLive(async ({ open, post, server }) => {
    await post("/guest-checkin/guest", { name: HOSTILE, propertyId: 1 });
    const meera = await open("meera");
    assert.equal((await meera.titles("guest"))[0], HOSTILE);
    await post("/tasks/task", { title: HOSTILE, propertyId: 1 });
    await meera.top("tasks", HOSTILE);
    const payload = { data: { name: HOSTILE, status: HOSTILE } };
    server.services.nats.publish("evt.1.1.guest.guest.created-by-somebody", JSON.stringify(payload));
    await meera.page.locator('[data-service="guest"]', { hasText: "created by somebody" }).waitFor();
    assert.equal(await meera.page.evaluate(() => "broken" in globalThis), false);
    assert.equal(await meera.page.locator(".cards img, .cards script").count(), 0);
  });
});

Deno.test("live page - the property filter changes what is shown and what arrives, on the same connection", async () => {
  await withLive(async ({ open, post, server }) => {
    const meera = await open("meera");
    const opened = () => server.services.connections.size;
    const before = opened();
    await meera.page.selectOption("#property", { label: "Sahyadri City Inn" });
    await meera.top("tasks", "Replace the lobby lamp");
    assert.deepEqual(await meera.titles("tasks"), ["Replace the lobby lamp"]);
    assert.equal(new URL(meera.page.url()).search, "?property=2");
    await post("/tasks/task", { title: "elsewhere", propertyId: 1 });
    await post("/tasks/task", { title: "here", propertyId: 2 });
    await meera.top("tasks", "here");
    assert.deepEqual(await meera.titles("tasks"), ["here", "Replace the lobby lamp"]);
    await meera.page.selectOption("#property", { label: "All properties" });
    // What was not shown meanwhile is there at once.
    await meera.page.locator('[data-service="tasks"] .row-title', { hasText: "elsewhere" }).waitFor();
    assert.equal((await meera.titles("tasks")).length, 5);
    assert.equal(opened(), before);
    await meera.page.goto(`${server.url}/live?property=2`);
    await meera.live();
    assert.deepEqual(await meera.titles("tasks"), ["here", "Replace the lobby lamp"]);
  });
});

Deno.test("live page - nothing moves under the pointer: what is new waits behind a button", async () => {
  await withLive(async ({ open, post }) => {
    const meera = await open("meera");
    const card = meera.page.locator('[data-service="tasks"]');
    const before = await meera.titles("tasks");
    await card.hover();
    for (const title of ["one", "two", "three"]) await post("/tasks/task", { title, propertyId: 1 });
    await card.locator(".chip", { hasText: "3 new" }).waitFor();
    assert.deepEqual(await meera.titles("tasks"), before);
    await card.locator(".chip").click();
    await meera.top("tasks", "three");
    assert.deepEqual(await meera.titles("tasks"), ["three", "two", "one", ...before]);
    await post("/tasks/task", { title: "four", propertyId: 1 });
    await card.locator(".chip", { hasText: "1 new" }).waitFor();
    await meera.page.mouse.move(1, 1);
    await meera.top("tasks", "four");
  });
});

Deno.test("live page - cards keep their size and place when data arrives", async () => {
  await withLive(async ({ open, post }) => {
    const meera = await open("leela");
    const shift = await meera.page.evaluateHandle(() => {
      const seen = { sum: 0 };
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) seen.sum += (entry as unknown as { value: number }).value;
      }).observe({ type: "layout-shift", buffered: true });
      return seen;
    });
    const boxes = () =>
      meera.page.locator(".card").evaluateAll((cards) => {
        return cards.map((card) => card.getBoundingClientRect().toJSON());
      });
    const before = await boxes();
    for (let i = 0; i < 12; i++) {
      await post("/reports/report", { startsOn: "2026-11-01", endsOn: "2026-11-30", propertyId: 1 }, {
        orgId: 2,
      });
    }
    await meera.page.locator('[data-service="reports"] .row').nth(11).waitFor({ state: "attached" });
    assert.deepEqual(await boxes(), before);
    // 0.1 is called good; a word in the pill is as much as may move here.
    const moved = await shift.evaluate(({ sum }) => sum);
    assert.ok(moved < 0.001, `layout shift of ${moved}`);
  });
});

Deno.test("live page - no inline script or style runs but those of the page itself", async () => {
  await withLive(async ({ open, server }) => {
    const answers = await Promise.all(["/sign-in", "/no-such-page"].map((path) => {
      return fetch(server.url + path, { headers: { accept: "text/html" } });
    }));
    for (const answer of answers) {
      const policy = answer.headers.get("content-security-policy") ?? "";
      assert.match(policy, /script-src 'self'/);
      assert.doesNotMatch(policy, /unsafe-inline|upgrade-insecure/);
      await answer.body?.cancel();
    }
    const { page } = await open("meera");
    // Put in by the tools of the browser, not by the page: the policy still holds for what it contains.
    await page.evaluate(() => {
      const script = document.createElement("script");
      script.textContent = "window.broken = 1";
      document.body.append(script);
    });
    assert.equal(await page.evaluate(() => "broken" in globalThis), false);
  }, { allowed: /Content Security Policy/ });
});

Deno.test("live page - on a phone everything fits, with names of any length and direction", async () => {
  await withLive(async ({ open, post }) => {
    for (const name of [LONG, ARABIC, HOSTILE]) await post("/guest-checkin/guest", { name, propertyId: 1 });
    const phone = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };
    const meera = await open("meera", phone);
    for (const name of [LONG, ARABIC]) await post("/tasks/task", { title: name, propertyId: 1 });
    await meera.top("tasks", ARABIC);
    const wide = await meera.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.equal(wide, 0);
    for (const path of ["/sign-in?again", "/no-such-page"]) {
      const response = await meera.page.goto(new URL(path, meera.page.url()).href);
      assert.ok(response);
      const over = await meera.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.equal(over, 0, path);
    }
  }, { allowed: /404/ });
});

Deno.test("live page - without script the latest records are there, and the filter works", async () => {
  await withLive(async ({ open }) => {
    const meera = await open("meera", { javaScriptEnabled: false });
    assert.ok((await meera.titles("finance")).includes("Revenue 11,800.00 INR"));
    assert.equal(await meera.page.locator(".pill").isVisible(), false);
    await meera.page.selectOption("#property", { label: "Sahyadri City Inn" });
    await meera.page.click("text=Show");
    assert.deepEqual(await meera.titles("tasks"), ["Replace the lobby lamp"]);
    await meera.page.click(".person");
    await meera.page.click("text=Sign out");
    await meera.page.waitForURL("**/sign-in");
  });
});

Deno.test("live page - the pill tells the transport, the last event and how long it took", async () => {
  await withLive(async ({ open, post }) => {
    const meera = await open("meera");
    await post("/tasks/task", { title: "measured", propertyId: 1 });
    await meera.top("tasks", "measured");
    await meera.page.click(".pill");
    const facts = await meera.page.locator("#connection-details").innerText();
    assert.match(facts, /Transport\s+WebSocket/);
    assert.match(facts, /Last event\s+just now/);
    assert.match(facts, /It took\s+[\d,.]+ m?s/);
    assert.match(facts, /Position\s+\d+/);
    await meera.page.keyboard.press("Escape");
    await meera.page.locator("#connection-details").waitFor({ state: "hidden" });
  });
});

Deno.test("live page - the theme that was chosen stays, and is there before anything is painted", async () => {
  await withLive(async ({ open }) => {
    const meera = await open("meera", { colorScheme: "light" });
    const background = () => meera.page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const light = await background();
    await meera.page.click(".person");
    await meera.page.click("text=Dark");
    const dark = await background();
    assert.notEqual(dark, light);
    await meera.page.addInitScript(() => {
      const seen = globalThis as unknown as { themes: (string | undefined)[] };
      seen.themes = [];
      new MutationObserver(() => document.body && seen.themes.push(document.documentElement.dataset.theme))
        .observe(document, { childList: true, subtree: true });
    });
    await meera.page.reload();
    await meera.live();
    assert.equal(await background(), dark);
    const themes = await meera.page.evaluate(() => (globalThis as unknown as { themes: string[] }).themes);
    assert.deepEqual([...new Set(themes)], ["dark"]);
  });
});

Deno.test("live page - it can be walked through by keyboard", async () => {
  await withLive(async ({ open }) => {
    const { page } = await open("meera");
    const focus = () => page.evaluate(() => document.activeElement?.className || document.activeElement?.id);
    const walk: unknown[] = [];
    for (let i = 0; i < 8; i++) {
      await page.keyboard.press("Tab");
      walk.push(await focus());
    }
    assert.deepEqual(walk, [
      "skip",
      "bar-home",
      "pill pill-live",
      "person",
      "select",
      "code",
      "button try-copy",
      "rows",
    ]);
    await page.locator(".skip").focus();
    await page.keyboard.press("Enter");
    assert.equal(new URL(page.url()).hash, "#main");
    await page.locator(".pill").focus();
    await page.keyboard.press("Enter");
    await page.locator("#connection-details").waitFor();
    await page.keyboard.press("Escape");
    assert.equal(await focus(), "pill pill-live");
  });
});

Deno.test("live page - the line to try makes something happen", async () => {
  await withLive(async ({ open, server }) => {
    const meera = await open("meera", { permissions: ["clipboard-read", "clipboard-write"] });
    await meera.page.click("text=Copy");
    await meera.page.locator("text=Copied").waitFor();
    const line = await meera.page.evaluate(() => navigator.clipboard.readText());
    assert.equal(line, await meera.page.locator(".code").textContent());
    assert.ok(line.startsWith(`curl -X POST ${server.url}/finance/revenue -d '`), line);
    await meera.page.mouse.move(1, 1);
    const { success } = await new Deno.Command("sh", { args: ["-c", line], stdout: "null", stderr: "null" })
      .output();
    assert.ok(success);
    await meera.top("finance", "Revenue 1,000.00 INR");
  });
});

Deno.test("live page - a page that is not there says so in the same looks", async () => {
  await withLive(async ({ visit }) => {
    const { page } = await visit("/no-such-page");
    assert.equal(await page.locator("h1").textContent(), "There is no such page");
    await page.click("text=To the first page");
    await page.waitForURL("**/sign-in");
  }, { allowed: /404/ });
});
