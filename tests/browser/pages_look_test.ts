// Every page, with names that nobody should have: on a phone and a desk, light and dark, for eyes and screen readers.
import assert from "node:assert/strict";
import { browserTests, type Scene } from "./kit.ts";
import { axe, DESK, MADE, OPERATOR, overhang, PHONE, seedHostile, viewsOf } from "./pages_kit.ts";
import { Tab } from "./tab.ts";

const { run } = browserTests({ prepare: seedHostile });

async function open(scene: Scene, path: string): Promise<Tab> {
  const person = await scene.person(OPERATOR, { viewport: DESK, reducedMotion: "reduce" });
  return await person.tab(path);
}

for (const info of MADE) {
  Deno.test(
    `pages look - ${info.name} fits a phone, and axe has nothing serious against it`,
    run(async (scene) => {
      const tab = await open(scene, info.path);
      const found: string[] = [];
      for (const path of await viewsOf(tab, info)) {
        if (path !== info.path) {
          await tab.page.goto(scene.server.url + path);
          await tab.is("live");
        }
        for (const viewport of [DESK, PHONE]) {
          await tab.page.setViewportSize(viewport);
          for (const colorScheme of ["light", "dark"] as const) {
            await tab.page.emulateMedia({ colorScheme });
            const where = `${path} ${viewport.width} ${colorScheme}: `;
            found.push(...(await axe(tab)).map((text) => where + text));
          }
          found.push(...(await overhang(tab)).map((text) => `${path} ${viewport.width}: ${text}`));
        }
      }
      assert.deepEqual(found, []);
      assert.equal(await tab.page.evaluate(() => "hacked" in globalThis), false);
    }),
  );
}

Deno.test(
  "pages look - who asks for what is not there, or not theirs, is told so in words",
  run(async (scene) => {
    const cases = [
      ["meera", "/nothing-here", 404, "There is no such page"],
      ["tomas", "/finance", 403, "This is not yours to see"],
      ["meera", "/admin/flags", 403, "This is not yours to see"],
    ] as const;
    for (const [person, path, status, title] of cases) {
      const { context } = await scene.person(person, { viewport: PHONE });
      const page = await context.newPage();
      const answer = await page.goto(scene.server.url + path);
      assert.equal(answer!.status(), status, path);
      assert.equal(await page.locator("h1").textContent(), title);
      const tab = new Tab(page);
      assert.deepEqual([...await axe(tab), ...await overhang(tab)], []);
    }
  }, { allowed: /status of 40[34]/ }),
);
