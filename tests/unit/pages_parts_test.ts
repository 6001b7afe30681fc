import assert from "node:assert/strict";
import fc from "fast-check";
import { localDay } from "@/lib/derived/local_day.ts";
import { kept } from "@/lib/live/kept.ts";
import { totalsOf } from "@/lib/pages/finance/totals.ts";
import { resourceOf } from "@/lib/resources/catalog.ts";
import { contrast, fromLch, parseHex, toHex, toLch } from "@/lib/ui/color.ts";
import type { FieldSpec } from "@/lib/ui/field_spec.ts";
import { bodyOf, errorsOf, textsOf } from "@/lib/ui/field_values.ts";
import { barPages, hrefOf, PAGES, pagesFor } from "@/lib/ui/pages.ts";
import { TEXT_CONTRAST_MIN, themeFor, themeRule, themeVariables } from "@/lib/ui/theme.ts";
import { oneAtATime } from "@/lib/ui/use_refresh.ts";
import { momentOf, wallTime } from "@/lib/ui/zoned_time.ts";

const HEX = fc.integer({ min: 0, max: 0xffffff }).map((n) => `#${n.toString(16).padStart(6, "0")}`);

Deno.test("pages theme - whatever the colour of the house, what is written in it and on it can be read", () => {
  fc.assert(
    fc.property(HEX, HEX, (primaryColor, accentColor) => {
      const variables = themeVariables({
        propertyId: null,
        primaryColor,
        accentColor,
        mode: "system",
        logoUrl: null,
      });
      const color = (name: string) => parseHex(variables[name]!)!;
      for (const name of ["brand", "second"]) {
        for (
          const [side, grounds] of [["light", ["#ffffff", "#f6f7f7", "#eef1f0"]], ["dark", [
            "#171d1c",
            "#0f1413",
            "#0c1110",
            "#071412",
          ]]] as const
        ) {
          for (const ground of grounds) {
            assert.ok(contrast(color(`--${name}-${side}`), parseHex(ground)!) >= TEXT_CONTRAST_MIN - 0.02);
          }
          const soft = color(`--${name}-soft-${side}`);
          assert.ok(contrast(color(`--${name}-strong-${side}`), soft) >= TEXT_CONTRAST_MIN - 0.02);
        }
      }
    }),
    { numRuns: 300 },
  );
});

Deno.test("pages theme - a colour that can be read stays as it is; one that is none changes nothing", () => {
  const theme = {
    propertyId: null,
    primaryColor: "#14532d",
    accentColor: "red",
    mode: "dark",
    logoUrl: null,
  } as const;
  const variables = themeVariables(theme);
  assert.equal(variables["--brand-light"], "#14532d");
  assert.equal("--second-light" in variables, false);
  assert.match(themeRule(theme), /^:root\{--mode:dark;--brand-light:#14532d;[-a-z:#0-9;]+\}$/);
  assert.equal(themeRule(undefined), "");
});

Deno.test("pages theme - a property without one of its own has the organisation's", () => {
  const theme = (propertyId: number | null) => ({
    propertyId,
    primaryColor: "#000000",
    accentColor: "#000000",
    mode: "system" as const,
    logoUrl: null,
  });
  const themes = [theme(2), theme(null)];
  assert.deepEqual([2, 1, null].map((id) => themeFor(themes, id)?.propertyId), [2, null, null]);
  assert.equal(themeFor([theme(2)], 1), undefined);
});

Deno.test("pages color - a colour comes back from lightness, chroma and hue as it was", () => {
  fc.assert(fc.property(HEX, (hex) => assert.equal(toHex(fromLch(toLch(parseHex(hex)!))), hex)));
});

Deno.test("pages time - the clock of a place and the moment are two ways to say the same", () => {
  assert.equal(wallTime("2026-11-23T13:00:05.000Z", "Asia/Kolkata"), "2026-11-23T18:30");
  assert.equal(momentOf("2026-11-23T18:30", "Asia/Kolkata"), "2026-11-23T13:00:00.000Z");
  assert.equal(momentOf("soon", "UTC"), undefined);
  assert.equal(localDay(Date.parse("2026-11-23T20:00:00Z"), "Asia/Kolkata"), "2026-11-24");
  const zones = fc.constantFrom("Asia/Kolkata", "Europe/Berlin", "America/St_Johns", "Pacific/Apia", "UTC");
  const minutes = fc.integer({ min: 26_000_000, max: 31_000_000 });
  fc.assert(fc.property(minutes, zones, (minute, zone) => {
    const wall = wallTime(new Date(minute * 60_000).toISOString(), zone);
    assert.equal(wallTime(momentOf(wall, zone)!, zone), wall);
    assert.equal(localDay(minute * 60_000, zone), wall.slice(0, "2026-11-23".length));
  }));
});

Deno.test("pages formats - a formatter is made once, and there are no more than so many", () => {
  const all = new Map<string, number>();
  let made = 0;
  const use = (key: string) => kept(all, key, () => ++made, 2);
  assert.deepEqual([use("a"), use("b"), use("a"), use("c"), use("c"), use("a")], [1, 2, 1, 3, 3, 4]);
  assert.equal(all.size, 2);
});

const FIELDS: readonly FieldSpec[] = [
  { name: "name", label: "Name", kind: "text" },
  { name: "email", label: "E-mail", kind: "email" },
  { name: "roomId", label: "Room", kind: "reference" },
  { name: "notes", label: "Notes", kind: "long" },
];
const GUEST = resourceOf("guest", "guest")!;

Deno.test("pages form - a create sends what was filled in, an update what was changed", () => {
  const create = { resource: GUEST, verb: "create", fields: FIELDS } as const;
  const texts = { name: " Noor ", email: "", roomId: "12", notes: "" };
  assert.deepEqual(bodyOf(create, texts, {}, "UTC"), { name: "Noor", roomId: 12 });
  const update = { resource: GUEST, verb: "update", fields: FIELDS } as const;
  const before = textsOf(FIELDS, { name: "Noor", email: "n@example.org", roomId: 12, notes: "early" }, "UTC");
  const after = { ...before, email: "", roomId: "", notes: "" };
  assert.deepEqual(bodyOf(update, after, before, "UTC"), { email: null, roomId: null, notes: "" });
  assert.deepEqual(bodyOf(update, before, before, "UTC"), {});
});

Deno.test("pages form - what is wrong is told under its field, as the server would", () => {
  const plan = { resource: GUEST, verb: "create", fields: FIELDS } as const;
  const body = bodyOf(plan, { email: "nobody", roomId: "next door" }, {}, "UTC");
  assert.deepEqual(errorsOf(plan, { ...body, propertyId: 1 }), {
    email: "E-mail must be an e-mail address",
    roomId: "Room must be the id of a room",
    name: "Name is required",
  });
});

Deno.test("pages form - amounts and times keep their meaning", () => {
  const fields: readonly FieldSpec[] = [
    { name: "amount", label: "Amount", kind: "amount" },
    { name: "occurredAt", label: "When", kind: "moment" },
  ];
  const plan = { resource: resourceOf("finance", "revenue")!, verb: "create", fields } as const;
  const body = bodyOf(plan, { amount: "1 000.50", occurredAt: "2026-11-23T18:30" }, {}, "Asia/Kolkata");
  assert.deepEqual(body, { amount: "1000.50", occurredAt: "2026-11-23T13:00:00.000Z" });
  assert.deepEqual(errorsOf(plan, { ...body, propertyId: 1 }), {});
});

Deno.test("pages frame - everyone gets the pages of their services, and no letter leads to two", () => {
  const names = (services: readonly ("finance" | "tasks" | "dashboard")[], isOperator: boolean) => {
    return pagesFor({ services, isOperator }).map(({ name }) => name);
  };
  assert.deepEqual(names(["dashboard", "tasks"], false), ["overview", "live", "chat", "tasks"]);
  assert.deepEqual(names(["finance"], true), ["live", "chat", "finance", "flags"]);
  assert.equal(new Set(PAGES.map(({ letter }) => letter)).size, PAGES.length);
  assert.deepEqual(
    barPages(pagesFor({ services: ["tasks", "staff"], isOperator: false })).map(({ name }) => name),
    ["tasks", "chat", "staff"],
  );
  assert.equal(hrefOf("/finance", 2, { view: "expenses" }), "/finance?view=expenses&property=2");
  assert.equal(hrefOf("/finance", null), "/finance");
});

Deno.test("pages finance - sums are of what is known, without a float's drift, and never of a part", () => {
  const record = (id: number, more: Record<string, unknown>) => {
    return { id, propertyId: 1, version: 1, createdAt: "", updatedAt: "", createdBy: "", ...more };
  };
  const metrics = [0.1, 0.2].map((revenueToday, id) => record(id, { figures: { revenueToday } }));
  const statistics = ["2026-10-31", "2026-11-01", "2026-11-02"].map((day, id) => {
    return record(id, { day, figures: { revenue: 10, expense: 4 } });
  });
  const parts = { metrics, statistics, isComplete: true, monthOf: () => "2026-11" };
  assert.deepEqual(totalsOf(parts), {
    revenueToday: 0.3,
    expenseToday: null,
    revenueMonth: 20,
    expenseMonth: 8,
    pendingApprovals: null,
  });
  assert.equal(totalsOf({ ...parts, isComplete: false }).revenueMonth, null);
});

Deno.test("pages refresh - one at a time, and one that throws is not the last", async () => {
  const turns: PromiseWithResolvers<void>[] = [];
  const run = oneAtATime(() => {
    turns.push(Promise.withResolvers());
    return turns.at(-1)!.promise;
  });
  const first = run();
  await run();
  assert.equal(turns.length, 1);
  turns[0]!.reject(new Error("no"));
  await assert.rejects(first, /no/);
  void run();
  assert.equal(turns.length, 2);
});
