import assert from "node:assert/strict";
import axe from "axe-core";
import { withDesk } from "./admin_kit.ts";

const PAGES = ["/finance?view=expenses", "/users", "/branding", "/admin/flags"];
const LOOKS = [
  { colorScheme: "light", viewport: { width: 1280, height: 800 } },
  { colorScheme: "dark", viewport: { width: 390, height: 844 }, hasTouch: true },
] as const;

interface Violation {
  readonly id: string;
  readonly impact?: string | null;
  readonly nodes: readonly { readonly target: unknown }[];
}

Deno.test("admin axe - nothing stands in the way of anybody: light and dark, desk and phone", async () => {
  await withDesk(async ({ open, server }) => {
    const found: string[] = [];
    for (const look of LOOKS) {
      // The policy of the pages lets no script in but ours.
      const page = await open("ishan", PAGES[0]!, { ...look, bypassCSP: true, reducedMotion: "reduce" });
      for (const path of PAGES) {
        await page.goto(server.url + path);
        await page.locator(".pill-live").waitFor();
        await page.evaluate(axe.source);
        const violations = await page.evaluate(async (): Promise<Violation[]> => {
          const { axe } = globalThis as unknown as {
            axe: { run(): Promise<{ violations: Violation[] }> };
          };
          return (await axe.run()).violations;
        });
        const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
        found.push(
          ...serious.map(({ id, nodes }) => `${path} ${look.colorScheme}: ${id} ${nodes[0]?.target}`),
        );
      }
      await page.context().close();
    }
    assert.deepEqual(found, []);
  });
});
