import assert from "node:assert/strict";
import fc from "fast-check";
import { coversProperty, principalOf } from "@/lib/auth/principal.ts";

const CLAIMS = { sub: "u1", orgId: 1, role: "manager", exp: 2_000_000_000 };

Deno.test("claims - a manager sees every service and property unless the token says less", () => {
  const manager = principalOf(CLAIMS);
  assert.ok(typeof manager !== "string");
  assert.equal(manager.services.size, 10);
  assert.equal(manager.properties, "*");
  assert.equal(manager.expiresAt, 2_000_000_000_000);
  const some = principalOf({ ...CLAIMS, properties: [2, 1, 2], services: ["tasks"], name: "Mira" });
  assert.ok(typeof some !== "string");
  assert.deepEqual([some.properties, [...some.services], some.name], [[1, 2], ["tasks"], "Mira"]);
  assert.deepEqual([coversProperty(some, 1), coversProperty(some, 3), coversProperty(some, null)], [
    true,
    false,
    true,
  ]);
});

Deno.test("claims - staff see no finance, users, analytics, reports unless services says so, and only listed properties", () => {
  const staff = principalOf({ ...CLAIMS, role: "staff" });
  assert.ok(typeof staff !== "string");
  for (const hidden of ["finance", "users", "analytics", "reports"] as const) {
    assert.ok(!staff.services.has(hidden));
  }
  assert.deepEqual(staff.properties, []);
  const clerk = principalOf({ ...CLAIMS, role: "staff", services: ["finance"] });
  assert.ok(typeof clerk !== "string" && clerk.services.has("finance"));
});

Deno.test("claims - userID serves for sub, as a number too", () => {
  const { sub: _, ...rest } = CLAIMS;
  const principal = principalOf({ ...rest, userID: 456 });
  assert.ok(typeof principal !== "string" && principal.userId === "456");
});

Deno.test("claims - each wrong claim is named", () => {
  const wrong: [Record<string, unknown>, string][] = [
    [{ sub: "" }, "sub"],
    [{ sub: {} }, "sub"],
    [{ orgId: "1" }, "orgId"],
    [{ orgId: 0 }, "orgId"],
    [{ orgId: 1.5 }, "orgId"],
    [{ role: "root" }, "role"],
    [{ properties: "1" }, "properties"],
    [{ properties: [1, -2] }, "properties"],
    [{ services: ["nope"] }, "services"],
    [{ services: "finance" }, "services"],
    [{ exp: undefined }, "exp"],
  ];
  for (const [claim, name] of wrong) {
    const outcome = principalOf({ ...CLAIMS, ...claim });
    assert.ok(typeof outcome === "string" && outcome.includes(name), JSON.stringify(claim));
  }
});

Deno.test("claims - nothing whatever throws", () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.constantFrom("sub", "orgId", "role", "properties", "exp"), fc.anything()),
      (c) => {
        principalOf(c);
      },
    ),
  );
});
