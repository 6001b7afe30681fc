// Every page without a mouse.
import assert from "node:assert/strict";
import { browserTests } from "./kit.ts";
import { axe, DESK, MADE, OPERATOR } from "./pages_kit.ts";
import type { Tab } from "./tab.ts";

const { run } = browserTests();

/** A walk through a page that takes more steps than this does not end. */
const STEPS_MAX = 600;

/** Walks with Tab from the top to the end. Answers what cannot be come to, and what does not show that it has the focus. */
async function walk({ page }: Tab): Promise<{ steps: number; wrong: string[] }> {
  await page.evaluate(() => {
    const wanted = [...document.querySelectorAll<HTMLElement>("a[href], button, input, select, textarea")];
    const seen = new Set<Element>();
    // A group of radio buttons is one step.
    const groups = new Set<string>();
    Object.assign(globalThis, {
      walked: {
        note(): string | null {
          const element = document.activeElement as HTMLElement | null;
          if (element === null || element === document.body || seen.has(element)) return null;
          seen.add(element);
          if (element instanceof HTMLInputElement && element.type === "radio") groups.add(element.name);
          const { outlineStyle, boxShadow, outlineWidth } = getComputedStyle(element);
          const isShown = outlineStyle !== "none" && outlineWidth !== "0px" || boxShadow !== "none";
          return isShown ? "" : `no focus to be seen: ${element.outerHTML.slice(0, 120)}`;
        },
        missed(): string[] {
          const missed = wanted.filter((element) => {
            if (seen.has(element) || !element.isConnected || element.matches(":disabled")) return false;
            if (!element.checkVisibility({ visibilityProperty: true })) return false;
            if (element.closest("[inert]") !== null || element.tabIndex < 0) return false;
            return !(element instanceof HTMLInputElement && groups.has(element.name));
          });
          return missed.map((element) => `never reached: ${element.outerHTML.slice(0, 120)}`);
        },
      },
    });
  });
  const wrong: string[] = [];
  let steps = 0;
  for (; steps < STEPS_MAX; steps++) {
    await page.keyboard.press("Tab");
    // deno-lint-ignore no-explicit-any
    const noted: string | null = await page.evaluate(() => (globalThis as any).walked.note());
    if (noted === null) break;
    if (noted !== "") wrong.push(noted);
  }
  // deno-lint-ignore no-explicit-any
  wrong.push(...await page.evaluate(() => (globalThis as any).walked.missed()) as string[]);
  return { steps, wrong };
}

for (const { name, path, letter } of MADE) {
  Deno.test(
    `pages keyboard - ${name} can be gone through, and used, without a mouse`,
    run(async (scene) => {
      const person = await scene.person(OPERATOR, { viewport: DESK, reducedMotion: "reduce" });
      const tab = await person.tab(path);
      const { page } = tab;
      await page.keyboard.press("Tab");
      assert.equal(await page.evaluate(() => document.activeElement!.className), "skip");
      await page.keyboard.press("Enter");
      assert.equal(await page.evaluate(() => document.activeElement!.id), "main");
      await page.evaluate(() => (document.activeElement as HTMLElement).blur());
      await page.goto(scene.server.url + path);
      await tab.is("live");
      const { steps, wrong } = await walk(tab);
      assert.deepEqual(wrong, []);
      assert.ok(steps > MADE.length, "skip link and rail at least");
      await page.locator(`.rail [data-page="${name}"]`).focus();
      await page.keyboard.press("?");
      await page.locator("dialog[open]").waitFor();
      await page.keyboard.press("Escape");
      await page.locator("dialog[open]").waitFor({ state: "detached" });
      if (await page.locator("[data-search]:visible").count() > 0) {
        await page.keyboard.press("/");
        assert.ok(await page.evaluate(() => document.activeElement!.hasAttribute("data-search")));
        await page.locator(`.rail [data-page="${name}"]`).focus();
      }
      if (await page.locator("[data-new]:visible").count() > 0) {
        await page.keyboard.press("n");
        await page.locator("dialog[open]").waitFor();
        const isInside = () => document.querySelector("dialog[open]")!.contains(document.activeElement);
        assert.ok(await page.evaluate(isInside), "the focus goes into the form");
        assert.deepEqual(await axe(tab), []);
        await page.keyboard.press("Escape");
        await page.locator("dialog[open]").waitFor({ state: "detached" });
        const here = await page.evaluate(() => document.activeElement!.getAttribute("data-page"));
        assert.equal(here, name, "the focus is where it was");
      }
      const other = MADE.find((one) => one.name !== name)!;
      await page.keyboard.press("g");
      await page.keyboard.press(other.letter);
      await page.waitForURL(`**${other.path}`);
      await page.locator(`main[data-page="${other.name}"]`).waitFor();
      await tab.is("live");
      await page.keyboard.press("g");
      await page.keyboard.press(letter);
      await page.waitForURL(`**${path}`);
    }),
  );
}
