// What is audited, and that nobody can fill the log.
import assert from "node:assert/strict";
import { AUDIT_KEYS_MAX, AUDIT_REPEAT_MS, Gathered } from "@/lib/audit/gathered.ts";
import { AUDIT_KINDS, type AuditEvent } from "@/lib/audit/kinds.ts";
import { auditedOf } from "@/lib/audit/rules.ts";
import { type ProblemCode, PROBLEMS } from "@/lib/protocol/problems.ts";

function event(more: Partial<AuditEvent> = {}): AuditEvent {
  return { kind: "authz_fail", orgId: 1, actor: "u", client: null, target: "GET /", detail: null, ...more };
}

Deno.test("audit - the first of its kind is a row at once, what repeats it is counted and makes one more", () => {
  const gathered = new Gathered();
  assert.deepEqual(gathered.add(event(), 0), { ...event(), at: 0, count: 1 });
  for (let i = 1; i <= 1_000; i++) assert.equal(gathered.add(event(), i), undefined);
  const others = [{ orgId: 2 }, { actor: "v" }, { client: "c" }, { target: "t" }, { detail: "d" }];
  for (const more of others) {
    assert.deepEqual(gathered.add(event(more), 5), { ...event(more), at: 5, count: 1 });
  }
  assert.deepEqual(gathered.due(AUDIT_REPEAT_MS - 1), []);
  assert.deepEqual(gathered.due(AUDIT_REPEAT_MS), [{ ...event(), at: 1_000, count: 1_000 }]);
  assert.deepEqual(gathered.due(AUDIT_REPEAT_MS + 5), [], "what came once needs no more");
  assert.deepEqual(gathered.add(event(), AUDIT_REPEAT_MS + 6), {
    ...event(),
    at: AUDIT_REPEAT_MS + 6,
    count: 1,
  });
  gathered.add(event(), AUDIT_REPEAT_MS + 7);
  assert.equal(gathered.due(AUDIT_REPEAT_MS + 7, true)[0]!.count, 1);
});

Deno.test("audit - of too many different events the memory holds so many", () => {
  const gathered = new Gathered();
  const add = (n: number, now = 0) => gathered.add(event({ actor: `u${n}` }), now);
  for (let n = 0; n < AUDIT_KEYS_MAX; n++) assert.notEqual(add(n), "full");
  assert.equal(add(AUDIT_KEYS_MAX), "full");
  assert.equal(add(0), undefined, "what is known is counted on");
  gathered.due(AUDIT_REPEAT_MS);
  assert.notEqual(add(AUDIT_KEYS_MAX, AUDIT_REPEAT_MS), "full");
});

const DONE = { status: 200, code: undefined, route: "/x" };

Deno.test("audit - requests that went well are rows where they touch people's documents, rights or flags", () => {
  const cases: [method: string, path: string, kind: string | undefined][] = [
    ["GET", "/v2/documents/5/content", "sensitive_read"],
    ["GET", "/v2/documents/5/previews/1", "sensitive_read"],
    ["GET", "/v2/documents/5", undefined],
    ["DELETE", "/guest-checkin/guest/7", "sensitive_delete"],
    ["DELETE", "/guest-checkin/document/7", "sensitive_delete"],
    ["POST", "/guest-checkin/guest/7/erase", "sensitive_delete"],
    ["POST", "/users/user", "privilege_permissions_changed"],
    ["PATCH", "/users/user/3", "privilege_permissions_changed"],
    ["DELETE", "/users/user/3", "privilege_permissions_changed"],
    ["GET", "/users/user/3", undefined],
    ["POST", "/feature-flags", "privilege_permissions_changed"],
    ["POST", "/tasks/task", undefined],
    ["GET", "/v2/documents/5/content/x", undefined],
  ];
  for (const [method, path, kind] of cases) {
    assert.equal(auditedOf({ ...DONE, method, path })?.kind, kind, `${method} ${path}`);
  }
  assert.equal(auditedOf({ ...DONE, method: "POST", path: "/users/user", status: 303 }), undefined);
});

Deno.test("audit - what is refused names the route and the code, and nothing that the client made up", () => {
  const path = "/finance/secret-of-the-guest";
  for (const code of Object.keys(PROBLEMS) as ProblemCode[]) {
    const audited = auditedOf({
      method: "GET",
      path,
      route: "/:base/:entity",
      status: PROBLEMS[code][0],
      code,
    });
    if (audited === undefined) continue;
    assert.ok(audited.kind in AUDIT_KINDS);
    assert.deepEqual([audited.target, audited.detail], ["GET /:base/:entity", code]);
  }
  const of = (code: ProblemCode) => auditedOf({ method: "GET", path, route: null, status: 400, code })?.kind;
  assert.deepEqual(
    ["unauthenticated", "token_revoked", "forbidden", "too_many_requests", "not_found", "validation_failed"]
      .map((code) => of(code as ProblemCode)),
    [
      "authn_login_fail",
      "authn_login_fail",
      "authz_fail",
      "excess_rate_limit_exceeded",
      undefined,
      undefined,
    ],
  );
});
