import assert from "node:assert/strict";
import { ProblemError } from "@/lib/protocol/problems.ts";
import { isConnectionError } from "@/services/postgres/errors.ts";
import { connectPool, type Sql, type Transaction } from "@/services/postgres/pool.ts";
import { WAITING_MAX } from "@/services/postgres/slots.ts";
import { inTenant } from "@/services/postgres/tenant.ts";
import { transaction } from "@/services/postgres/transaction.ts";
import { good, type Hotels, openHotels, person, resource } from "./resources_fixture.ts";

const task = resource("tasks", "task");

/** A pool of one connection on the hotels' database. */
async function withSingle(hotels: Hotels, work: (single: Sql) => Promise<void>): Promise<void> {
  const single = connectPool(hotels.database.appUrl, { max: 1, applicationName: "test-single" });
  try {
    await work(single);
  } finally {
    await single.end({ timeout: 5 });
  }
}

async function pidOf(tx: Transaction): Promise<number> {
  const [row] = await tx<{ pid: number }[]>`select pg_backend_pid() as pid`;
  return row?.pid ?? 0;
}

function addTask(tx: Transaction, title: string): Promise<unknown> {
  return tx`insert into tasks (org_id, property_id, title, description, status, priority, created_by)
    values (1, 1, ${title}, '', 'open', 'low', 'x')`;
}

async function titles({ superuser }: Hotels): Promise<string[]> {
  return (await superuser<{ title: string }[]>`select title from tasks order by title`).map(({ title }) =>
    title
  );
}

Deno.test("resources - connections that died unused are replaced without anybody noticing", async () => {
  await using hotels = await openHotels();
  const { store, superuser } = hotels;
  for (let round = 0; round < 5; round++) {
    const creates = Array.from(
      { length: 6 },
      () => store.create(person(), task, { propertyId: 1, title: "x" }),
    );
    (await Promise.all(creates)).forEach(good);
    await superuser`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'test-app'`;
  }
  assert.equal(good(await store.list(person(), task)).items.length, 30);
});

Deno.test("resources - a transaction whose connection breaks rejects, and the pool goes on", async () => {
  await using hotels = await openHotels();
  await withSingle(hotels, async (single) => {
    for (let round = 0; round < 3; round++) {
      const broken = inTenant(single, 1, async (tx) => {
        await addTask(tx, "lost");
        const pid = await pidOf(tx);
        await Promise.all([tx`select pg_sleep(60)`, hotels.superuser`select pg_terminate_backend(${pid})`]);
      });
      await assert.rejects(broken, isConnectionError);
      await inTenant(single, 1, (tx) => addTask(tx, `kept ${round}`));
    }
  });
  assert.deepEqual(await titles(hotels), ["kept 0", "kept 1", "kept 2"]);
});

Deno.test("resources - what is still sent after the loss never reaches somebody else's transaction", async () => {
  await using hotels = await openHotels();
  await withSingle(hotels, async (single) => {
    const gate = Promise.withResolvers<void>();
    const began = Promise.withResolvers<number>();
    const late: unknown[] = [];
    const first = inTenant(single, 1, async (tx) => {
      await addTask(tx, "first");
      began.resolve(await pidOf(tx));
      await gate.promise;
      late.push(await addTask(tx, "late").catch((error) => error));
    });
    const rejected = assert.rejects(first, isConnectionError);
    await hotels.superuser`select pg_terminate_backend(${await began.promise})`;
    await rejected;

    await assert.rejects(
      inTenant(single, 1, async (tx) => {
        await addTask(tx, "second");
        gate.resolve();
        await pidOf(tx);
        await addTask(tx, "second too");
        throw new Error("taken back");
      }),
      /taken back/,
    );
    await inTenant(single, 1, (tx) => addTask(tx, "third"));
    assert.deepEqual(late, []);
  });
  assert.deepEqual(await titles(hotels), ["third"]);
});

Deno.test("resources - what is still sent after the end never reaches the next transaction", async () => {
  await using hotels = await openHotels();
  await withSingle(hotels, async (single) => {
    const late = Promise.withResolvers<void>();
    let branch = Promise.resolve<unknown>(undefined);
    const first = inTenant(single, 1, async (tx) => {
      branch = late.promise.then(() => addTask(tx, "late"));
      await Promise.reject(new Error("taken back"));
    });
    await assert.rejects(first, /taken back/);
    await inTenant(single, 1, async (tx) => {
      late.resolve();
      await assert.rejects(branch, /The transaction is over/);
      await addTask(tx, "next");
    });
  });
  assert.deepEqual(await titles(hotels), ["next"]);
});

Deno.test("resources - a statement outside of a transaction fails with its connection, the next ones do not", async () => {
  await using hotels = await openHotels();
  await withSingle(hotels, async (single) => {
    for (let round = 0; round < 3; round++) {
      const [row] = await single<{ pid: number }[]>`select pg_backend_pid() as pid`;
      const sleep = assert.rejects(Promise.resolve(single`select pg_sleep(60)`), isConnectionError);
      await hotels.superuser`select pg_terminate_backend(${row?.pid ?? 0})`;
      await sleep;
      // The loss itself may be noticed a moment after the failure of the statement.
      await Promise.resolve(single`select 1`).catch(() => {});
    }
    assert.equal((await single`select 1 as one`)[0]?.one, 1);
  });
});

Deno.test("resources - the library's own begin, which ends the process on a lost connection, cannot be used", async () => {
  await using hotels = await openHotels();
  assert.throws(() => hotels.sql.begin((tx) => tx`select 1`), /Use inTenant/);
  assert.throws(() => hotels.sql.reserve(), /Use inTenant/);
});

Deno.test("resources - transactions beyond the bound are told to come back, not queued for ever", async () => {
  await using hotels = await openHotels();
  await withSingle(hotels, async (single) => {
    const gate = Promise.withResolvers<void>();
    const began = Promise.withResolvers<void>();
    const order: number[] = [];
    const running = [transaction(single, () => {
      began.resolve();
      return gate.promise;
    })];
    await began.promise;
    for (let n = 0; n < WAITING_MAX; n++) {
      running.push(transaction(single, () => Promise.resolve(void order.push(n))));
    }
    const isUnavailable = (error: unknown) =>
      error instanceof ProblemError && error.problem.code === "unavailable";
    await assert.rejects(transaction(single, () => Promise.resolve()), isUnavailable);
    gate.resolve();
    await Promise.all(running);
    assert.deepEqual(order, order.toSorted((a, b) => a - b));
    assert.equal(order.length, WAITING_MAX);
  });
});

Deno.test("resources - a server that takes connections and drops them is given up in bounded time", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const accepting = (async () => {
    for await (const connection of listener) connection.close();
  })();
  const { port } = listener.addr as Deno.NetAddr;
  const sql = connectPool(`postgres://a:b@127.0.0.1:${port}/c`, { max: 1, applicationName: "test-dropped" });
  await assert.rejects(transaction(sql, () => Promise.resolve()), isConnectionError);
  listener.close();
  await accepting;
  await sql.end({ timeout: 0 });
});

Deno.test("resources - ending the pool refuses who waits and lets who runs finish", async () => {
  await using hotels = await openHotels();
  const single = connectPool(hotels.database.appUrl, { max: 1, applicationName: "test-single" });
  const gate = Promise.withResolvers<void>();
  const began = Promise.withResolvers<void>();
  const running = inTenant(single, 1, async (tx) => {
    began.resolve();
    await gate.promise;
    await addTask(tx, "finished");
  });
  await began.promise;
  const waits = assert.rejects(inTenant(single, 1, (tx) => addTask(tx, "too late")), ProblemError);
  const ended = single.end({ timeout: 5 });
  await waits;
  gate.resolve();
  await running;
  await ended;
  await assert.rejects(inTenant(single, 1, (tx) => addTask(tx, "after the end")), ProblemError);
  assert.deepEqual(await titles(hotels), ["finished"]);
});

Deno.test("resources - a bigint beyond the safe integers rejects the query instead of being rounded", async () => {
  await using hotels = await openHotels();
  const [row] = await hotels.sql`select 9007199254740991::bigint as safe, array[1, 2]::bigint[] as ids,
    '2026-11-23 13:00:00.123456+05:30'::timestamptz as at, '2026-11-23'::date as day`;
  assert.deepEqual({ ...row }, {
    safe: Number.MAX_SAFE_INTEGER,
    ids: [1, 2],
    at: "2026-11-23T07:30:00.123Z",
    day: "2026-11-23",
  });
  await assert.rejects(
    Promise.resolve(hotels.sql`select 9007199254740993::bigint`),
    /beyond the safe integers/,
  );
  assert.equal((await hotels.sql`select 1 as one`)[0]?.one, 1);
});
