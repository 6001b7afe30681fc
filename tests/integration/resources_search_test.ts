import assert from "node:assert/strict";
import { transaction } from "@/services/postgres/transaction.ts";
import { SEARCHES_AT_ONCE, SEARCHES_WAITING_MAX } from "@/services/resources/searches.ts";
import { until } from "../harness/live.ts";
import { codeOf, good, type Hotels, openHotels, person, resource } from "./resources_fixture.ts";

const task = resource("tasks", "task");

async function titles({ store }: Hotels, q: string, claims = {}): Promise<unknown[]> {
  const { items } = good(await store.list(person(claims), task, { q, order: "asc" }));
  return items.map(({ title }) => title);
}

Deno.test("search - a list can be narrowed to what has a text in its words, of one's own organisation", async () => {
  await using hotels = await openHotels();
  const { store } = hotels;
  for (
    const body of [
      { title: "Check the POOL pump", propertyId: 1 },
      { title: "Towels", description: "for the pool, 100% cotton", propertyId: 2 },
      { title: "a_b", propertyId: 1 },
      { title: "back\\slash", propertyId: 1 },
      { title: "axb", propertyId: 1 },
    ]
  ) good(await store.create(person(), task, body));
  good(await store.create(person({ orgId: 2 }), task, { title: "pool of the others", propertyId: 1 }));
  assert.deepEqual(await titles(hotels, "pool"), ["Check the POOL pump", "Towels"]);
  assert.deepEqual(await titles(hotels, "pool", { role: "staff", properties: [2] }), ["Towels"]);
  // No character of a search is a wildcard or ends the statement.
  assert.deepEqual(await titles(hotels, "a_b"), ["a_b"]);
  assert.deepEqual(await titles(hotels, "100%"), ["Towels"]);
  assert.deepEqual(await titles(hotels, "%"), ["Towels"]);
  assert.deepEqual(await titles(hotels, "\\"), ["back\\slash"]);
  assert.deepEqual(await titles(hotels, "'; drop table tasks; --"), []);
});

Deno.test("search - pages go on within what was found, and filters narrow it further", async () => {
  await using hotels = await openHotels();
  const { store } = hotels;
  for (let i = 0; i < 5; i++) good(await store.create(person(), task, { title: `pool ${i}`, propertyId: 1 }));
  good(await store.create(person(), task, { title: "pool done", status: "done", propertyId: 1 }));
  const query = { q: "pool", limit: 3, filters: { status: "open" } };
  const first = good(await store.list(person(), task, query));
  const second = good(await store.list(person(), task, { ...query, cursor: first.next! }));
  assert.deepEqual(
    [...first.items, ...second.items].map(({ title }) => title),
    [4, 3, 2, 1, 0].map((i) => `pool ${i}`),
  );
  assert.equal(second.next, null);
});

Deno.test("search - an empty or endless text, and a resource without words, are refused", async () => {
  await using hotels = await openHotels();
  for (const q of ["", "x".repeat(101)]) {
    assert.equal(codeOf(await hotels.store.list(person(), task, { q })), "validation_failed");
  }
  const schedule = resource("staff", "schedule");
  assert.equal(codeOf(await hotels.store.list(person(), schedule, { q: "x" })), "validation_failed");
});

Deno.test("search - days of statistics from one on, across pages; a list without days, and what is none, are refused", async () => {
  await using hotels = await openHotels();
  const { store } = hotels;
  const statistic = resource("analytics", "statistic");
  const program = person({ role: "service" });
  // Ids are not in the order of the days.
  for (const day of ["2026-11-03", "2026-11-01", "2026-11-04", "2026-11-02"]) {
    good(await store.create(program, statistic, { propertyId: 1, day }));
  }
  good(
    await store.create(person({ role: "service", orgId: 2 }), statistic, {
      propertyId: 1,
      day: "2026-11-05",
    }),
  );
  const query = { filters: { dayFrom: "2026-11-02" }, limit: 2 };
  const first = good(await store.list(person(), statistic, query));
  const second = good(await store.list(person(), statistic, { ...query, cursor: first.next! }));
  const days = [...first.items, ...second.items].map(({ day }) => day);
  assert.deepEqual(days, ["2026-11-02", "2026-11-04", "2026-11-03"]);
  assert.equal(second.next, null);
  const before = { filters: { dayFrom: "2026-11-02", dayBefore: "2026-11-04" } };
  const between = good(await store.list(person(), statistic, before)).items.map(({ day }) => day);
  assert.deepEqual(between, ["2026-11-02", "2026-11-03"]);
  for (const dayFrom of ["2026-02-30", "yesterday", ""]) {
    assert.equal(
      codeOf(await store.list(person(), statistic, { filters: { dayFrom } })),
      "validation_failed",
    );
  }
  const elsewhere = { filters: { dayFrom: "2026-11-02" } };
  assert.equal(codeOf(await store.list(person(), task, elsewhere)), "validation_failed");
});

Deno.test("search - shifts can be narrowed to those that begin within a time", async () => {
  await using hotels = await openHotels();
  const { store } = hotels;
  const employee = good(
    await store.create(person(), resource("staff", "employee"), { name: "Kavya", propertyId: 1 }),
  ).record;
  const schedule = resource("staff", "schedule");
  for (const day of ["22", "23", "29", "30"]) {
    const startsAt = `2026-11-${day}T00:00:00Z`;
    const endsAt = `2026-11-${day}T08:00:00Z`;
    good(
      await store.create(person(), schedule, { employeeId: employee.id, propertyId: 1, startsAt, endsAt }),
    );
  }
  const filters = { startsAtFrom: "2026-11-23T00:00:00Z", startsAtBefore: "2026-11-30T00:00:00Z" };
  const first = good(await store.list(person(), schedule, { filters, limit: 1, order: "asc" }));
  const second = good(await store.list(person(), schedule, { filters, order: "asc", cursor: first.next! }));
  assert.deepEqual(
    [...first.items, ...second.items].map(({ startsAt }) => String(startsAt).slice(8, 10)),
    ["23", "29"],
  );
});

Deno.test("search - the searches of one organisation leave the database to everything else", async () => {
  await using hotels = await openHotels();
  const { store, superuser } = hotels;
  good(await store.create(person(), task, { title: "pool", propertyId: 1 }));
  const running = async () => {
    const rows = await superuser`select 1 from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock' and query like '%ilike%'`;
    return rows.length;
  };
  const search = () => store.list(person(), task, { q: "pool" });
  // Whoever reads tasks waits until this is over.
  const searches = await transaction(superuser, async (tx) => {
    await tx`lock table tasks in access exclusive mode`;
    const some = Array.from({ length: SEARCHES_AT_ONCE + SEARCHES_WAITING_MAX }, search);
    await until("they run", async () => await running() === SEARCHES_AT_ONCE);
    const refused = await search();
    assert.equal(codeOf(refused), "unavailable");
    assert.equal(!refused.ok && refused.problem.retryAfter, 1);
    const room = resource("properties", "room");
    good(await store.list(person(), room));
    good(await store.list(person({ orgId: 2 }), room, { q: "1" }));
    assert.equal(await running(), SEARCHES_AT_ONCE);
    return some;
  });
  for (const found of await Promise.all(searches)) assert.equal(good(found).items.length, 1);
});

Deno.test("search - one that takes too long is given up before any other statement would be", async () => {
  await using hotels = await openHotels();
  const { store, superuser } = hotels;
  await transaction(superuser, async (tx) => {
    await tx`lock table tasks in access exclusive mode`;
    const done: string[] = [];
    const list = store.list(person(), task).finally(() => done.push("list"));
    const search = store.list(person(), task, { q: "pool" }).finally(() => done.push("search"));
    assert.deepEqual([codeOf(await search), codeOf(await list)], ["unavailable", "unavailable"]);
    assert.deepEqual(done, ["search", "list"]);
  });
});
