// Every page as it is loaded, and as data comes in: without script, under its policy, and without a jump.
import assert from "node:assert/strict";
import { PAGES } from "@/lib/ui/pages.ts";
import { browserTests, type Scene } from "./kit.ts";
import { DESK, HOSTILE, MADE, OPERATOR, PHONE, seedHostile } from "./pages_kit.ts";
import type { Tab } from "./tab.ts";

const { run } = browserTests({ prepare: seedHostile });

/** Of the layout shift score; below 0.1 nobody calls it bad. */
const SHIFT_MAX = 0.01;

async function shiftOf({ page }: Tab): Promise<{ shift: number; moved: string[] }> {
  return await page.evaluate(async () => {
    await Promise.all(document.getAnimations().map(({ finished }) => finished.catch(() => {})));
    // Shifts are told with the next frame.
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    return (globalThis as unknown as { shifts: { shift: number; moved: string[] } }).shifts;
  });
}

/** Counts what moves without the person's doing. */
function countShifts(): void {
  const shifts = { shift: 0, moved: [] as string[] };
  Object.assign(globalThis, { shifts });
  type Shift = PerformanceEntry & {
    value: number;
    hadRecentInput: boolean;
    sources: { node: Element | null }[];
  };
  new PerformanceObserver((list) => {
    for (const { value, hadRecentInput, sources } of list.getEntries() as Shift[]) {
      if (hadRecentInput) continue;
      shifts.shift += value;
      shifts.moved.push(
        ...sources.map(({ node }) => `${value.toFixed(4)} ${node?.nodeName} ${node?.className}`),
      );
    }
  }).observe({ type: "layout-shift", buffered: true });
}

/** Something new on every page. */
async function newsOf({ create, revenue }: Scene): Promise<void> {
  await revenue("news");
  await create("task", { title: "news", propertyId: 1 });
  await create("guest", { name: "news", propertyId: 1 });
  await create("employee", { name: "news", propertyId: 1 });
}

for (const { name, path } of MADE) {
  Deno.test(
    `pages load - ${name} does not jump when it comes to life, nor when something happens`,
    run(async (scene) => {
      for (const viewport of [DESK, PHONE]) {
        const person = await scene.person(OPERATOR, { viewport });
        await person.context.addInitScript(countShifts);
        const tab = await person.tab(path);
        await scene.settle(tab);
        const loaded = await shiftOf(tab);
        await newsOf(scene);
        await scene.settle(tab);
        const after = await shiftOf(tab);
        const fcp = await tab.page.evaluate(() => {
          return performance.getEntriesByName("first-contentful-paint")[0]!.startTime;
        });
        console.log(
          `${path} at ${viewport.width}: first contentful paint ${Math.round(fcp)} ms, layout shift ${
            loaded.shift.toFixed(4)
          } loaded, ${(after.shift - loaded.shift).toFixed(4)} as data arrived`,
        );
        assert.ok(after.shift <= SHIFT_MAX, after.moved.join("\n"));
      }
    }),
  );

  Deno.test(
    `pages load - ${name} is all there without script, and takes no name for markup`,
    run(async (scene) => {
      const person = await scene.person(OPERATOR, { javaScriptEnabled: false });
      const tab = await person.tab(path, "none");
      const { page } = tab;
      assert.ok(await page.locator("main h1").isVisible());
      assert.equal(await page.locator(".rail a[data-page]:visible").count(), PAGES.length);
      assert.equal(await page.locator(".script-only:visible").count(), 0);
      assert.equal(await page.locator(".bar-org").textContent(), HOSTILE.script);
      assert.equal(await page.locator('img[src="x"]').count(), 0);
    }),
  );
}
