import assert from "node:assert/strict";
import { ROLLOUT_FLAG, STREAMING_FLAG } from "@/lib/flags/flags.ts";
import { until } from "../harness/live.ts";
import { withDesk } from "./admin_kit.ts";

const PATH = "/admin/flags";
/** What browsers say of an upgrade that is refused because streaming is off, and of a page that is. */
const REFUSED = /Failed to load resource|WebSocket connection to|inline script/;

Deno.test("admin flags - a percentage is shown as it is moved, and applied when it is meant", async () => {
  await withDesk(async ({ open, server }) => {
    const page = await open("ishan", PATH);
    await page.focus("#rollout-slider");
    await page.keyboard.press("ArrowLeft");
    assert.match(await page.getAttribute("#rollout-slider", "aria-valuetext") ?? "", /^99 percent, \d of 2 /);
    assert.equal(await page.inputValue("#rollout-percent"), "99");
    assert.equal(server.services.flags.values[ROLLOUT_FLAG], 100);
    await page.fill("#rollout-percent", "12.345");
    assert.match(await page.textContent("#rollout-below") ?? "", /at most two decimals/);
    assert.ok(await page.isDisabled(".rollout [type=submit]"));
    await page.fill("#rollout-percent", "12.34");
    await page.keyboard.press("Enter");
    assert.match(await page.textContent("dialog h2") ?? "", /from 100 % to 12.34 %/);
    // The way back has the focus.
    await page.locator("dialog :focus").waitFor();
    await page.keyboard.press("Enter");
    await page.locator("dialog").waitFor({ state: "detached" });
    assert.equal(server.services.flags.values[ROLLOUT_FLAG], 100);
    await page.click(".rollout [type=submit]");
    await page.click(".button-danger");
    await until("the percentage", () => server.services.flags.values[ROLLOUT_FLAG] === 12.34);
    await page.locator(".toast", { hasText: "12.34 %" }).waitFor();
  }, REFUSED);
});

Deno.test("admin flags - what one operator switches, another sees, with who it was", async () => {
  await withDesk(async ({ open, server }) => {
    const [one, other] = await Promise.all([open("ishan", PATH), open("ishan", PATH)]);
    await one.click(`[data-flag="${STREAMING_FLAG}"] [role=switch]`);
    await one.locator("dialog").waitFor();
    await one.click(".button-danger");
    await other.locator(`[data-flag="${STREAMING_FLAG}"] [aria-checked=false]`).waitFor();
    await other.locator("tbody tr", { hasText: "on → off" }).filter({ hasText: "ishan" }).waitFor();
    await one.locator(".pill-polling").waitFor();
    // Nothing is taken away by turning it on.
    await other.click(`[data-flag="${STREAMING_FLAG}"] [role=switch]`);
    await until("streaming", () => server.services.flags.values[STREAMING_FLAG]);
    assert.equal(await other.locator("dialog").count(), 0);
  }, REFUSED);
});

Deno.test("admin flags - a change that does not reach the server stays in question, in words", async () => {
  await withDesk(async ({ open, server }) => {
    const page = await open("ishan", PATH);
    await page.context().setOffline(true);
    await page.click(`[data-flag="${STREAMING_FLAG}"] [role=switch]`);
    await page.click(".button-danger");
    await page.locator("dialog [role=alert]", { hasText: "cannot be reached" }).waitFor();
    assert.ok(server.services.flags.values[STREAMING_FLAG]);
    await page.context().setOffline(false);
    await page.click(".button-danger");
    await until("no streaming", () => !server.services.flags.values[STREAMING_FLAG]);
  }, REFUSED);
});

Deno.test("admin flags - the page is for operators, and so is the way to it", async () => {
  await withDesk(async ({ open }) => {
    const page = await open("meera", "/finance");
    assert.equal(await page.locator('[data-page="flags"]').count(), 0);
    const response = await page.goto(new URL(PATH, page.url()).href);
    assert.equal(response?.status(), 403);
    assert.equal(await page.textContent("h1"), "This is not yours to see");
  }, REFUSED);
});
