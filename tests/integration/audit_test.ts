// The audit log: what is in it, who may read it, that nobody changes it, and that it holds against a flood.
import assert from "node:assert/strict";
import { Registry } from "@/lib/metrics/registry.ts";
import { AUDIT_ROWS_BURST, AUDIT_WAITING_MAX, AuditLog } from "@/services/audit/audit_log.ts";
import { forgetEntries, insertEntries } from "@/services/audit/audit_rows.ts";
import { APP_METRICS } from "@/services/metrics/app_metrics.ts";
import { databaseError } from "@/services/postgres/errors.ts";
import { connectPool } from "@/services/postgres/pool.ts";
import { inRelay, inTenant } from "@/services/postgres/tenant.ts";
import { call, startDemo, until, watchConnections } from "../harness/live.ts";
import type { TestServer } from "../harness/server.ts";
import { TestSocket } from "../harness/socket.ts";
import { testFile, TestUpload } from "../harness/upload.ts";

let server: TestServer;
let admin: string;
Deno.test.beforeAll(async () => {
  server = await startDemo();
  admin = await server.token({ sub: "auditor", role: "admin" });
});
Deno.test.afterAll(() => server?.stop());

interface Listed {
  readonly id: number;
  readonly kind: string;
  readonly count: number;
  readonly actor: string | null;
  readonly client: string | null;
  readonly target: string | null;
  readonly detail: string | null;
}

async function listed(query = "", token = admin): Promise<Listed[]> {
  await server.services.audit.write();
  const { status, json } = await call(`${server.url}/audit?limit=200${query}`, { token });
  assert.equal(status, 200);
  return json.items;
}

/** The entry of this kind about this person. */
async function entryOf(kind: string, actor: string): Promise<Listed> {
  return await until(`${kind} of ${actor}`, async () => {
    return (await listed(`&kind=${kind}`)).find((entry) => entry.actor === actor);
  });
}

Deno.test("audit - signing in and out, and what is refused for it", async () => {
  const submit = (user: string) =>
    fetch(`${server.url}/sign-in`, {
      method: "POST",
      headers: { origin: server.url },
      body: new URLSearchParams({ user }),
      redirect: "manual",
    });
  const signedIn = await submit("meera");
  await signedIn.body?.cancel();
  const success = await entryOf("authn_login_success", "meera");
  assert.deepEqual([success.client, success.target, success.count], ["127.0.0.1", "/sign-in", 1]);
  const cookie = /token=[^;]+/.exec(signedIn.headers.get("set-cookie")!)![0];
  const out = await fetch(`${server.url}/sign-out`, {
    method: "POST",
    headers: { cookie, origin: server.url },
    redirect: "manual",
  });
  await out.body?.cancel();
  assert.equal((await entryOf("authn_token_revoked", "meera")).detail, "signed out");
  await (await submit("nobody-known")).body?.cancel();
  await call(`${server.url}/tasks/task`, { token: "a.b.c" });
  await call(`${server.url}/tasks/task`);
  const lines = server.logged.filter(({ message }) => message === "audit").map(({ fields }) => fields!);
  assert.deepEqual(lines.map(({ kind, orgId, detail }) => [kind, orgId, detail]), [
    ["authn_login_fail", null, "nobody of that name"],
    ["authn_login_fail", null, "unauthenticated"],
  ], "nobody's, so in the log of the process; and who comes with nothing is none");
  assert.doesNotMatch(JSON.stringify(lines), /nobody-known|a\.b\.c/);
});

Deno.test("audit - what a token does not allow, a ticket that is used twice, and a token of another organisation", async () => {
  const token = await server.token({ sub: "prying", role: "staff" });
  for (let i = 0; i < 3; i++) await call(`${server.url}/users/user`, { token, json: { login: "x" } });
  const refused = await entryOf("authz_fail", "prying");
  assert.deepEqual([refused.target, refused.detail], ["POST /:base/:entity", "forbidden"]);
  const { json } = await call(`${server.url}/auth/ticket`, { token, method: "POST" });
  const url = `${server.wsUrl}/v2/collaboration/chat/stream?ticket=${json.ticket}`;
  const socket = await TestSocket.open(url);
  await assert.rejects(TestSocket.open(url));
  await entryOf("authn_token_reuse", "prying");
  await socket.close();
  const stream = await TestSocket.stream(server.wsUrl, await server.token({ sub: "prying", jti: "p" }));
  for (const more of [{ orgId: 2 }, { sub: "other" }]) {
    stream.send({ type: "auth", token: await server.token({ sub: "prying", ...more }) });
  }
  await stream.until(() => stream.frames.filter(({ code }) => code === "token_mismatch").length === 2);
  await entryOf("malicious_direct_reference", "prying");
  const crossings = (await listed("&kind=malicious_direct_reference")).map(({ detail }) => detail);
  assert.deepEqual(crossings.toSorted(), ["another organisation", "another person"]);
  await stream.close();
});

Deno.test("audit - connections that end with their token, or by a flood of frames", async () => {
  const taken = watchConnections(server);
  const ends = await TestSocket.stream(server.wsUrl, await server.token({ sub: "late" }, 60));
  taken[0]!.tick(Date.now() + 61_000);
  await ends.whenClosed();
  assert.equal((await entryOf("session_expired", "late")).target, "socket stream");
  const floods = await TestSocket.stream(server.wsUrl, await server.token({ sub: "flood" }));
  for (let i = 0; i < 40; i++) floods.send({ type: "subscribe", services: ["tasks"] });
  await floods.whenClosed();
  assert.equal((await entryOf("excess_rate_limit_exceeded", "flood")).detail, "too_many_frames");
});

Deno.test("audit - documents that are read and removed, files that are refused, rights and flags that change", async () => {
  const token = await server.token({ sub: "desk", role: "admin" });
  const { wsUrl } = server;
  const file = testFile(1_000);
  const upload = await TestUpload.open(file, { wsUrl, token });
  upload.chunk(1);
  const { documentId } = await upload.until(({ type }) => type === "complete");
  await call(`${server.url}/v2/documents/${documentId}/content`, { token });
  assert.equal((await entryOf("sensitive_read", "desk")).target, `GET /v2/documents/${documentId}/content`);
  const user = { login: "newcomer", name: "New", role: "staff", properties: [1] };
  assert.equal((await call(`${server.url}/users/user`, { token, json: user })).status, 201);
  assert.equal((await entryOf("privilege_permissions_changed", "desk")).target, "POST /users/user");
  const path = `/guest-checkin/document/${documentId}`;
  assert.equal((await call(server.url + path, { token, method: "DELETE" })).status, 204);
  assert.equal((await entryOf("sensitive_delete", "desk")).target, `DELETE ${path}`);
  const disguised = await TestUpload.open(file, {
    wsUrl,
    token,
    handshake: { mimetype: "image/png", filename: "a.png" },
  });
  disguised.chunk(1);
  await disguised.socket.whenClosed();
  assert.equal((await entryOf("upload_validation", "desk")).detail, "type_mismatch");
  assert.ok((await listed()).every(({ actor }) => actor !== "New"));
});

Deno.test("audit - an admin reads the own organisation's, by kind and in pages, and nobody else does", async () => {
  const { audit } = server.services;
  for (let n = 0; n < 7; n++) {
    audit.note({ kind: "authz_fail", orgId: 2, actor: `p${n}`, target: "t" });
    audit.note({ kind: "sensitive_read", orgId: 2, actor: `p${n}`, target: "t" });
  }
  const other = await server.token({ sub: "auditor", role: "admin", orgId: 2 });
  const all = await listed("", other);
  assert.equal(all.length, 14);
  assert.deepEqual(all.map(({ id }) => id), all.map(({ id }) => id).toSorted((a, b) => b - a));
  const pages: Listed[] = [];
  for (let cursor = "";;) {
    const url = `${server.url}/audit?kind=sensitive_read&limit=3${cursor && `&cursor=${cursor}`}`;
    const { json } = await call(url, { token: other });
    pages.push(...json.items);
    if (json.next === null) break;
    cursor = encodeURIComponent(json.next);
  }
  assert.deepEqual(pages.map(({ actor }) => actor), ["p6", "p5", "p4", "p3", "p2", "p1", "p0"]);
  assert.ok((await listed()).every(({ actor }) => !/^p\d$/.test(actor ?? "")));
  for (const role of ["manager", "staff", "service"]) {
    const { status } = await call(`${server.url}/audit`, { token: await server.token({ role }) });
    assert.equal(status, 403, role);
  }
  for (const query of ["limit=0", "limit=201", "kind=toString", "kind=x", "cursor=x"]) {
    const { status } = await call(`${server.url}/audit?${query}`, { token: admin });
    assert.equal(status, 422, query);
  }
});

Deno.test("audit - what stands there nobody of ours changes, and only what is old goes", async () => {
  const { sql } = server.services;
  await listed();
  for (const change of ["update audit_log set actor = 'x'", "delete from audit_log", "truncate audit_log"]) {
    await assert.rejects(
      inTenant(sql, 1, (tx) => tx.unsafe(change)),
      (error) => databaseError(error)?.code === "42501",
      change,
    );
  }
  const count = () => inTenant(sql, 1, async (tx) => (await tx`select 1 from audit_log`).length);
  const before = await count();
  assert.ok(before > 0);
  await inRelay(sql, (tx) => tx`delete from audit_log`);
  assert.equal(await count(), before, "the relay's role sees none that is not old");
  const day = 86_400_000;
  const aged = (days: number) =>
    ({
      kind: "authz_fail",
      orgId: 1,
      actor: `${days} days`,
      client: null,
      target: null,
      detail: null,
      at: Date.now() - days * day,
      count: 1,
    }) as const;
  await insertEntries(sql, [aged(401), aged(399)]);
  assert.equal(await forgetEntries(sql), 1);
  assert.equal(await count(), before + 1);
});

Deno.test("audit - ids that a log or a database does not like are kept as far as they can be", async () => {
  const { audit } = server.services;
  const actor = `a\0b\nc\u2028\ud800${"x".repeat(200)}`;
  audit.note({ kind: "authz_fail", orgId: 1, actor, target: "", detail: "y".repeat(500) });
  const entry = await until("it is kept", async () => {
    return (await listed("&kind=authz_fail")).find(({ detail }) => detail?.startsWith("yyy"));
  });
  assert.equal(entry.actor!.slice(0, 8), "a?b?c??x");
  assert.deepEqual([entry.actor!.length, entry.detail!.length, entry.target], [128, 200, null]);
});

Deno.test("audit - a flood makes so many rows, is counted, slows nobody, and leaves what matters its place", async () => {
  const registry = new Registry(APP_METRICS);
  const now = Date.now();
  const failed: unknown[] = [];
  const parts = { sql: server.services.sql, registry, log: () => {}, now: () => now };
  const audit = new AuditLog({ ...parts, failed: (error) => failed.push(error) });
  const orgId = 3;
  for (let n = 0; n < AUDIT_ROWS_BURST + 500; n++) {
    audit.note({ kind: "authz_fail", orgId, actor: "eve", target: String(n) });
    audit.note({ kind: "authz_fail", orgId, actor: "eve", target: "the same" });
  }
  audit.note({ kind: "authn_token_revoked", orgId, actor: "root" });
  await audit.close();
  const rows = await inTenant(server.services.sql, orgId, (tx) =>
    tx<{ kind: string; count: number }[]>`
    select kind, count from audit_log where org_id = ${orgId}`);
  assert.equal(rows.filter(({ kind }) => kind === "authz_fail").length, AUDIT_ROWS_BURST);
  assert.equal(rows.filter(({ kind }) => kind === "authn_token_revoked").length, 1);
  const dropped = Number(/^innstream_audit_dropped_total (\d+)$/m.exec(registry.text())![1]);
  assert.ok(dropped >= 501, String(dropped));
  assert.deepEqual(failed, []);
});

Deno.test("audit - while PostgreSQL is away rows wait, so many, and are written when it is back", async () => {
  const registry = new Registry(APP_METRICS);
  let isAway = true;
  const { sql } = server.services;
  const away = connectPool("postgres://nobody@127.0.0.1:1/none", { max: 1, applicationName: "test" });
  const failed: unknown[] = [];
  const parts = {
    registry,
    log: () => {},
    now: () => Date.now(),
    failed: (error: unknown) => failed.push(error),
  };
  const audit = new AuditLog({
    ...parts,
    get sql() {
      return isAway ? away : sql;
    },
  });
  const orgs = Array.from({ length: 10 }, (_, i) => 100 + i);
  for (let n = 0; n < AUDIT_WAITING_MAX / 10 + 5; n++) {
    for (const orgId of orgs) audit.note({ kind: "sensitive_delete", orgId, target: String(n) });
  }
  await audit.write();
  await audit.write();
  assert.equal(failed.length, 1, "told once");
  isAway = false;
  await audit.close();
  await away.end({ timeout: 1 });
  let kept = 0;
  for (const orgId of orgs) {
    kept += await inTenant(sql, orgId, async (tx) => (await tx`select 1 from audit_log`).length);
  }
  assert.ok(kept > 0 && kept <= AUDIT_WAITING_MAX, String(kept));
});
