// The flags over HTTP: who may change them, what is taken, and what every organisation is told.
import assert from "node:assert/strict";
import { FLAG_NAMES, initialFlags } from "@/lib/flags/flags.ts";
import { inRollout } from "@/lib/flags/rollout.ts";
import { SERVICE_NAMES } from "@/lib/protocol/services.ts";
import { call, startDemo, until } from "../harness/live.ts";
import type { TestServer } from "../harness/server.ts";
import { changesOf, flagsOf, operator, PERCENT, setFlags, STREAMING } from "./flags_kit.ts";

let server: TestServer;
Deno.test.beforeAll(async () => {
  server = await startDemo();
});
Deno.test.afterAll(() => server?.stop());
Deno.test.beforeEach(async () => {
  await setFlags(server, { ...initialFlags(true) });
});

const ALL_POLLS = Object.fromEntries(SERVICE_NAMES.map((service) => [service, true]));

Deno.test("flags - any token reads what they mean for its organisation", async () => {
  assert.deepEqual(await flagsOf(server, 2), {
    [STREAMING]: true,
    [PERCENT]: 100,
    inRollout: true,
    streaming: true,
    longPoll: ALL_POLLS,
  });
  assert.equal((await call(`${server.url}/feature-flags`)).status, 401);
});

Deno.test("flags - JSON changes several at once, and the answer shows them", async () => {
  const answer = await setFlags(server, { [PERCENT]: 12.5, FINANCE_REALTIME_V1: false });
  assert.equal(answer.status, 200);
  assert.equal(answer.headers.get("cache-control"), "no-store");
  assert.deepEqual(answer.json, {
    [STREAMING]: true,
    [PERCENT]: 12.5,
    inRollout: inRollout(1, 12.5),
    streaming: inRollout(1, 12.5),
    longPoll: { ...ALL_POLLS, finance: false },
  });
  assert.deepEqual(await flagsOf(server), answer.json);
});

Deno.test("flags - a form changes them too, as curl -d sends it", async () => {
  const token = await operator(server);
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  const body = `${STREAMING}=false&${PERCENT}=7.25`;
  const answer = await call(`${server.url}/feature-flags`, { token, headers, body });
  assert.equal(answer.status, 200, answer.text);
  assert.deepEqual([answer.json[STREAMING], answer.json[PERCENT], answer.json.streaming], [
    false,
    7.25,
    false,
  ]);
});

Deno.test("flags - who is no admin of an operating organisation changes and reads nothing of them", async () => {
  const before = await flagsOf(server);
  const refused = [
    { role: "manager" },
    { role: "staff" },
    { role: "service" },
    { role: "admin", orgId: 2 },
  ];
  for (const claims of refused) {
    const token = await server.token(claims);
    for (
      const [method, path] of [["POST", ""], ["GET", "/changes"], ["GET", "/counts"]] as const
    ) {
      const answer = await call(`${server.url}/feature-flags${path}`, {
        token,
        method,
        ...(method === "POST" && { json: { [STREAMING]: false } }),
      });
      assert.deepEqual([answer.status, answer.json.code], [403, "forbidden"], `${method} ${path}`);
      assert.match(answer.json.detail, /OPERATOR_ORGS/);
    }
  }
  assert.deepEqual(await flagsOf(server), before);
});

Deno.test("flags - where OPERATOR_ORGS names another organisation, its admin is the operator", async () => {
  const other = await server.another({ operatorOrgs: [2, 7] });
  const json = { [PERCENT]: 60 };
  const mine = await call(`${other.url}/feature-flags`, { token: await operator(other), json });
  assert.equal(mine.status, 403);
  const token = await other.token({ role: "admin", orgId: 2 });
  assert.equal((await call(`${other.url}/feature-flags`, { token, json })).status, 200);
  await other.stop();
});

Deno.test("flags - an unknown flag or a wrong value is told by its name, and nothing is changed", async () => {
  const wrong: [Record<string, unknown>, string[]][] = [
    [{ REALTIME_STREAMING_V3: true }, ["REALTIME_STREAMING_V3"]],
    [{ "__proto__x": true, constructor: 1 }, ["__proto__x", "constructor"]],
    [{ [STREAMING]: "false" }, [STREAMING]],
    [{ [STREAMING]: 0, [PERCENT]: true }, [STREAMING, PERCENT]],
    [{ [PERCENT]: 101 }, [PERCENT]],
    [{ [PERCENT]: -1 }, [PERCENT]],
    [{ [PERCENT]: 1.234 }, [PERCENT]],
    [{ [PERCENT]: null }, [PERCENT]],
    [{ FINANCE_REALTIME_V1: {} }, ["FINANCE_REALTIME_V1"]],
    // The valid one beside it does not count either.
    [{ [STREAMING]: false, [PERCENT]: "half" }, [PERCENT]],
  ];
  const before = await flagsOf(server);
  for (const [flags, paths] of wrong) {
    const answer = await setFlags(server, flags);
    assert.deepEqual([answer.status, answer.json.code], [422, "validation_failed"], answer.text);
    assert.deepEqual(answer.json.errors.map(({ path }: { path: string }) => path), paths);
  }
  const token = await operator(server);
  const form = (body: string) =>
    call(`${server.url}/feature-flags`, {
      token,
      body,
      headers: { "content-type": "application/x-www-form-urlencoded" },
    });
  for (
    const body of [`${PERCENT}=1e2`, `${PERCENT}=`, `${STREAMING}=yes`, `${PERCENT}=5&${PERCENT}=6`, "x"]
  ) {
    const answer = await form(body);
    assert.deepEqual(
      [answer.status, answer.json.code],
      [422, "validation_failed"],
      `${body}: ${answer.text}`,
    );
  }
  assert.deepEqual(await flagsOf(server), before);
});

Deno.test("flags - a request that names no flag, or is no object, is not understood", async () => {
  const token = await operator(server);
  const post = (options: Parameters<typeof call>[1]) =>
    call(`${server.url}/feature-flags`, { token, ...options });
  for (const json of [{}, [], null, 5, "on"]) {
    assert.deepEqual((await post({ json })).json.code, "bad_request", JSON.stringify(json));
  }
  assert.equal((await post({ method: "POST", body: "" })).json.code, "bad_json");
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  assert.equal((await post({ method: "POST", body: "", headers })).json.code, "bad_request");
  assert.equal(
    (await post({ body: "{", headers: { "content-type": "application/json" } })).json.code,
    "bad_json",
  );
  assert.equal(
    (await post({ body: "x", headers: { "content-type": "text/plain" } })).json.code,
    "bad_request",
  );
  const many = Object.fromEntries(Array.from({ length: 5_000 }, (_, n) => [`FLAG_${n}`, true]));
  const answer = await post({ json: many });
  assert.ok(answer.json.errors.length <= FLAG_NAMES.length + 1, "it is not told about 5000 of them");
});

Deno.test("flags - each change is listed once, newest first, with who made it", async () => {
  const { json: { items: [newest] } } = await until("what was before is listed", async () => {
    const answer = await changesOf(server, "?limit=1");
    return answer.json.items.length === 1 && answer;
  });
  await setFlags(server, { [PERCENT]: 30 });
  // Setting what holds already is no change.
  await setFlags(server, { [PERCENT]: 30 });
  await setFlags(server, { [PERCENT]: 40, TASKS_REALTIME_V1: false });
  const listed = () =>
    changesOf(server, "?limit=200").then(({ json }) => {
      const all = json.items as { id: number }[];
      return all.slice(0, all.findIndex(({ id }) => id === newest.id));
    });
  const items = await until("all are written", async () => {
    const items = await listed();
    return items.length >= 3 && items;
  });
  assert.deepEqual(items.map(({ id: _id, changedAt: _at, ...change }: Record<string, unknown>) => change), [
    { flag: PERCENT, oldValue: 30, newValue: 40, changedBy: "ishan", orgId: 1 },
    { flag: "TASKS_REALTIME_V1", oldValue: true, newValue: false, changedBy: "ishan", orgId: 1 },
    { flag: PERCENT, oldValue: 100, newValue: 30, changedBy: "ishan", orgId: 1 },
  ]);
  // The same in pages.
  const paged: number[] = [];
  for (let cursor = ""; paged.length < items.length;) {
    const { json } = await changesOf(server, `?limit=1${cursor}`);
    paged.push(json.items[0].id);
    cursor = `&cursor=${json.next}`;
  }
  assert.deepEqual(paged, items.map(({ id }) => id));
  for (const query of ["?limit=0", "?limit=201", "?limit=x", "?cursor=x"]) {
    assert.equal((await changesOf(server, query)).json.code, "validation_failed", query);
  }
});

Deno.test("flags - what takes away is written first, so that nobody streams in between", async () => {
  await setFlags(server, { [STREAMING]: false });
  await setFlags(server, { [STREAMING]: true, [PERCENT]: 20 });
  await setFlags(server, { [STREAMING]: false, [PERCENT]: 100 });
  const items = await until("all are written", async () => {
    const { json } = await changesOf(server, "?limit=5");
    return json.items[0]?.newValue === 100 && json.items[1]?.newValue === false && json.items;
  });
  assert.deepEqual(items.map(({ flag, newValue }: Record<string, unknown>) => [flag, newValue]), [
    [PERCENT, 100],
    [STREAMING, false],
    [STREAMING, true],
    [PERCENT, 20],
    [STREAMING, false],
  ]);
});

Deno.test("flags - two who change the same flag at once both succeed, and one of the values holds", async () => {
  const other = await server.another();
  const values = [11, 22, 33, 44];
  const answers = await Promise.all(
    values.map((value, n) => setFlags(n % 2 === 0 ? server : other, { [PERCENT]: value })),
  );
  assert.deepEqual(answers.map(({ status }) => status), [200, 200, 200, 200]);
  await until("both instances agree on one of them", () => {
    const [a, b] = [server, other].map(({ services }) => services.flags.values[PERCENT]);
    return a === b && values.includes(a!);
  });
  await other.stop();
});
