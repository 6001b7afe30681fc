import assert from "node:assert/strict";
import { principalOf } from "@/lib/auth/principal.ts";
import { concerns, RevokedTokens } from "@/lib/auth/revoked.ts";

function bearer(claims: Record<string, unknown> = {}) {
  const principal = principalOf({
    sub: "anna",
    orgId: 1,
    role: "staff",
    exp: 9_999_999_999,
    iat: 100,
    ...claims,
  });
  assert.ok(typeof principal !== "string");
  return principal;
}

Deno.test("revoked - all that a person had until then, and nobody else's", () => {
  const revoked = new RevokedTokens();
  const revocation = { orgId: 1, userId: "anna", at: 100_500 };
  assert.equal(revoked.add(revocation), true);
  assert.equal(revoked.add(revocation), false, "it is known");
  for (
    const [claims, is] of [
      [{}, true],
      [{ iat: 101 }, false],
      [{ iat: undefined }, true],
      [{ orgId: 2 }, false],
      [{ sub: "ben" }, false],
      [{ sub: undefined, userID: "anna" }, true],
    ] as const
  ) {
    assert.equal(revoked.covers(bearer(claims)), is, JSON.stringify(claims));
    assert.equal(concerns(revocation, bearer(claims)), is);
  }
});

Deno.test("revoked - one token, in one organisation", () => {
  const revoked = new RevokedTokens();
  const revocation = { orgId: 1, tokenId: "a/b", at: 5 };
  revoked.add(revocation);
  for (
    const [claims, is] of [[{ jti: "a/b" }, true], [{ jti: "a" }, false], [{}, false], [{
      jti: "a/b",
      orgId: 2,
    }, false]] as const
  ) {
    assert.equal(revoked.covers(bearer(claims)), is, JSON.stringify(claims));
    assert.equal(concerns(revocation, bearer(claims)), is);
  }
});

Deno.test("revoked - a person called like a token, and the other way round, are not mixed up", () => {
  const revoked = new RevokedTokens();
  revoked.add({ orgId: 1, tokenId: "anna", at: 200_000 });
  assert.equal(revoked.covers(bearer()), false);
  revoked.add({ orgId: 1, userId: "x", at: 200_000 });
  assert.equal(revoked.covers(bearer({ jti: "x" })), false);
});

Deno.test("revoked - what is too old to matter is forgotten", () => {
  const revoked = new RevokedTokens();
  revoked.add({ orgId: 1, userId: "anna", at: 100_500 });
  revoked.add({ orgId: 1, userId: "ben", at: 200_500 });
  revoked.forget(200_000);
  assert.equal(revoked.size, 1);
});
