import assert from "node:assert/strict";
import { principalOf } from "@/lib/auth/principal.ts";
import { seedDemo } from "@/services/demo/seed.ts";
import { DEMO_USERS } from "@/services/demo/users.ts";
import { connectPool } from "@/services/postgres/pool.ts";
import { RESOURCES } from "@/lib/resources/catalog.ts";
import { createResourceStore } from "@/services/resources/store.ts";
import { testDatabase } from "../harness/postgres.ts";
import { good, person, resource } from "./resources_fixture.ts";

Deno.test("resources - the demo data is put in once, by however many, and tells no events", async () => {
  const database = await testDatabase();
  const superuser = connectPool(database.superuserUrl, { max: 1, applicationName: "test" });
  try {
    const lines = await Promise.all([1, 2, 3].map(() => seedDemo(database.ownerUrl)));
    assert.ok(lines.some((line) => line.includes("Sahyadri Hotels")));
    assert.equal(await seedDemo(database.ownerUrl), "the demo data is there already");
    const [row] = await superuser`select (select count(*)::int from organisations) as organisations,
      (select count(*)::int from users) as users, (select count(*)::int from outbox) as outbox`;
    assert.deepEqual({ ...row }, { organisations: 2, users: DEMO_USERS.length, outbox: 0 });
  } finally {
    await superuser.end();
    await database.drop();
  }
});

Deno.test("resources - the demo people see the data of their hotels through the API", async () => {
  const database = await testDatabase();
  await seedDemo(database.ownerUrl);
  const sql = connectPool(database.appUrl, { max: 2, applicationName: "test" });
  const position = () => Promise.resolve({ seq: 0, epoch: "e" });
  const parts = {
    sql,
    position,
    committed: () => {},
    now: () => Date.now(),
    newId: () => crypto.randomUUID(),
  };
  const store = createResourceStore(parts);
  try {
    for (const { userId, orgId, role, properties } of DEMO_USERS) {
      const principal = principalOf({ sub: userId, orgId, role, properties, exp: 4_000_000_000 });
      assert.ok(typeof principal !== "string");
      for (const definition of RESOURCES.filter(({ service }) => principal.services.has(service))) {
        const answer = await store.list(principal, definition);
        const empty = ["document", "metrics", "statistic", "report"];
        assert.equal(
          good(answer).items.length === 0,
          empty.includes(definition.entity),
          `${userId} ${definition.key}`,
        );
      }
    }
    const admin = person({ role: "admin" });
    const next = good(await store.create(admin, resource("properties", "property"), { name: "Third house" }));
    assert.equal(next.record.id, 3);
  } finally {
    await sql.end();
    await database.drop();
  }
});
