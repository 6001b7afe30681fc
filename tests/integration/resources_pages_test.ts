import assert from "node:assert/strict";
import { transaction } from "@/services/postgres/transaction.ts";
import type { ListQuery } from "@/services/resources/list.ts";
import type { ResourceRecord } from "@/services/resources/record.ts";
import { codeOf, good, type Hotels, openHotels, person, resource } from "./resources_fixture.ts";

const ROWS = 500;
const task = resource("tasks", "task");

/** 500 tasks of organisation 1, in property 1 and 2 by turns, every fifth done; and some of organisation 2. */
async function fill({ superuser }: Hotels): Promise<number[]> {
  await superuser`insert into tasks (org_id, property_id, title, description, status, priority, created_by)
    select 2, 1, 'foreign', '', 'open', 'low', 'x' from generate_series(1, 20)`;
  const rows = await superuser<{ id: number }[]>`
    insert into tasks (org_id, property_id, title, description, status, priority, created_by)
    select 1, 1 + n % 2, 'task ' || n, '', case when n % 5 = 0 then 'done' else 'open' end, 'low', 'x'
    from generate_series(1, ${ROWS}) n returning id`;
  return rows.map(({ id }) => id);
}

/** Reads all pages; `between` runs after each. */
async function readAll(
  { store }: Hotels,
  query: ListQuery,
  between: () => Promise<unknown> = () => Promise.resolve(),
): Promise<ResourceRecord[]> {
  const items: ResourceRecord[] = [];
  let cursor: string | null | undefined;
  do {
    const page = good(await store.list(person(), task, { ...query, ...(cursor && { cursor }) }));
    assert.ok(page.items.length <= (query.limit ?? 50));
    items.push(...page.items);
    cursor = page.next;
    await between();
  } while (cursor !== null);
  return items;
}

Deno.test("resources - paging gives every record once, whatever is written meanwhile", async () => {
  await using hotels = await openHotels();
  const ids = await fill(hotels);
  const write = () =>
    Promise.all(
      Array.from({ length: 3 }, () => hotels.store.create(person(), task, { propertyId: 1, title: "new" })),
    );
  const newestFirst = (await readAll(hotels, { limit: 37 }, write)).map(({ id }) => id);
  assert.deepEqual(newestFirst, ids.toReversed());
  const oldestFirst = (await readAll(hotels, { limit: 200, order: "asc" }, write)).map(({ id }) => id);
  assert.deepEqual(oldestFirst.slice(0, ROWS), ids);
  assert.equal(new Set(oldestFirst).size, oldestFirst.length);
});

Deno.test("resources - paging goes on after the record of the cursor is gone", async () => {
  await using hotels = await openHotels();
  const ids = await fill(hotels);
  const first = good(await hotels.store.list(person(), task, { limit: 10 }));
  const last = first.items.at(-1)?.id ?? 0;
  good(await hotels.store.remove(person(), task, last));
  const second = good(await hotels.store.list(person(), task, { limit: 10, cursor: first.next ?? "" }));
  assert.deepEqual(second.items.map(({ id }) => id), ids.toReversed().slice(10, 20));
});

Deno.test("resources - a list is narrowed by property and by filters, together", async () => {
  await using hotels = await openHotels();
  await fill(hotels);
  const done = await readAll(hotels, { propertyId: 2, filters: { status: "done" }, limit: 20 });
  assert.equal(done.length, ROWS / 10);
  assert.ok(done.every(({ propertyId, status }) => propertyId === 2 && status === "done"));
  assert.deepEqual(
    good(await hotels.store.list(person(), task, { filters: { priority: "urgent" } })).items,
    [],
  );
  assert.deepEqual(good(await hotels.store.list(person(), task, { propertyId: 99 })).items, []);
});

Deno.test("resources - a page has 50 records unless asked otherwise, 200 at most, and an end", async () => {
  await using hotels = await openHotels();
  await fill(hotels);
  const { store } = hotels;
  assert.equal(good(await store.list(person(), task)).items.length, 50);
  assert.equal(good(await store.list(person(), task, { limit: 200 })).items.length, 200);
  const tail = await readAll(hotels, { limit: 100 });
  assert.equal(tail.length, ROWS);
  const exact = good(await store.list(person({ orgId: 2 }), task, { limit: 20 }));
  assert.deepEqual([exact.items.length, exact.next], [20, null]);
});

Deno.test("resources - a limit, cursor or filter that is not valid is told by its name", async () => {
  await using hotels = await openHotels();
  await fill(hotels);
  const { store } = hotels;
  const { next } = good(await store.list(person(), task, { limit: 1 }));
  const cursor = next ?? "";
  const queries: ListQuery[] = [
    { limit: 0 },
    { limit: 201 },
    { limit: 1.5 },
    { cursor: "" },
    { cursor: "nonsense" },
    { cursor: `${cursor}AA` },
    { cursor, order: "asc" },
    { filters: { title: "x" } },
    { filters: { status: "nope" } },
  ];
  for (const query of queries) {
    assert.equal(codeOf(await store.list(person(), task, query)), "validation_failed", JSON.stringify(query));
  }
  const revenue = resource("finance", "revenue");
  assert.equal(codeOf(await store.list(person(), revenue, { cursor })), "validation_failed");
});

Deno.test("resources - the position is read before the rows", async () => {
  await using hotels = await openHotels();
  const { store } = hotels;
  const racing = hotels.storeWith({
    position: async () => {
      // Committed after the position was taken: the rows must have it.
      good(await store.create(person(), task, { propertyId: 1, title: "in between" }));
      return { seq: 41, epoch: "e" };
    },
  });
  const { items, seq } = good(await racing.list(person(), task));
  assert.deepEqual([items.map(({ title }) => title), seq], [["in between"], 41]);
});

Deno.test("resources - every page is read by an index, in order, without a sort", async () => {
  await using hotels = await openHotels();
  await fill(hotels);
  const { superuser } = hotels;
  await superuser`analyze tasks`;
  await transaction(superuser, async (tx) => {
    await tx`set local enable_seqscan = off`;
    const rows = await tx<{ "QUERY PLAN": string }[]>`
      explain select * from tasks where org_id = 1 and id < 400 order by id desc limit 51`;
    const plan = rows.map((row) => row["QUERY PLAN"]).join("\n");
    assert.match(plan, /Index Scan Backward using tasks_pkey/);
    assert.doesNotMatch(plan, /Sort/);
  });
});
