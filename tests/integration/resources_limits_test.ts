import assert from "node:assert/strict";
import * as v from "valibot";
import { CHECK_VIOLATION, databaseError } from "@/services/postgres/errors.ts";
import { RESOURCES } from "@/lib/resources/catalog.ts";
import type { Field } from "@/lib/resources/fields.ts";
import { openHotels } from "./resources_fixture.ts";

const TEXT_CHARS_MAX = 10_000;
/** Four bytes in UTF-8, two units in UTF-16, one character. */
const CHARACTER = "😀";

/** Most characters a field takes; undefined where it is not free text. */
function charactersMax({ schema }: Field): number | undefined {
  const takes = (count: number) => v.safeParse(schema, CHARACTER.repeat(count)).success;
  if (!takes(1)) return undefined;
  let [fits, tooMany] = [1, TEXT_CHARS_MAX];
  while (tooMany - fits > 1) {
    const middle = Math.floor((fits + tooMany) / 2);
    if (takes(middle)) fits = middle;
    else tooMany = middle;
  }
  return fits;
}

/** The words of a choice; undefined for another kind of field. */
function wordsOf({ schema }: Field): readonly string[] | undefined {
  const inner = ((schema as { wrapped?: unknown }).wrapped ?? schema) as {
    type: string;
    options?: readonly string[];
  };
  return inner.type === "picklist" ? inner.options : undefined;
}

Deno.test("resources - the database allows as many characters as the schema, and not one more", async () => {
  await using hotels = await openHotels();
  let checked = 0;
  for (const { table, fields, columns } of RESOURCES) {
    for (const [name, field] of Object.entries(fields).filter(([name]) => name !== "amount")) {
      const max = charactersMax(field);
      if (max === undefined) continue;
      const constraint = `${table}_${columns.get(name)}_check`;
      const [check] = await hotels.superuser<{ text: string }[]>`
        select pg_get_constraintdef(oid) as text from pg_constraint where conname = ${constraint}`;
      const [, limit] = /<= (\d+)/.exec(check?.text ?? "") ?? [];
      assert.equal(Number(limit), max, constraint);
      const empty = v.safeParse(field.schema, "").success;
      assert.equal(/>= 1/.test(check?.text ?? ""), !empty, `${constraint} and empty text`);
      checked++;
    }
  }
  assert.ok(checked > 20);
});

Deno.test("resources - the database knows the words of every choice, and no others", async () => {
  await using hotels = await openHotels();
  let checked = 0;
  for (const { table, fields, columns } of RESOURCES) {
    for (const [name, field] of Object.entries(fields)) {
      const words = wordsOf(field);
      if (words === undefined) continue;
      const constraint = `${table}_${columns.get(name)}_check`;
      const [check] = await hotels.superuser<{ text: string }[]>`
        select pg_get_constraintdef(oid) as text from pg_constraint where conname = ${constraint}`;
      const known = [...(check?.text ?? "").matchAll(/'([^']+)'::text/g)].map(([, word]) => word);
      assert.deepEqual(known.toSorted(), words.toSorted(), constraint);
      checked++;
    }
  }
  assert.ok(checked > 10);
});

Deno.test("resources - every fallback is something the field itself takes", () => {
  for (const { key, fields } of RESOURCES) {
    for (const [name, { schema, fallback, required }] of Object.entries(fields)) {
      if (required || typeof fallback === "symbol") continue;
      assert.ok(v.safeParse(schema, fallback).success, `${key}.${name} = ${JSON.stringify(fallback)}`);
    }
  }
});

Deno.test("resources - the database refuses what the schema would have refused", async () => {
  await using hotels = await openHotels();
  const attempts = [
    "insert into revenues (org_id, property_id, created_by, amount_minor, currency, category, description, occurred_at) values (1, 1, 'x', 0, 'INR', 'x', '', now())",
    "insert into revenues (org_id, property_id, created_by, amount_minor, currency, category, description, occurred_at) values (1, 1, 'x', 5, 'in1', 'x', '', now())",
    "insert into outbox (id, org_id, subject, payload) values (gen_random_uuid(), 1, 'evt', repeat('x', 50000))",
    "update properties set version = 0",
    "insert into idempotency_keys (org_id, user_id, key, request_hash) values (1, 'u', '', repeat('0', 64))",
  ];
  for (const statement of attempts) {
    await assert.rejects(
      hotels.superuser.unsafe(statement),
      (error) => databaseError(error)?.code === CHECK_VIOLATION,
    );
  }
});
