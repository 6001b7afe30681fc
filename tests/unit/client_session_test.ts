import assert from "node:assert/strict";
import fc from "fast-check";
import { safeNext, sessionCookie, signInPath } from "@/services/auth/session.ts";

Deno.test("client session - after signing in a person goes on to a page of this site, or to the first one", () => {
  for (const next of ["/live", "/live?property=2", "/a/b%20c?x=1&y=/z"]) assert.equal(safeNext(next), next);
  const elsewhere = [
    "//evil.example",
    "/\\evil.example",
    "https://evil.example",
    "javascript:alert(1)",
    "live",
    "",
  ];
  const odd = [
    "/\t/evil.example",
    "/%0a\r\n",
    "/live\u0000",
    "/a/../..//evil.example",
    null,
    undefined,
    7,
    "/é",
  ];
  for (const next of [...elsewhere, ...odd]) assert.equal(safeNext(next), "/overview", String(next));
});

Deno.test("client session - whatever next is, a browser stays on this site", () => {
  const parts = fc.constantFrom(
    "/",
    "\\",
    "//",
    "..",
    "@",
    ":",
    "evil.example",
    "?",
    "#",
    "%2f",
    "http",
    "\t",
    " ",
  );
  fc.assert(fc.property(fc.array(parts), (list) => {
    const next = safeNext(`/${list.join("")}`);
    assert.equal(new URL(next, "https://hotel.example/sign-in").origin, "https://hotel.example");
  }));
});

Deno.test("client session - the sign-in page leads back to where the person was", () => {
  const path = signInPath(new URL("http://localhost/live?property=2&x=%26"));
  const next = new URL(path, "http://localhost").searchParams.get("next");
  assert.equal(safeNext(next), "/live?property=2&x=%26");
});

Deno.test("client session - the cookie is out of reach of scripts and other sites, and secure over https", () => {
  const plain = new Request("http://127.0.0.1:4000/sign-in", {
    headers: { origin: "http://127.0.0.1:4000" },
  });
  assert.equal(sessionCookie("t", plain), "token=t; Path=/; Max-Age=43200; HttpOnly; SameSite=Lax");
  const proxied = new Request("http://10.0.0.7/sign-in", { headers: { origin: "https://hotel.example" } });
  assert.match(sessionCookie("t", proxied), /; Secure$/);
  assert.match(sessionCookie("t", new Request("https://hotel.example/sign-in")), /; Secure$/);
  assert.match(sessionCookie(null, plain), /^token=; Path=\/; Max-Age=0;/);
  assert.doesNotThrow(() => sessionCookie("t", new Request("http://x/", { headers: { origin: "null" } })));
});
