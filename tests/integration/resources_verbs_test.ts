import assert from "node:assert/strict";
import { decodeEvent } from "@/lib/realtime/event.ts";
import { HEAD_COLUMNS, type Resource } from "@/lib/resources/define.ts";
import { resourceOf, RESOURCES } from "@/lib/resources/catalog.ts";
import { recordResponse } from "@/services/resources/responses.ts";
import {
  CHANGES,
  codeOf,
  good,
  type Hotels,
  openHotels,
  person,
  POSITION,
  resource,
  SAMPLES,
} from "./resources_fixture.ts";

/** Makes records of the samples by whoever may. */
function maker({ store }: Hotels): (key: string) => Promise<number> {
  const make = async (key: string): Promise<number> => {
    const definition = RESOURCES.find((resource) => resource.key === key) as Resource;
    const body = await SAMPLES[key]?.(make);
    return good(await store.create(person({ role: definition.roles.create[0] ?? "admin" }), definition, body))
      .record.id;
  };
  return make;
}

/** The events in the outbox, oldest first, as a client would see them. */
async function eventsOf({ superuser }: Hotels, subject: string): Promise<Record<string, unknown>[]> {
  const rows = await superuser<{ id: string; subject: string; payload: string }[]>`
    select id, subject, payload from outbox where subject like ${subject}`;
  const events = rows.map(({ id, subject, payload }) => {
    const bytes = new TextEncoder().encode(payload);
    const event = decodeEvent({ subject, payload: bytes, seq: 1, storedAt: 0, messageId: id });
    assert.ok("json" in event, JSON.stringify(event));
    const { actor } = JSON.parse(payload);
    return { ...JSON.parse(event.json), outboxId: id, actor };
  });
  return events.toSorted((a, b) => a.version - b.version);
}

for (const { key, service, entity, roles } of RESOURCES) {
  Deno.test(`resources - ${key} is created, read, listed, changed and removed, with an event each`, async () => {
    await using hotels = await openHotels();
    const { store } = hotels;
    const definition = resourceOf(service, entity) as Resource;
    const by = (verb: "create" | "update" | "remove") =>
      person({ role: roles[verb][0] ?? "admin", userId: "someone" });
    const body = await SAMPLES[key]?.(maker(hotels)) ?? {};
    hotels.told.length = 0;

    const { record, status, replayed } = good(await store.create(by("create"), definition, body));
    assert.deepEqual([status, replayed, record.version, record.createdBy], [201, false, 1, "someone"]);
    assert.deepEqual(record, JSON.parse(JSON.stringify(record)), "it is plain JSON");
    assert.deepEqual(good(await store.get(person(), definition, record.id)).record, record);
    const { items, next, seq, epoch } = good(await store.list(person(), definition));
    assert.deepEqual([items[0], next, { seq, epoch }], [record, null, POSITION]);
    // The hotels themselves are there before.
    assert.equal(items.length, entity === "property" ? 3 : 1);

    const change = CHANGES[key] ?? {};
    const ifMatch = recordResponse(definition, { record }).headers.get("etag") ?? "";
    const { record: changed } = good(
      await store.update(by("update"), definition, record.id, change, { ifMatch }),
    );
    assert.equal(changed.version, 2);
    for (const [name, value] of Object.entries(change)) {
      assert.deepEqual(
        changed[name],
        typeof value === "string" && value.startsWith("#") ? value.toLowerCase() : shown(value),
      );
    }
    assert.equal(
      codeOf(await store.update(by("update"), definition, record.id, change, { ifMatch })),
      "version_conflict",
    );
    assert.equal(
      codeOf(await store.remove(by("remove"), definition, record.id, { ifMatch })),
      "version_conflict",
    );
    assert.deepEqual(good(await store.get(person(), definition, record.id)).record, changed);

    good(await store.remove(by("remove"), definition, record.id, { ifMatch: '"2"' }));
    assert.equal(codeOf(await store.get(person(), definition, record.id)), "not_found");
    assert.equal(codeOf(await store.remove(by("remove"), definition, record.id)), "not_found");

    const events = await eventsOf(hotels, `evt.1.${record.propertyId ?? "\\_"}.${service}.${entity}.%`);
    assert.deepEqual(events.map(({ action, version, actor }) => [action, version, actor]), [
      ["created", 1, "someone"],
      ["updated", 2, "someone"],
      ["deleted", 3, "someone"],
    ]);
    assert.deepEqual(events.map(({ data }) => data), [record, changed, {
      id: record.id,
      propertyId: record.propertyId,
    }]);
    for (const event of events) assert.equal(event.id, event.outboxId);
    assert.deepEqual(hotels.told.map(({ id }) => id), events.map(({ id }) => id));
  });
}

/** How an answer shows a moment that came with another offset or without milliseconds. */
function shown(value: unknown): unknown {
  return typeof value === "string" && /T.*Z$/.test(value) ? new Date(value).toISOString() : value;
}

Deno.test("resources - the product text's call works as it stands", async () => {
  await using hotels = await openHotels();
  const revenue = resource("finance", "revenue");
  const { record } = good(
    await hotels.store.create(person(), revenue, JSON.parse('{"amount": 1000, "propertyId": 1}')),
  );
  const { amount, amountMinor, currency, category, description, occurredAt, createdAt } = record;
  assert.deepEqual({ amount, amountMinor, currency, category, description }, {
    amount: 1000,
    amountMinor: 100_000,
    currency: "INR",
    category: "other",
    description: "",
  });
  assert.equal(occurredAt, createdAt);
  assert.match(createdAt, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
});

Deno.test("resources - money is in the organisation's currency unless the body names another", async () => {
  await using hotels = await openHotels();
  const revenue = resource("finance", "revenue");
  const create = (orgId: number, body: object) =>
    hotels.store.create(person({ orgId }), revenue, { propertyId: 1, ...body });
  const money = async (orgId: number, body: object) => {
    const { amount, amountMinor, currency } = good(await create(orgId, body)).record;
    return [amount, amountMinor, currency];
  };
  assert.deepEqual(await money(2, { amount: "1.234" }), [1.234, 1234, "KWD"]);
  assert.deepEqual(await money(3, { amount: 500 }), [500, 500, "JPY"]);
  assert.deepEqual(await money(3, { amount: 0.29, currency: "INR" }), [0.29, 29, "INR"]);
  const tooFine = await create(3, { amount: 0.5 });
  assert.ok(!tooFine.ok);
  assert.deepEqual(tooFine.problem.errors, [{ path: "amount", message: "has 1 decimals, JPY has none" }]);
});

Deno.test("resources - changing the currency needs the amount, changing the amount keeps the currency", async () => {
  await using hotels = await openHotels();
  const revenue = resource("finance", "revenue");
  const { store } = hotels;
  const { record: { id } } = good(
    await store.create(person(), revenue, { propertyId: 1, amount: 10, currency: "JPY" }),
  );
  assert.equal(
    codeOf(await store.update(person(), revenue, id, { version: 1, currency: "INR" })),
    "validation_failed",
  );
  assert.equal(
    codeOf(await store.update(person(), revenue, id, { version: 1, amount: 1.5 })),
    "validation_failed",
  );
  const same = good(await store.update(person(), revenue, id, { version: 1, currency: "JPY" })).record;
  const other =
    good(await store.update(person(), revenue, id, { version: 2, currency: "INR", amount: "1.50" })).record;
  assert.deepEqual([same.amountMinor, other.amountMinor, other.currency, other.version], [10, 150, "INR", 3]);
});

Deno.test("resources - properties are numbered within their organisation, also when made at once", async () => {
  await using hotels = await openHotels();
  const property = resource("properties", "property");
  const make = (orgId: number) =>
    hotels.store.create(person({ orgId, role: "admin" }), property, { name: "New" });
  const made = await Promise.all([make(1), make(1), make(2), make(1), make(2)]);
  const ids = made.map((answer) => good(answer).record).map(({ id, propertyId }) => {
    assert.equal(id, propertyId);
    return id;
  });
  assert.deepEqual([ids[0], ids[1], ids[3]].toSorted(), [3, 4, 5]);
  assert.deepEqual([ids[2], ids[4]].toSorted(), [2, 3]);
});

Deno.test("resources - a record that moves leaves one property and arrives in the other, in any order", async () => {
  await using hotels = await openHotels();
  const task = resource("tasks", "task");
  const { record: { id } } = good(await hotels.store.create(person(), task, { propertyId: 1, title: "x" }));
  const { record } = good(await hotels.store.update(person(), task, id, { propertyId: 2, version: 1 }));
  assert.deepEqual([record.propertyId, record.version], [2, 3]);
  const told = hotels.told.slice(1).map(({ subject, payload }) => {
    const { version, data } = JSON.parse(payload);
    return { subject, version, propertyId: data.propertyId };
  });
  assert.deepEqual(told, [
    { subject: "evt.1.1.tasks.task.deleted", version: 2, propertyId: 1 },
    { subject: "evt.1.2.tasks.task.updated", version: 3, propertyId: 2 },
  ]);
});

Deno.test("resources - an update that names nothing changes nothing and tells nothing", async () => {
  await using hotels = await openHotels();
  const task = resource("tasks", "task");
  const { record } = good(await hotels.store.create(person(), task, { propertyId: 1, title: "x" }));
  hotels.told.length = 0;
  assert.deepEqual(
    good(await hotels.store.update(person(), task, record.id, {}, { ifMatch: '"1"' })).record,
    record,
  );
  assert.deepEqual(hotels.told, []);
});

Deno.test("resources - a program may name one of the entity's own actions", async () => {
  await using hotels = await openHotels();
  const document = resource("guest", "document");
  const program = person({ role: "service" });
  const body = { propertyId: 1, documentType: "visa", filename: "v.png", mimetype: "image/png", filesize: 9 };
  const { record } = good(await hotels.store.create(program, document, body, { action: "uploaded" }));
  const change = { version: 1, status: "done" };
  good(await hotels.store.update(program, document, record.id, change, { action: "ocr_completed" }));
  const subjects = hotels.told.map(({ subject }) => subject);
  assert.deepEqual(subjects, ["evt.1.1.guest.document.uploaded", "evt.1.1.guest.document.ocr_completed"]);
  await assert.rejects(hotels.store.create(program, document, body, { action: "sold" }), RangeError);
});

Deno.test("resources - one record as an answer has its ETag, a created one its Location", async () => {
  await using hotels = await openHotels();
  const guest = resource("guest", "guest");
  const created = good(await hotels.store.create(person(), guest, { propertyId: 1, name: "Rohan" }));
  const response = recordResponse(guest, created);
  assert.equal(response.status, 201);
  assert.equal(response.headers.get("etag"), '"1"');
  assert.equal(response.headers.get("location"), `/guest-checkin/guest/${created.record.id}`);
  assert.equal(response.headers.get("idempotent-replayed"), null);
  assert.deepEqual(await response.json(), created.record);
  assert.equal(recordResponse(guest, { record: created.record }).headers.get("location"), null);
});

Deno.test("resources - the columns of every table are those of its definition", async () => {
  await using hotels = await openHotels();
  for (const { table, columns } of RESOURCES) {
    const rows = await hotels.superuser<{ name: string }[]>`
      select column_name as name from information_schema.columns
      where table_name = ${table} and (is_generated = 'NEVER' or column_name = 'property_id')`;
    // By which upload a document came is nobody's to see.
    const hidden = table === "documents" ? ["upload_id"] : [];
    const wanted = [...HEAD_COLUMNS, "org_id", ...hidden, ...columns.values()];
    assert.deepEqual(rows.map(({ name }) => name).toSorted(), wanted.toSorted(), table);
  }
});
