import assert from "node:assert/strict";
import fc from "fast-check";
import { withoutSecrets, withoutTokens } from "@/lib/metrics/scrub.ts";

const base64url = fc.string({ unit: fc.constantFrom(..."abcXYZ019-_"), minLength: 1, maxLength: 40 });
const jwt = fc.tuple(base64url, base64url, base64url).map(([a, b, c]) => `eyJ${a}.eyJ${b}.${c}`);

Deno.test("scrub - no part of a token is left, whatever stands around it", () => {
  fc.assert(fc.property(jwt, fc.string(), fc.string(), (token, before, after) => {
    const cleaned = withoutTokens(`${before} ${token} ${after}`);
    assert.ok(!cleaned.includes("eyJ"));
    for (const part of token.split(".").filter((part) => part.length > 12)) {
      assert.ok(!cleaned.includes(part));
    }
  }));
});

Deno.test("scrub - a text without secrets stays as it is", () => {
  const text = '{"level":"info","url":"http://127.0.0.1:4000/finance/revenue","n":1.5}';
  assert.equal(withoutTokens(text), text);
  assert.equal(withoutSecrets(text), text);
});

Deno.test("scrub - queries and logins of URLs go, what stands around them stays", () => {
  assert.equal(withoutSecrets("http://a/b?ticket=t1&x=%20"), "http://a/b");
  assert.equal(
    withoutSecrets('cannot ask "wss://u:p@h:1/c?token=t" (h): gone'),
    'cannot ask "wss://h:1/c" (h): gone',
  );
  assert.equal(withoutSecrets("at file:///a/b.ts:1:2"), "at file:///a/b.ts:1:2");
  assert.equal(withoutSecrets("Invalid URL: 'x?token=t'"), "Invalid URL: 'x'");
});

Deno.test("scrub - a token that breaks off is one", () => {
  assert.equal(withoutTokens("a eyJhbGciOi b"), "a [token] b");
  assert.equal(withoutTokens("eyJhbGciOi.eyJzdWIi."), "[token]");
});
