import { statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type PageInfo, PAGES } from "@/lib/ui/pages.ts";
import { connectPool } from "@/services/postgres/pool.ts";
import { inTenant } from "@/services/postgres/tenant.ts";
import type { Scene } from "./kit.ts";
import type { Tab } from "./tab.ts";

const ROUTES = fileURLToPath(new URL("../../routes/(pages)", import.meta.url));

/** The pages of the frame that are there. */
export const MADE: readonly PageInfo[] = PAGES.filter(({ path }) => isFile(`${ROUTES}${path}/index.tsx`));

/** Sees every page. */
export const OPERATOR = "ishan";
/** A phone that is not wide. */
export const PHONE = { width: 390, height: 844 };
export const DESK = { width: 1280, height: 800 };

/** Names as nobody should have them: each must be shown as it is, and break nothing. */
export const HOSTILE = {
  script: `<img src=x onerror="window.hacked=1">'"></script><script>window.hacked=2</script>`,
  /** Written from right to left, with a mark that turns around whatever follows it. */
  rtl: "\u202Eמלון הגבעות הירוקות 12 (אגף צפוני)",
  long: "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch".repeat(3),
} as const;

/** Puts hostile names into every list of organisation 1, and into its own name and its places'. */
export async function seedHostile({ server, create }: Scene): Promise<void> {
  const admin = { role: "admin", sub: "ishan" };
  const sql = connectPool(server.database.ownerUrl, { max: 1, applicationName: "test-hostile" });
  try {
    await inTenant(sql, 1, (tx) => tx`update organisations set name = ${HOSTILE.script} where id = 1`);
  } finally {
    await sql.end();
  }
  for (const [kind, name] of Object.entries(HOSTILE)) {
    const short = name.slice(0, 20);
    const day = new Date().toISOString().slice(0, 10);
    const at = { propertyId: 1 };
    await create("property", { name, address: name }, admin);
    await create("room", { ...at, number: short, kind: name.slice(0, 60), floor: short });
    await create("guest", { ...at, name, notes: name, arrivesOn: day, departsOn: day });
    const employeeId = await create("employee", { ...at, name, position: name.slice(0, 100) });
    const [startsAt, endsAt] = [`${day}T06:00:00Z`, `${day}T14:00:00Z`];
    await create("schedule", { ...at, employeeId, duty: name.slice(0, 100), startsAt, endsAt });
    await create("leave", { ...at, employeeId, startsOn: day, endsOn: day, reason: name });
    await create("task", { ...at, title: name, description: name, assigneeId: employeeId });
    const money = { ...at, amount: 1e9, category: name.slice(0, 60), description: name };
    await create("revenue", money);
    const expenseId = await create("expense", { ...money, vendor: name });
    await create("approval", { ...at, expenseId, note: name });
    await create("user", { login: `u-${kind}`, name, role: "staff", properties: [1] }, admin);
    await create("report", { ...at, startsOn: day, endsOn: day });
  }
}

/** A page and its views, by their addresses. */
export async function viewsOf({ page }: Tab, { path }: PageInfo): Promise<readonly string[]> {
  const links = await page.locator(".views a").evaluateAll((links) => {
    return links.filter((link) => !link.hasAttribute("aria-current")).map((link) =>
      link.getAttribute("href")!
    );
  });
  return [path, ...links];
}

/** How far the page can be scrolled to the side, and what reaches out of it. */
export async function overhang({ page }: Tab): Promise<string[]> {
  return await page.evaluate(() => {
    const { scrollWidth } = document.documentElement;
    function* ancestors(element: Element) {
      for (let one = element.parentElement; one !== null && one !== document.body; one = one.parentElement) {
        yield one;
      }
    }
    if (scrollWidth <= innerWidth) return [];
    const out = [...document.body.querySelectorAll("*")].filter((element) => {
      const { right, width } = element.getBoundingClientRect();
      const isCut = [...ancestors(element)].some((one) => getComputedStyle(one).overflowX !== "visible");
      return width > 0 && right > innerWidth + 1 && !isCut;
    });
    const named = out.slice(0, 5).map((element) => `${element.tagName}.${element.className}`);
    return [`${scrollWidth} px wide: ${named.join(", ")}`];
  });
}

const AXE = Deno.readTextFileSync(
  fileURLToPath(import.meta.resolve("axe-core")).replace(/axe\.js$/, "axe.min.js"),
);
const BAD = ["serious", "critical"];

/** What axe finds that is serious or critical: rule, and where. */
export async function axe({ page }: Tab): Promise<string[]> {
  // As a debugger does it: the policy of the page allows no foreign script.
  if (!await page.evaluate(() => "axe" in globalThis)) await page.evaluate(AXE);
  return await page.evaluate(async (bad) => {
    // deno-lint-ignore no-explicit-any
    const { violations } = await (globalThis as any).axe.run(document, { resultTypes: ["violations"] });
    type Violation = { id: string; impact: string; nodes: { target: string[]; failureSummary: string }[] };
    return (violations as Violation[]).filter(({ impact }) => bad.includes(impact)).flatMap(
      ({ id, nodes }) => {
        return nodes.slice(0, 3).map(({ target, failureSummary }) => `${id} ${target} ${failureSummary}`);
      },
    );
  }, BAD);
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
