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
    sources: { node: Element | null; currentRect: DOMRectReadOnly }[];
  };
  // What a pseudo-element draws has no node: then it counts where it is.
  const isInList = ({ node, currentRect: { left, top } }: Shift["sources"][number]) => {
    if (node !== null) return node.closest("[data-row], .row-failure") !== null;
    return [...document.querySelectorAll("[data-row]")].some((row) => {
      const list = row.parentElement!.getBoundingClientRect();
      return left >= list.left - 1 && left <= list.right && top >= list.top - 1 && top <= list.bottom;
    });
  };
  new PerformanceObserver((list) => {
    for (const { value, hadRecentInput, sources } of list.getEntries() as Shift[]) {
      // A new line on top of a list pushes the others down, smoothly: that is the news, not a jump.
      const isList = sources.length > 0 && sources.every(isInList);
      if (hadRecentInput || isList) continue;
      shifts.shift += value;
      shifts.moved.push(
        ...sources.map(({ node }) => `${value.toFixed(4)} ${node?.nodeName} ${node?.className}`),
      );
    }
  }).observe({ type: "layout-shift", buffered: true });
}

/** Something new on nearly every page, with a name as nobody should have it. */
async function newsOf({ create, revenue }: Scene): Promise<void> {
  await revenue(HOSTILE.script);
  await create("task", { title: HOSTILE.script, propertyId: 1 });
  await create("guest", { name: HOSTILE.script, propertyId: 1 });
  await create("employee", { name: HOSTILE.script, propertyId: 1 });
}

for (const { name, path } of MADE) {
  Deno.test(
    `pages load - ${name} does not jump when it comes to life, nor when something happens`,
    run(async (scene) => {
      await Promise.all([DESK, PHONE].map(async (viewport) => {
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
        assert.equal(await tab.page.evaluate(() => "hacked" in globalThis), false);
        assert.ok(after.shift <= SHIFT_MAX, after.moved.join("\n"));
      }));
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

Deno.test(
  "pages load - the person's theme and the colours of the house are there before anything is painted",
  run(async (scene) => {
    const person = await scene.person(OPERATOR, { colorScheme: "light" });
    const first = await person.tab("/finance");
    await first.page.click(".person");
    await first.page.locator('label:has(input[name="theme"][value="dark"])').click();
    const look = () => {
      const style = getComputedStyle(document.body);
      return [document.documentElement.dataset.theme, style.backgroundColor, style.color];
    };
    const dark = await first.page.evaluate(look);
    assert.equal(dark[0], "dark");
    // Whatever the islands would do comes after this.
    const { promise: held, resolve: release } = Promise.withResolvers<void>();
    await person.context.route(/_fresh\/.*\.js/, async (route) => {
      await held;
      await route.continue();
    });
    const tab = await person.tab("/finance", "none", "commit");
    await tab.page.waitForFunction(() => performance.getEntriesByName("first-paint").length > 0);
    assert.deepEqual(await tab.page.evaluate(look), dark);
    const brand = () => getComputedStyle(document.documentElement).getPropertyValue("--brand-dark");
    assert.equal(await tab.page.evaluate(brand), await first.page.evaluate(brand));
    assert.notEqual(await tab.page.evaluate(brand), "");
    release();
    await tab.is("live");
    assert.deepEqual(await tab.page.evaluate(look), dark);
  }),
);

Deno.test(
  "pages load - the policy of a page lets in no script but its own, and no styles",
  run(async (scene) => {
    const person = await scene.person(OPERATOR);
    const tab = await person.tab("/finance");
    const answer = await tab.page.reload();
    const policy = answer!.headers()["content-security-policy"]!;
    assert.match(policy, /script-src [^;]*'nonce-/);
    assert.doesNotMatch(policy, /script-src [^;]*'unsafe-inline'|'unsafe-eval'/);
    await tab.is("live");
    const ran = await tab.page.evaluate(async () => {
      const script = document.createElement("script");
      script.textContent = "window.ran = true";
      const refused = new Promise((resolve) => addEventListener("securitypolicyviolation", resolve));
      document.body.append(script);
      await refused;
      return "ran" in globalThis;
    });
    assert.equal(ran, false);
  }, { allowed: /Content Security Policy/ }),
);
