// Chat with much in it, on every screen, and for everybody.
import assert from "node:assert/strict";
import { chatTab, fillRoom, HOUSE, message, newTopic, say, writing } from "./chat_kit.ts";
import { browserTests, type Scene } from "./kit.ts";
import { axe, DESK, overhang, PHONE } from "./pages_kit.ts";
import type { Tab } from "./tab.ts";

const { run } = browserTests();

const MANY = 10_000;
/** Elements of the list of messages, however many there are. */
const ELEMENTS_MAX = 2_500;
/** All of them are loaded page by page. */
const LOAD_MS = 60_000;
/** What is drawn may be off by the rounding of the screen. */
const SAME_PX = 2;

const LOOKS = [[DESK, "light"], [PHONE, "dark"]] as const;

async function longRoom(scene: Scene, name: string, count: number): Promise<string> {
  const room = await newTopic(scene, name, { members: ["tomas"] });
  await fillRoom(scene, room, count);
  return room;
}

function elements({ page }: Tab): Promise<number> {
  return page.locator(".chat-scroll").evaluate((list) => list.querySelectorAll("*").length);
}

/** The message at the top of the view, and where it stands in it. */
function topMost({ page }: Tab): Promise<{ seq: number; y: number }> {
  return page.locator(".chat-scroll").evaluate((list) => {
    const { top } = list.getBoundingClientRect();
    const first = [...list.querySelectorAll<HTMLElement>("[data-message]")]
      .find((row) => row.getBoundingClientRect().bottom > top + 1)!;
    return { seq: Number(first.dataset.message), y: first.getBoundingClientRect().top - top };
  });
}

async function oldest({ page }: Tab): Promise<number> {
  const seqs = await page.locator("[data-message]").evaluateAll((all) =>
    all.map((one) => (one as HTMLElement).dataset.message)
  );
  return Math.min(...seqs.map(Number));
}

Deno.test(
  "chat long - of ten thousand messages few are drawn, and looking through them never loses the place",
  run(async (scene) => {
    const room = await longRoom(scene, "Ten thousand", MANY);
    const tab = await chatTab(await scene.person("meera", { viewport: DESK, reducedMotion: "reduce" }), room);
    const { page } = tab;
    // Where unread ones begin is not loaded: the list begins at its end.
    await page.locator(`[data-message="${MANY}"]`).waitFor();
    const scroller = page.locator(".chat-scroll");
    await page.getByRole("button", { name: "Search in this room" }).click();
    await page.locator(".chat-search").getByRole("searchbox").fill("where it all began");
    const asked = performance.now();
    await page.locator(".chat-found").click();
    await page.locator('.chat-message-found[data-message="1"]').waitFor({ timeout: LOAD_MS });
    console.log(`loaded ${MANY} messages in ${((performance.now() - asked) / 1000).toFixed(1)} s`);
    assert.ok(await elements(tab) < ELEMENTS_MAX);
    const began = performance.now();
    const frames = await scroller.evaluate(async (list) => {
      const { scrollHeight } = list;
      let [count, longest, before] = [0, 0, performance.now()];
      for (let at = 0; at <= 1; at += 0.02) {
        list.scrollTop = at * scrollHeight;
        await new Promise(requestAnimationFrame);
        const now = performance.now();
        longest = Math.max(longest, now - before);
        before = now;
        count++;
      }
      // Rows that were estimated are higher or lower by now.
      list.scrollTop = list.scrollHeight;
      return { count, longest };
    });
    const took = performance.now() - began;
    console.log(
      `${frames.count} jumps in ${took.toFixed(0)} ms, the longest frame ${frames.longest.toFixed(0)} ms`,
    );
    const most = await elements(tab);
    console.log(`${most} elements for ${MANY} messages`);
    assert.ok(most < ELEMENTS_MAX);
    await page.locator(`[data-message="${MANY}"]`).waitFor();
  }),
);

Deno.test(
  "chat long - what is read stays where it is while earlier messages load and new ones come, and after a reload",
  run(async (scene) => {
    const room = await longRoom(scene, "Place", 400);
    const meera = await chatTab(
      await scene.person("meera", { viewport: DESK, reducedMotion: "reduce" }),
      room,
    );
    const tomas = await chatTab(await scene.person("tomas"), room);
    const { page } = meera;
    await page.bringToFront();
    await page.locator('[data-message="400"]').waitFor();
    const scroller = page.locator(".chat-scroll");
    const first = await oldest(meera);
    await scroller.evaluate((list) => list.scrollTop = 700);
    const before = await topMost(meera);
    await page.waitForFunction((first) => {
      const { scrollHeight, scrollTop } = document.querySelector(".chat-scroll")!;
      const seqs = [...document.querySelectorAll<HTMLElement>("[data-message]")];
      return Math.min(...seqs.map((one) => Number(one.dataset.message))) < first && scrollTop > 900 &&
        scrollHeight > 0;
    }, first);
    const after = await topMost(meera);
    assert.equal(after.seq, before.seq);
    assert.ok(Math.abs(after.y - before.y) <= SAME_PX, `${before.y} ${after.y}`);
    await say(tomas, "While you read");
    await page.getByRole("button", { name: "1 new message" }).waitFor();
    const still = await topMost(meera);
    assert.deepEqual([still.seq, Math.round(still.y)], [after.seq, Math.round(after.y)]);
    // Until the page has kept where it is.
    await page.reload();
    await page.locator(`[data-message="${still.seq}"]`).waitFor();
    await page.waitForFunction(({ seq, y }) => {
      const list = document.querySelector(".chat-scroll")!;
      const row = list.querySelector(`[data-message="${seq}"]`);
      if (row === null) return false;
      return Math.abs(row.getBoundingClientRect().top - list.getBoundingClientRect().top - y) < 3;
    }, still);
    await page.locator(".chat-to-end").click();
    await message(meera, "While you read").waitFor();
    await page.locator(".chat-to-end").waitFor({ state: "detached" });
  }),
);

Deno.test(
  "chat long - arrow keys go from message to message, and one that is answered is found however far back",
  run(async (scene) => {
    const room = await longRoom(scene, "Far back", 300);
    const tab = await chatTab(await scene.person("meera", { viewport: DESK, reducedMotion: "reduce" }), room);
    const { page } = tab;
    await page.locator('[data-message="300"]').focus();
    for (let step = 0; step < 5; step++) await page.keyboard.press("ArrowUp");
    assert.equal(await page.evaluate(() => (document.activeElement as HTMLElement).dataset.message), "295");
    await page.getByRole("button", { name: "Search in this room" }).click();
    await page.locator(".chat-search").getByRole("searchbox").fill("line 17");
    await page.locator(".chat-found").last().click();
    await page.locator('.chat-message-found[data-message="17"]').waitFor();
  }),
);

Deno.test(
  "chat long - axe has nothing serious against it, and it fits a phone, light and dark",
  run(async (scene) => {
    const [meera, tomas] = await Promise.all(["meera", "tomas"].map(async (who) => {
      return await chatTab(await scene.person(who, { viewport: DESK, reducedMotion: "reduce" }), HOUSE);
    })) as [Tab, Tab];
    const { page } = meera;
    await say(tomas, "A first line, with https://example.com");
    await message(meera, "A first line, with https://example.com").waitFor();
    await say(meera, "An answer");
    await message(meera, "An answer").waitFor();
    await writing(tomas.page).pressSequentially("I am wri");
    const found: string[] = [];
    const look = async (where: string, looks: readonly (typeof LOOKS)[number][]) => {
      for (const [viewport, scheme] of looks) {
        await page.setViewportSize(viewport);
        await page.emulateMedia({ colorScheme: scheme });
        const wrong = [...await axe(meera), ...await overhang(meera)];
        found.push(...wrong.map((text) => `${where} ${viewport.width} ${scheme}: ${text}`));
      }
      await page.setViewportSize(DESK);
    };
    await look("room", LOOKS);
    await message(meera, "An answer").focus();
    await page.keyboard.press("Enter");
    await look("menu", LOOKS.slice(0, 1));
    await page.keyboard.press("Escape");
    await writing(page).pressSequentially("@");
    await page.getByRole("listbox", { name: "People" }).waitFor();
    await look("names", LOOKS.slice(1));
    await page.keyboard.press("Escape");
    await writing(page).fill("");
    await page.getByRole("button", { name: "New topic" }).click();
    await page.getByRole("dialog").getByRole("checkbox").first().waitFor();
    await look("topic", LOOKS.slice(0, 1));
    assert.deepEqual(found, []);
  }),
);

Deno.test(
  "chat long - on a phone there is the list or the room, with a way back, and the field at the foot",
  run(async (scene) => {
    const person = await scene.person("tomas", { viewport: PHONE, hasTouch: true, isMobile: true });
    const tab = await chatTab(person);
    const { page } = tab;
    await page.locator(`[data-room="${HOUSE}"] a`).tap();
    await writing(page).waitFor();
    assert.equal(await page.locator(".chat-list").isVisible(), false);
    assert.equal(await page.locator(".foot").isVisible(), false);
    const box = (await page.locator(".chat-composer").boundingBox())!;
    assert.ok(Math.abs(box.y + box.height - PHONE.height) <= 1, JSON.stringify(box));
    // As high as what the keyboard leaves.
    await page.setViewportSize({ ...PHONE, height: 420 });
    await page.waitForFunction(() => {
      return Math.abs(document.querySelector(".chat-composer")!.getBoundingClientRect().bottom - 420) <= 1;
    });
    await page.setViewportSize(PHONE);
    await page.getByRole("link", { name: "Back to the rooms" }).tap();
    await page.locator(".chat-list").waitFor();
    assert.ok(await page.locator(".foot").isVisible());
  }),
);
