// Every page without a mouse.
import assert from "node:assert/strict";
import { browserTests } from "./kit.ts";
import { axe, DESK, MADE, OPERATOR } from "./pages_kit.ts";
import type { Tab } from "./tab.ts";

const { run } = browserTests();

/** A walk through a page that takes more steps than this does not end. */
const STEPS_MAX = 200;

/** Lines of each list that are gone through: the others are the same. */
const ROWS_MAX = 3;

/** Walks with Tab from the top to the end. Answers what cannot be come to, and what does not show that it has the focus. */
async function walk({ page }: Tab): Promise<{ steps: number; wrong: string[] }> {
  await page.evaluate((rowsMax) => {
    const lists = new Set([...document.querySelectorAll("[data-row]")].map((row) => row.parentElement!));
    for (const list of lists) {
      // They keep their room: what is below them does not come into sight, which would load more.
      for (const row of [...list.children].slice(rowsMax)) (row as HTMLElement).style.visibility = "hidden";
    }
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
          const isShown = [element, ...element.parentElement ? [element.parentElement] : []].some((one) => {
            return [undefined, "::before", "::after"].some((pseudo) => {
              const { outlineStyle, outlineWidth } = getComputedStyle(one, pseudo);
              return outlineStyle !== "none" && outlineWidth !== "0px";
            });
          });
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
  }, ROWS_MAX);
  const wrong: string[] = [];
  await page.keyboard.press("Tab");
  // deno-lint-ignore no-explicit-any
  if (await page.evaluate(() => (globalThis as any).walked.note()) !== "") wrong.push("no skip link");
  if (!await page.locator(".skip:focus").isVisible()) wrong.push("the skip link is not the first");
  let steps = 1;
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

for (const [i, { name, path }] of MADE.entries()) {
  Deno.test(
    `pages keyboard - ${name} can be gone through, and used, without a mouse`,
    run(async (scene) => {
      const person = await scene.person(OPERATOR, { viewport: DESK, reducedMotion: "reduce" });
      const tab = await person.tab(path);
      const { page } = tab;
      const { steps, wrong } = await walk(tab);
      assert.deepEqual(wrong, []);
      assert.ok(steps > MADE.length, "skip link and rail at least");
      await page.locator(".skip").focus();
      await page.keyboard.press("Enter");
      assert.equal(await page.evaluate(() => document.activeElement!.id), "main");
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
      // Each page leads to the next one, so that each is come to once.
      const next = MADE[(i + 1) % MADE.length]!;
      await page.keyboard.press("g");
      await page.keyboard.press(next.letter);
      await page.waitForURL(`**${next.path}`);
      await page.locator(`main[data-page="${next.name}"]`).waitFor();
    }),
  );
}
