import assert from "node:assert/strict";
import fc from "fast-check";
import { initialFlags, longPollFlag, ROLLOUT_FLAG, STREAMING_FLAG } from "@/lib/flags/flags.ts";
import { sharesOf } from "@/lib/flags/rollout.ts";
import { verdictWords } from "@/lib/pages/branding/theme_fields.ts";
import { flagLabel, percentOf, rollbackOf, shareWords, valueWords } from "@/lib/pages/flags/flag_words.ts";
import { type ChangePage, withNewest, withOlder } from "@/lib/pages/flags/flags_data.ts";
import { placesWords } from "@/lib/pages/users/places.ts";
import { rightOf, ROLE_OPTIONS, roleLabel } from "@/lib/pages/users/roles.ts";
import { ROLES } from "@/lib/auth/principal.ts";
import { resourceOf } from "@/lib/resources/catalog.ts";
import type { FieldSpec } from "@/lib/ui/field_spec.ts";
import { bodyOf, errorsOf, textsOf } from "@/lib/ui/field_values.ts";
import { TEXT_CONTRAST_MIN, themeVariables, verdictOf } from "@/lib/ui/theme.ts";

const ORG_IDS = Array.from({ length: 1000 }, (_, i) => i + 1);
const COUNTS = {
  instances: 2,
  streaming: 3,
  polling: 1,
  organisations: ORG_IDS.length,
  shares: sharesOf(ORG_IDS),
};

Deno.test("pages flags - a percentage is told in organisations, and between two percents it is said between what", () => {
  assert.equal(shareWords(COUNTS, 0), "0 of 1000 organisations");
  assert.equal(shareWords(COUNTS, 100), "1000 of 1000 organisations");
  assert.equal(shareWords(COUNTS, 41), `${COUNTS.shares[41]} of 1000 organisations`);
  assert.equal(
    shareWords(COUNTS, 41.25),
    `${COUNTS.shares[41]} to ${COUNTS.shares[42]} of 1000 organisations`,
  );
  assert.equal(
    shareWords({ ...COUNTS, organisations: 1, shares: sharesOf([7]) }, 100),
    "1 of 1 organisation",
  );
});

Deno.test("pages flags - a percentage is read as people write it, and refused in words", () => {
  assert.deepEqual(["12", " 12.5 % ", "0,25"].map(percentOf), [{ value: 12 }, { value: 12.5 }, {
    value: 0.25,
  }]);
  for (const text of ["", "-1", "100.01", "1.255", "half"]) {
    assert.deepEqual(percentOf(text), {
      wrong: "The percentage must be a number from 0 to 100 with at most two decimals",
    });
  }
});

Deno.test("pages flags - what takes live updates away is asked about, and nothing else", () => {
  const on = initialFlags(true);
  const off = longPollFlag("finance");
  assert.match(rollbackOf(on, { [STREAMING_FLAG]: false }, COUNTS)!.text, /^All 3 open streams close/);
  assert.match(rollbackOf(on, { [STREAMING_FLAG]: false }, null)!.text, /^Every open stream/);
  assert.match(rollbackOf(on, { [ROLLOUT_FLAG]: 10 }, COUNTS)!.title, /from 100 % to 10 %/);
  assert.match(rollbackOf(on, { [off]: false }, COUNTS)!.title, /long poll of Finance/);
  const half = { ...on, [ROLLOUT_FLAG]: 50, [STREAMING_FLAG]: false, [off]: false };
  for (
    const changes of [{ [ROLLOUT_FLAG]: 60 }, { [STREAMING_FLAG]: true }, { [off]: true }, { [off]: false }]
  ) {
    assert.equal(rollbackOf(half, changes, COUNTS), undefined);
  }
  assert.deepEqual([true, false, 12.5, null].map(valueWords), ["on", "off", "12.5 %", "?"]);
  assert.equal(flagLabel(longPollFlag("guest")), "Long poll of Guests");
});

Deno.test("pages flags - the list of changes stays whole however its pages come", () => {
  const change = (id: number) => ({
    id,
    flag: STREAMING_FLAG,
    oldValue: null,
    newValue: true,
    changedBy: null,
    orgId: null,
    changedAt: "2026-11-23T13:00:00Z",
  } as const);
  const page = (from: number, to: number): ChangePage => ({
    items: Array.from({ length: from - to + 1 }, (_, i) => change(from - i)),
    next: to === 1 ? null : String(to),
  });
  const ids = (list: ChangePage) => list.items.map(({ id }) => id);
  const known = withOlder(page(30, 21), page(20, 11));
  assert.deepEqual(ids(known), ids(page(30, 11)));
  assert.equal(known.next, "11");
  const fresh = withNewest(known, page(33, 24));
  assert.deepEqual(ids(fresh), ids(page(33, 11)));
  assert.equal(fresh.next, "11");
  // More has happened than a page holds: what lies between is not known.
  assert.deepEqual(withNewest(known, page(60, 51)), page(60, 51));
  assert.deepEqual(withNewest(null, page(5, 1)), page(5, 1));
  assert.deepEqual(withNewest(page(4, 2), page(5, 1)), page(5, 1));
});

Deno.test("pages users - what a role may do is what the definitions say", () => {
  assert.deepEqual(ROLE_OPTIONS.map(({ value }) => value), [...ROLES]);
  assert.equal(roleLabel("service"), "Program");
  assert.deepEqual(ROLES.map((role) => rightOf(role, "users")), ["changes all", "sees", "nothing", "sees"]);
  assert.equal(rightOf("staff", "finance"), "nothing");
  assert.equal(rightOf("staff", "properties"), "changes some");
  assert.equal(rightOf("staff", "branding"), "sees");
  assert.equal(rightOf("manager", "finance"), "changes all");
  assert.equal(rightOf("admin", "analytics"), "sees");
  assert.equal(rightOf("service", "analytics"), "changes all");
});

Deno.test("pages users - properties are told by name, and many of them by number", () => {
  const properties = ["Ridge", "City"].map((name, i) => ({ id: i + 1, name, timeZone: "UTC" }));
  assert.deepEqual(["*", [], [2], [1, 2, 3, 4], null].map((value) => placesWords(value, properties)), [
    "All properties",
    "No property",
    "City",
    "Ridge, City and 2 more",
    "No property",
  ]);
});

Deno.test("pages form - a list of properties comes back from its text as it was", () => {
  const fields: readonly FieldSpec[] = [{ name: "properties", label: "Properties", kind: "places" }];
  const plan = { resource: resourceOf("users", "user")!, verb: "update", fields } as const;
  const value = fc.oneof(fc.constant("*"), fc.uniqueArray(fc.integer({ min: 1, max: 99 })));
  fc.assert(fc.property(value, (properties) => {
    const body = bodyOf(plan, textsOf(fields, { properties }, "UTC"), { properties: "?" }, "UTC");
    assert.deepEqual(body, { properties });
    assert.deepEqual(errorsOf(plan, body), {});
  }));
});

Deno.test("pages branding - the verdict on a colour is what the pages do with it", () => {
  assert.equal(verdictOf("red", "light"), undefined);
  const dark = verdictOf("#14532d", "light")!;
  assert.ok(dark.isKept && dark.contrast > TEXT_CONTRAST_MIN);
  assert.match(verdictWords(dark, "light"), /^readable, 7\.\d : 1$/);
  const pale = verdictOf("#ffd84a", "light")!;
  assert.match(verdictWords(pale, "light"), /^too light to read, 1\.\d : 1; shown as #[0-9a-f]{6}$/);
  const hex = fc.integer({ min: 0, max: 0xffffff }).map((n) => `#${n.toString(16).padStart(6, "0")}`);
  fc.assert(fc.property(hex, fc.constantFrom("light", "dark"), (color, side) => {
    const theme = {
      propertyId: null,
      primaryColor: color,
      accentColor: color,
      mode: "system",
      logoUrl: null,
    } as const;
    const { used, isKept, contrast } = verdictOf(color, side)!;
    assert.equal(used, themeVariables(theme)[`--brand-${side}`]);
    assert.equal(isKept, contrast >= TEXT_CONTRAST_MIN);
  }));
});
