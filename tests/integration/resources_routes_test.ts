import assert from "node:assert/strict";
import { BODY_BYTES_MAX } from "@/services/http/body.ts";
import { seedDemo } from "@/services/demo/seed.ts";
import { startServer, type TestServer } from "../harness/server.ts";

const SEED_BODY = '{"amount": 1000, "propertyId": 1}';

type Ask = (
  method: string,
  path: string,
  init?: { body?: BodyInit; headers?: Record<string, string> },
) => Promise<Response>;

/** The whole server with the demo's hotels, asked by a manager of all properties of organisation 1. */
async function withHotel(work: (ask: Ask, server: TestServer) => Promise<void>): Promise<void> {
  const server = await startServer();
  try {
    await seedDemo(server.database.ownerUrl);
    const authorization = `Bearer ${await server.token()}`;
    await work(
      (method, path, { body, headers } = {}) =>
        fetch(server.url + path, {
          method,
          headers: { authorization, "content-type": "application/json", ...headers },
          ...(body !== undefined && { body }),
        }),
      server,
    );
  } finally {
    await server.stop();
  }
}

async function codeOf(response: Response): Promise<[number, string]> {
  assert.equal(response.headers.get("content-type"), "application/problem+json");
  return [response.status, (await response.json()).code];
}

Deno.test("resources - over HTTP a record is created, read, changed and removed", async () => {
  await withHotel(async (ask) => {
    const created = await ask("POST", "/finance/revenue", { body: SEED_BODY });
    const record = await created.json();
    const path = `/finance/revenue/${record.id}`;
    assert.deepEqual([created.status, created.headers.get("location")], [201, path]);
    assert.deepEqual([created.headers.get("etag"), created.headers.get("cache-control")], [
      '"1"',
      "no-store",
    ]);

    const read = await ask("GET", path);
    assert.deepEqual([read.status, read.headers.get("etag"), await read.json()], [200, '"1"', record]);
    const { items, next, seq, epoch } = await (await ask("GET", "/finance/revenue?limit=1&category=other"))
      .json();
    assert.deepEqual([items, next], [[record], null]);
    assert.ok(Number.isSafeInteger(seq) && typeof epoch === "string");

    assert.deepEqual(await codeOf(await ask("PATCH", path, { body: '{"amount": 5}' })), [
      428,
      "precondition_required",
    ]);
    const patched = await ask("PATCH", path, { body: '{"amount": 5}', headers: { "if-match": '"1"' } });
    assert.deepEqual([patched.status, patched.headers.get("etag"), (await patched.json()).amount], [
      200,
      '"2"',
      5,
    ]);
    const stale = await ask("PUT", path, { body: '{"amount": 6, "version": 1}' });
    assert.deepEqual(await codeOf(stale), [409, "version_conflict"]);
    const put = await ask("PUT", path, { body: '{"description": "Corrected", "version": 2}' });
    assert.deepEqual([put.status, (await put.json()).amount], [200, 5]);

    const removed = await ask("DELETE", path, { headers: { "if-match": '"3"' } });
    assert.deepEqual([removed.status, await removed.text()], [204, ""]);
    assert.deepEqual(await codeOf(await ask("GET", path)), [404, "not_found"]);
  });
});

Deno.test("resources - over HTTP the product text's curl works, whatever content type it sends", async () => {
  await withHotel(async (_ask, server) => {
    const run = async (...options: string[]) => {
      const args = [
        "-sS",
        "-X",
        "POST",
        `${server.url}/finance/revenue`,
        "-w",
        " %{http_code}",
        "-d",
        SEED_BODY,
      ];
      const command = new Deno.Command("curl", {
        args: [...args, "-H", `Authorization: Bearer ${await server.token()}`, ...options],
      });
      return new TextDecoder().decode((await command.output()).stdout);
    };
    for (const type of ["Content-Type:", "Content-Type: application/json", "X-None: 1"]) {
      assert.match(await run("-H", type), /"amountMinor":100000.* 201$/, type);
    }
    assert.match(await run("-H", "Content-Type: text/plain"), /bad_request.* 400$/);
  });
});

Deno.test("resources - over HTTP every method has its answer", async () => {
  await withHotel(async (ask) => {
    const [{ id }] = (await (await ask("GET", "/tasks/task")).json()).items;
    for (
      const [path, allowed] of [["/tasks/task", ["GET", "POST"]], [`/tasks/task/${id}`, [
        "GET",
        "PATCH",
        "PUT",
        "DELETE",
      ]]] as const
    ) {
      const options = await ask("OPTIONS", path);
      assert.deepEqual([options.status, await options.text()], [204, ""]);
      const head = await ask("HEAD", path);
      assert.deepEqual([head.status, await head.text()], [200, ""]);
      const wrong = await ask(path === "/tasks/task" ? "DELETE" : "POST", path);
      const allow = wrong.headers.get("allow") ?? "";
      assert.deepEqual(allow.split(", ").toSorted(), [...allowed, "HEAD", "OPTIONS"].toSorted());
      assert.deepEqual(await codeOf(wrong), [405, "method_not_allowed"]);
    }
  });
});

Deno.test("resources - over HTTP an Idempotency-Key is kept across instances", async () => {
  await withHotel(async (ask, server) => {
    const headers = { "idempotency-key": "booking-7" };
    const first = await ask("POST", "/tasks/task", { body: '{"title": "x", "propertyId": 1}', headers });
    const record = await first.json();
    assert.equal(first.headers.get("idempotent-replayed"), null);
    const other = await server.another();
    try {
      const again = await fetch(`${other.url}/tasks/task`, {
        method: "POST",
        body: '{"propertyId": 1, "title": "x"}',
        headers: {
          ...headers,
          authorization: `Bearer ${await server.token()}`,
          "content-type": "application/json",
        },
      });
      assert.deepEqual([again.status, again.headers.get("idempotent-replayed"), await again.json()], [
        201,
        "true",
        record,
      ]);
    } finally {
      await other.stop();
    }
    const reused = await ask("POST", "/tasks/task", { body: '{"title": "y", "propertyId": 1}', headers });
    assert.deepEqual(await codeOf(reused), [422, "idempotency_key_reused"]);
  });
});

Deno.test("resources - over HTTP what is wrong is told as a problem", async () => {
  await withHotel(async (ask, server) => {
    const cases: [string, string, string | undefined, number, string][] = [
      ["GET", "/finance/nothing", undefined, 404, "not_found"],
      ["GET", "/nowhere/revenue", undefined, 404, "not_found"],
      ["GET", "/guest/guest", undefined, 404, "not_found"],
      ["GET", "/finance/revenue/0", undefined, 404, "not_found"],
      ["GET", "/finance/revenue/1e3", undefined, 404, "not_found"],
      ["GET", "/finance/revenue/9007199254740993", undefined, 404, "not_found"],
      ["GET", "/finance/revenue?limit=0", undefined, 422, "validation_failed"],
      ["GET", "/finance/revenue?amount=5", undefined, 422, "validation_failed"],
      ["GET", "/finance/revenue?cursor=zzz", undefined, 422, "validation_failed"],
      ["POST", "/finance/revenue", "{", 400, "bad_json"],
      ["POST", "/finance/revenue", "[]", 400, "bad_request"],
      ["POST", "/finance/revenue", "null", 400, "bad_request"],
      ["POST", "/finance/revenue", '{"propertyId": 1}', 422, "validation_failed"],
      ["POST", "/finance/revenue", '{"propertyId": 9, "amount": 1}', 422, "validation_failed"],
      ["POST", "/finance/revenue", '{"propertyId": 1, "amount": 1, "orgId": 2}', 422, "validation_failed"],
      ["POST", "/users/user", "{}", 403, "forbidden"],
      ["POST", "/finance/revenue", `"${"x".repeat(BODY_BYTES_MAX)}"`, 413, "body_too_large"],
      ["DELETE", "/properties/property/1", undefined, 403, "forbidden"],
    ];
    for (const [method, path, body, status, code] of cases) {
      const response = await ask(method, path, body === undefined ? {} : { body });
      assert.deepEqual(await codeOf(response), [status, code], `${method} ${path} ${body?.slice(0, 60)}`);
    }
    const anonymous = await fetch(`${server.url}/finance/revenue`);
    assert.deepEqual(await codeOf(anonymous), [401, "unauthenticated"]);
    const foreign = await fetch(
      `${server.url}/tasks/task?propertyId=2&token=${await server.token({ properties: [1] })}`,
    );
    assert.deepEqual(await codeOf(foreign), [403, "forbidden"]);
    assert.deepEqual(server.logged.filter(({ level }) => level === "error"), []);
  });
});
