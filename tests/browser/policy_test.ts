// Every page under its policy: nothing of ours is refused, and nothing that somebody slips in runs.
import assert from "node:assert/strict";
import { browserTests } from "./kit.ts";
import { MADE, OPERATOR } from "./pages_kit.ts";
import type { Tab } from "./tab.ts";

const { run } = browserTests();

/** Notes what the policy refuses, and sees to it that the page can be asked. */
function watchPolicy(): void {
  const refused: string[] = [];
  Object.assign(globalThis, { refused });
  document.addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI, sourceFile }) => {
    refused.push(`${effectiveDirective} ${blockedURI} ${sourceFile}`);
  });
}

function refusedBy({ page }: Tab): Promise<string[]> {
  return page.evaluate(() => (globalThis as unknown as { refused: string[] }).refused);
}

/** The ways in which markup that got into a page would run a script. Settles once the policy has had its say. */
async function slipIn(): Promise<boolean> {
  const told = new Promise<void>((resolve) => {
    let left = 3;
    document.addEventListener("securitypolicyviolation", () => --left === 0 && resolve());
  });
  const script = document.createElement("script");
  script.textContent = "globalThis.hacked = true";
  const image = document.createElement("div");
  image.innerHTML = `<img src="/no-such-picture" onerror="globalThis.hacked = true">`;
  const foreign = document.createElement("script");
  foreign.src = "data:text/javascript,globalThis.hacked = true";
  document.body.append(script, image, foreign);
  await told;
  return "hacked" in globalThis;
}

for (const path of [...MADE.map(({ path }) => path), "/sign-in"]) {
  Deno.test(
    `policy - ${path} loads without anything refused, and runs no script that is slipped in`,
    run(async (scene) => {
      const person = await scene.person(path === "/sign-in" ? null : OPERATOR);
      await person.context.addInitScript(watchPolicy);
      const tab = await person.tab(path, path === "/sign-in" ? "none" : undefined);
      if (path !== "/sign-in") await scene.settle(tab);
      assert.deepEqual(await refusedBy(tab), []);
      assert.equal(await tab.page.evaluate(slipIn), false);
      assert.equal((await refusedBy(tab)).length, 3);
      // Chromium says on the console what it has refused, and that there is no such picture.
    }, { allowed: /Content Security Policy|404/ }),
  );
}
