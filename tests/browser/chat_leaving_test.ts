// What is left of somebody's words and of the keyboard's place where something ends: a room, a session, a dialog.
import assert from "node:assert/strict";
import type { Locator } from "playwright-core";
import { call } from "../harness/live.ts";
import { chatTab, isLive, message, newTopic, say, writing } from "./chat_kit.ts";
import { browserTests, NETWORK_FAILURES, type Person, type Scene } from "./kit.ts";
import type { Tab } from "./tab.ts";

const { run } = browserTests();

/** What pages have left in the browser of what was not sent. */
function unsent({ page }: Tab): Promise<string> {
  return page.evaluate(() =>
    Object.entries(localStorage).filter(([key]) => key.startsWith("innstream.chat.outgoing."))
      .map(([, text]) => text).join()
  );
}

async function hasFocus({ page }: Tab, element: Locator): Promise<void> {
  await element.and(page.locator(":focus")).waitFor();
}

/** Somebody who wrote in a topic that was deleted before it could be sent. */
async function goneWith(scene: Scene, person: Person, text: string): Promise<Tab> {
  const room = await newTopic(scene, "Soon gone", { members: ["tomas"] });
  const tab = await chatTab(person, room);
  await person.context.setOffline(true);
  await say(tab, text);
  await tab.page.locator('[data-outgoing="waiting"]').waitFor();
  const token = await scene.server.token({ sub: "meera", properties: "*" });
  const path = `${scene.server.url}/v2/collaboration/rooms/${room}`;
  assert.equal((await call(path, { token, method: "DELETE" })).status, 204);
  await person.context.setOffline(false);
  await tab.page.getByText("This room is not there").waitFor();
  return tab;
}

Deno.test(
  "chat leaving - what was written in a room that is gone can be taken elsewhere, or discarded",
  run(async (scene) => {
    const tab = await goneWith(scene, await scene.person("tomas"), "Two hundred chairs");
    const left = tab.page.locator(".chat-unsent li", { hasText: "Two hundred chairs" });
    await left.getByRole("button", { name: "Copy text" }).waitFor();
    await tab.page.reload();
    await left.getByRole("button", { name: "Discard" }).click();
    await left.waitFor({ state: "detached" });
    assert.equal(await unsent(tab), "");
  }, { allowed: NETWORK_FAILURES }),
);

Deno.test(
  "chat leaving - who signs out leaves none of their words in the browser; who could not sign out keeps them",
  run(async (scene) => {
    const person = await scene.person("tomas");
    const tab = await goneWith(scene, person, "The safe of 204 opens with");
    const { page } = tab;
    const signOut = async () => {
      await page.getByRole("button", { name: /: menu$/ }).click();
      await page.getByRole("button", { name: "Sign out" }).click();
    };
    await page.route("**/sign-out", (route) => route.abort());
    await signOut();
    // What the browser shows in the place of a page.
    await page.waitForURL(/^chrome-error:/);
    await page.goto(`${scene.server.url}/chat`);
    await isLive(tab);
    assert.match(await unsent(tab), /The safe of 204/);
    await page.unroute("**/sign-out");
    await signOut();
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    await page.waitForFunction(() => !JSON.stringify(localStorage).includes("The safe of 204"));
  }, { allowed: NETWORK_FAILURES }),
);

Deno.test(
  "chat leaving - the keyboard goes on where it was when an answer, a search or a menu is closed",
  run(async (scene) => {
    const room = await newTopic(scene, "Focus");
    const tab = await chatTab(await scene.person("meera"), room);
    const { page } = tab;
    await say(tab, "The lift stands still");
    const said = message(tab, "The lift stands still");
    await said.focus();
    await page.keyboard.press("Enter");
    await page.getByRole("menuitem", { name: "Reply" }).press("Enter");
    await page.getByRole("button", { name: "Do not reply" }).press("Enter");
    await page.getByRole("button", { name: "Do not reply" }).waitFor({ state: "detached" });
    await hasFocus(tab, writing(page));
    const search = page.getByRole("button", { name: "Search in this room" });
    await search.press("Enter");
    const field = page.locator(".chat-search").getByRole("searchbox");
    await field.press("Escape");
    await field.waitFor({ state: "detached" });
    await hasFocus(tab, search);
    await page.getByRole("article", { name: /^You, \d\d:\d\d: The lift stands still$/ }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("menuitem", { name: "Reply" }).press("Escape");
    await hasFocus(tab, said);
  }),
);
