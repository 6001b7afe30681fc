// Every page, with names that nobody should have: on a phone and a desk, light and dark, for eyes and screen readers.
import assert from "node:assert/strict";
import type { PageName } from "@/lib/ui/pages.ts";
import { browserTests, type Scene } from "./kit.ts";
import { axe, DESK, HOSTILE, MADE, OPERATOR, overhang, PHONE, seedHostile, viewsOf } from "./pages_kit.ts";
import { Tab } from "./tab.ts";

const { run } = browserTests({ prepare: seedHostile });

const LOOKS = [[DESK, "light"], [DESK, "dark"], [PHONE, "light"], [PHONE, "dark"]] as const;
/** They are made of the same parts. */
const LOOKS_OF_VIEWS = [LOOKS[0], LOOKS[3]];
/** Pages that show the names of records in their first view. */
const NAMING: readonly PageName[] = ["guests", "tasks", "staff", "finance", "users"];

async function open(scene: Scene, path: string): Promise<Tab> {
  const person = await scene.person(OPERATOR, { viewport: DESK, reducedMotion: "reduce" });
  return await person.tab(path);
}

for (const info of MADE) {
  Deno.test(
    `pages look - ${info.name} fits a phone, and axe has nothing serious against it`,
    run(async (scene) => {
      const tab = await open(scene, info.path);
      const text = await tab.page.locator("main").innerText();
      for (const name of NAMING.includes(info.name) ? Object.values(HOSTILE) : []) {
        assert.ok(text.includes(name), `${name} is not there as it is`);
      }
      const found: string[] = [];
      for (const path of await viewsOf(tab, info)) {
        const isFirst = path === info.path;
        if (!isFirst) {
          await tab.page.goto(scene.server.url + path);
          await tab.is("live");
        }
        for (const [viewport, colorScheme] of isFirst ? LOOKS : LOOKS_OF_VIEWS) {
          await tab.page.setViewportSize(viewport);
          await tab.page.emulateMedia({ colorScheme });
          const where = `${path} ${viewport.width} ${colorScheme}: `;
          found.push(...[...await axe(tab), ...await overhang(tab)].map((text) => where + text));
        }
      }
      assert.deepEqual(found, []);
      assert.equal(await tab.page.evaluate(() => "hacked" in globalThis), false);
    }),
  );
}

Deno.test(
  "pages look - what is said to open the menu of the person is what can be seen of it",
  run(async (scene) => {
    const { page } = await open(scene, "/overview");
    const seen = await page.locator(".person .avatar").innerText();
    await page.getByRole("button", { name: `${seen} Ishan Bhattacharya: menu`, exact: true }).waitFor();
  }),
);

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
