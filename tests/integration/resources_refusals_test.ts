import assert from "node:assert/strict";
import { parseId } from "@/lib/protocol/subjects.ts";
import { connectPool } from "@/services/postgres/pool.ts";
import { RESOURCES } from "@/lib/resources/catalog.ts";
import { type Answer } from "@/lib/resources/answer.ts";
import { codeOf, good, openHotels, person, resource } from "./resources_fixture.ts";

const task = resource("tasks", "task");
const room = resource("properties", "room");
const expense = resource("finance", "expense");
const approval = resource("finance", "approval");

/** Message by path of a validation_failed. */
function errorsOf(answer: Answer<unknown>): Record<string, string> {
  assert.ok(!answer.ok);
  assert.equal(answer.problem.code, "validation_failed", JSON.stringify(answer.problem));
  return Object.fromEntries((answer.problem.errors ?? []).map(({ path, message }) => [path, message]));
}

Deno.test("resources - a service or role that is not allowed is forbidden, by every verb", async () => {
  await using hotels = await openHotels();
  const { store } = hotels;
  const staff = person({ role: "staff", properties: [1] });
  for (const definition of RESOURCES.filter(({ service }) => !staff.services.has(service))) {
    const answers = await Promise.all([
      store.list(staff, definition),
      store.get(staff, definition, 1),
      store.create(staff, definition, {}),
      store.update(staff, definition, 1, {}, { ifMatch: '"1"' }),
      store.remove(staff, definition, 1),
    ]);
    assert.deepEqual(answers.map(codeOf), Array(5).fill("forbidden"), definition.key);
  }
  const manager = person();
  for (const definition of RESOURCES.filter(({ roles }) => !roles.create.includes("manager"))) {
    assert.equal(codeOf(await store.create(manager, definition, {})), "forbidden", definition.key);
    assert.ok((await store.list(manager, definition)).ok, definition.key);
  }
  const guestsOnly = person({ role: "admin", services: ["guest"] });
  assert.equal(codeOf(await store.list(guestsOnly, task)), "forbidden");
});

Deno.test("resources - staff change the status of a room and nothing else of it", async () => {
  await using hotels = await openHotels();
  const { store } = hotels;
  const staff = person({ role: "staff", properties: [1, 2] });
  const { record } = good(await store.create(person(), room, { propertyId: 1, number: "7" }));
  assert.equal(
    good(await store.update(staff, room, record.id, { status: "cleaning", version: 1 })).record.version,
    2,
  );
  for (const change of [{ number: "8" }, { status: "vacant", capacity: 9 }, { propertyId: 2 }]) {
    assert.equal(codeOf(await store.update(staff, room, record.id, { ...change, version: 2 })), "forbidden");
  }
  assert.equal(codeOf(await store.create(staff, room, { propertyId: 1, number: "9" })), "forbidden");
  assert.equal(codeOf(await store.remove(staff, room, record.id)), "forbidden");
});

Deno.test("resources - a token for single properties sees and writes only these", async () => {
  await using hotels = await openHotels();
  const { store } = hotels;
  const theme = resource("branding", "theme");
  const one = person({ properties: [1] });
  for (const propertyId of [1, 2, 1, 2]) {
    good(await store.create(person(), task, { propertyId, title: `of ${propertyId}` }));
  }
  const { items } = good(await store.list(one, task));
  assert.deepEqual(items.map(({ propertyId }) => propertyId), [1, 1]);
  assert.equal(codeOf(await store.list(one, task, { propertyId: 2 })), "forbidden");
  assert.equal(codeOf(await store.create(one, task, { propertyId: 2, title: "x" })), "forbidden");
  assert.equal(
    codeOf(await store.update(one, task, items[0]?.id ?? 0, { propertyId: 2, version: 1 })),
    "forbidden",
  );

  const [other] = good(await store.list(person(), task, { propertyId: 2 })).items;
  assert.ok(other);
  assert.equal(codeOf(await store.get(one, task, other.id)), "not_found");
  assert.equal(
    codeOf(await store.update(one, task, other.id, { title: "x" }, { ifMatch: '"1"' })),
    "not_found",
  );
  assert.equal(codeOf(await store.remove(one, task, other.id)), "not_found");

  const { record: shared } = good(await store.create(person(), theme, { name: "All houses" }));
  assert.equal(good(await store.get(one, theme, shared.id)).record.propertyId, null);
  assert.equal(good(await store.list(one, theme, { propertyId: 1 })).items.length, 1);
  assert.equal(codeOf(await store.create(one, theme, { name: "Mine for all" })), "forbidden");
  assert.equal(codeOf(await store.update(one, theme, shared.id, { name: "x", version: 1 })), "forbidden");
  assert.equal(codeOf(await store.remove(one, theme, shared.id)), "forbidden");
  const { record: own } = good(await store.create(one, theme, { name: "Mine", propertyId: 1 }));
  assert.equal(codeOf(await store.update(one, theme, own.id, { propertyId: null, version: 1 })), "forbidden");
  const admin = person({ role: "admin", properties: [1] });
  assert.equal(
    codeOf(await store.create(admin, resource("properties", "property"), { name: "x" })),
    "forbidden",
  );

  const nowhere = person({ role: "staff", properties: [] });
  assert.deepEqual(good(await store.list(nowhere, task)).items, []);
});

Deno.test("resources - a record of another organisation is not there, for any verb", async () => {
  await using hotels = await openHotels();
  const { store } = hotels;
  const stranger = person({ orgId: 2, role: "admin" });
  const { record } = good(await store.create(person(), task, { propertyId: 1, title: "x" }));
  const answers = await Promise.all([
    store.get(stranger, task, record.id),
    store.update(stranger, task, record.id, { title: "taken" }, { ifMatch: '"1"' }),
    store.remove(stranger, task, record.id),
    store.get(stranger, task, record.id + 1_000_000),
  ]);
  assert.deepEqual(answers.map(codeOf), Array(4).fill("not_found"));
  const details = answers.map((answer) => answer.ok ? "" : answer.problem.detail?.replaceAll(/\d+/g, "N"));
  assert.equal(new Set(details).size, 1, "what exists elsewhere reads like what exists nowhere");
  assert.deepEqual(good(await store.list(stranger, task)).items, []);
  assert.equal(good(await store.get(person(), task, record.id)).record.title, "x");
});

Deno.test("resources - a reference must lie in the same property of the same organisation", async () => {
  await using hotels = await openHotels();
  const { store } = hotels;
  const guest = resource("guest", "guest");
  const there = good(await store.create(person(), room, { propertyId: 2, number: "7" })).record.id;
  const abroad =
    good(await store.create(person({ orgId: 2 }), room, { propertyId: 1, number: "7" })).record.id;
  for (const roomId of [there, abroad, 999_999]) {
    const answer = await store.create(person(), guest, { propertyId: 1, name: "Rohan", roomId });
    assert.deepEqual(errorsOf(answer), { roomId: "is no such record of this property" });
  }
  const { record } = good(
    await store.create(person(), guest, { propertyId: 2, name: "Rohan", roomId: there }),
  );
  const moved = await store.update(person(), guest, record.id, { propertyId: 1, version: 1 });
  assert.deepEqual(errorsOf(moved), { roomId: "is no such record of this property" });
  const nowhere = await store.create(person(), guest, { propertyId: 9, name: "Rohan" });
  assert.deepEqual(errorsOf(nowhere), { propertyId: "is no property of this organisation" });
});

Deno.test("resources - a record that others refer to cannot be removed or moved away", async () => {
  await using hotels = await openHotels();
  const { store } = hotels;
  const { record } = good(await store.create(person(), expense, { propertyId: 1, amount: 5 }));
  good(await store.create(person(), approval, { propertyId: 1, expenseId: record.id }));
  assert.equal(codeOf(await store.remove(person(), expense, record.id)), "in_use");
  assert.equal(
    codeOf(await store.update(person(), expense, record.id, { propertyId: 2, version: 1 })),
    "in_use",
  );
  assert.equal(
    codeOf(await store.remove(person({ role: "admin" }), resource("properties", "property"), 1)),
    "in_use",
  );
  assert.equal(good(await store.get(person(), expense, record.id)).record.version, 1);
});

Deno.test("resources - what may exist once is refused the second time, and fields must fit each other", async () => {
  await using hotels = await openHotels();
  const { store } = hotels;
  const theme = resource("branding", "theme");
  good(await store.create(person(), room, { propertyId: 1, number: "7" }));
  good(await store.create(person(), room, { propertyId: 2, number: "7" }));
  const twice = await store.create(person(), room, { propertyId: 1, number: "7" });
  assert.ok(!twice.ok);
  assert.deepEqual([twice.problem.code, twice.problem.detail], [
    "already_exists",
    "Another room has the same number",
  ]);
  good(await store.create(person(), theme, { name: "For all" }));
  assert.equal(codeOf(await store.create(person(), theme, { name: "For all again" })), "already_exists");

  const guest = { propertyId: 1, name: "Rohan", arrivesOn: "2026-11-23", departsOn: "2026-11-22" };
  const answer = await store.create(person(), resource("guest", "guest"), guest);
  assert.deepEqual(errorsOf(answer), { departsOn: "does not fit the other fields" });
});

Deno.test("resources - a change needs the version; of two at once one wins", async () => {
  await using hotels = await openHotels();
  const { store } = hotels;
  const { record } = good(await store.create(person(), task, { propertyId: 1, title: "x" }));
  assert.equal(
    codeOf(await store.update(person(), task, record.id, { title: "y" })),
    "precondition_required",
  );
  assert.equal(
    codeOf(await store.update(person(), task, record.id, { title: "y" }, { ifMatch: "1" })),
    "bad_request",
  );
  const titles = Array.from({ length: 6 }, (_, n) => `title ${n}`);
  const answers = await Promise.all(
    titles.map((title) => store.update(person(), task, record.id, { title, version: 1 })),
  );
  const [winner, ...others] = answers.filter(({ ok }) => ok);
  assert.ok(winner && others.length === 0);
  const losers = answers.filter(({ ok }) => !ok);
  for (const answer of losers) {
    assert.equal(codeOf(answer), "version_conflict");
    assert.match(answer.ok ? "" : answer.problem.detail ?? "", /at version 2, not 1/);
  }
  assert.equal(good(await store.get(person(), task, record.id)).record.title, good(winner).record.title);
});

Deno.test("resources - text that looks like SQL, markup or a subject is kept as it is", async () => {
  await using hotels = await openHotels();
  const { store } = hotels;
  const texts = [
    "'; drop table tasks; --",
    '"$1',
    "{a,b}",
    "\\'); select 1",
    "evt.2.>",
    "<script>alert(1)</script>",
    "😀é\u202e",
  ];
  for (const title of texts) {
    const { record } = good(await store.create(person(), task, { propertyId: 1, title, description: title }));
    assert.equal(good(await store.get(person(), task, record.id)).record.description, title);
    good(await store.list(person(), resource("finance", "revenue"), { filters: { category: title } }));
  }
  assert.equal(good(await store.list(person(), task)).items.length, texts.length);
  assert.ok(hotels.told.every(({ subject }) => subject === "evt.1.1.tasks.task.created"));
  const bad = await store.create(person(), task, { propertyId: 1, title: "a\u0000b" });
  assert.deepEqual(errorsOf(bad), { title: "has characters that are not text" });
});

Deno.test("resources - a database that cannot be reached is unavailable, not an error", async () => {
  await using hotels = await openHotels();
  const nowhere = connectPool("postgres://nobody:x@127.0.0.1:1/none", {
    max: 2,
    applicationName: "test-nowhere",
  });
  const store = hotels.storeWith({ sql: nowhere });
  try {
    const answers = [
      await store.list(person(), task),
      await store.get(person(), task, 1),
      await store.create(person(), task, { propertyId: 1, title: "x" }),
    ];
    for (const answer of answers) {
      assert.ok(!answer.ok);
      assert.equal(answer.problem.code, "unavailable");
      assert.ok((answer.problem.retryAfter ?? 0) > 0);
    }
  } finally {
    await nowhere.end({ timeout: 1 });
  }
  const noStream = hotels.storeWith({ position: () => Promise.reject(new Error("no stream")) });
  assert.equal(codeOf(await noStream.list(person(), task)), "unavailable");
});

Deno.test("resources - a token of an organisation that is not set up reads nothing and writes nothing", async () => {
  await using hotels = await openHotels();
  const nobody = person({ orgId: 404, role: "admin" });
  for (const definition of RESOURCES) {
    assert.deepEqual(good(await hotels.store.list(nobody, definition)).items, []);
  }
  const user = { login: "x", name: "X", role: "staff", properties: "*" };
  assert.equal(codeOf(await hotels.store.create(nobody, resource("users", "user"), user)), "forbidden");
  assert.equal(
    codeOf(await hotels.store.create(nobody, resource("properties", "property"), { name: "x" })),
    "forbidden",
  );
  assert.equal(
    codeOf(await hotels.store.create(nobody, task, { propertyId: 1, title: "x" })),
    "validation_failed",
  );
});

Deno.test("resources - an id that is none finds nothing", async () => {
  await using hotels = await openHotels();
  for (const id of [0, -1, 1.5, NaN, Number.MAX_SAFE_INTEGER, parseId("9007199254740993") ?? 0]) {
    assert.equal(codeOf(await hotels.store.get(person(), task, id)), "not_found", String(id));
  }
});
