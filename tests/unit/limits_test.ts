// Who is counted, and how much they may ask.
import assert from "node:assert/strict";
import fc from "fast-check";
import { Registry } from "@/lib/metrics/registry.ts";
import {
  RATE_KEYS_MAX,
  RATE_NAMES,
  type RateName,
  ratesOf,
  SHARED_ADDRESS_TIMES,
} from "@/lib/limits/rates.ts";
import { TokenBuckets } from "@/lib/limits/token_buckets.ts";
import { clientAddress, clientKey, isWithin, parseAddress, parseRange } from "@/lib/net/addresses.ts";
import { ProblemError } from "@/lib/protocol/problems.ts";
import { isHttps } from "@/services/http/client_address.ts";
import { RateLimits } from "@/services/http/rate_limits.ts";
import { APP_METRICS } from "@/services/metrics/app_metrics.ts";

Deno.test("limits - a bucket gives its burst, then so many a second, and says how long there is none", () => {
  const buckets = new TokenBuckets({ burst: 3, perSecond: 2 }, 10);
  assert.deepEqual([0, 0, 0, 0].map((at) => buckets.take("a", at)), [0, 0, 0, 500]);
  assert.equal(buckets.take("b", 0), 0, "another one has its own");
  assert.equal(buckets.take("a", 499), 1);
  assert.equal(buckets.take("a", 500), 0);
  assert.equal(buckets.take("a", 500), 500);
  // A clock that goes back gives nothing, and takes nothing.
  assert.equal(buckets.take("a", 0), 500);
  const full = Array.from({ length: 5 }, () => buckets.take("a", 1e9));
  assert.deepEqual(full.map((ms) => ms === 0), [true, true, true, false, false]);
});

Deno.test("limits - of too many keys those that took longest ago are forgotten", () => {
  const buckets = new TokenBuckets({ burst: 1, perSecond: 0.001 }, 3);
  for (const key of ["a", "b", "c"]) assert.equal(buckets.take(key, 0), 0);
  assert.ok(buckets.take("a", 1) > 0);
  assert.equal(buckets.take("d", 2), 0);
  assert.equal(buckets.size, 3);
  assert.ok(buckets.take("a", 3) > 0, "it took later than b");
  assert.equal(buckets.take("b", 4), 0, "forgotten, and so full again");
});

Deno.test("limits - in whatever order and time, no key gets more than its burst and its rate", () => {
  fc.assert(fc.property(
    fc.integer({ min: 1, max: 20 }),
    fc.integer({ min: 1, max: 50 }),
    fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 200 }),
    (burst, perSecond, waits) => {
      const buckets = new TokenBuckets({ burst, perSecond }, 5);
      let [now, given] = [0, 0];
      for (const wait of waits) {
        now += wait;
        const ms = buckets.take("k", now);
        if (ms === 0) given++;
        else assert.ok(ms <= Math.ceil(1000 / perSecond));
        assert.ok(given <= burst + now * perSecond / 1000 + 1e-6);
      }
    },
  ));
});

/** What a person, and an address, get at one moment before they are refused. */
function given(limits: RateLimits, name: RateName): number {
  for (let n = 0;; n++) {
    try {
      if (name === "handshakes" || name === "sign_in_address") limits.address(name, "10.0.0.1");
      else limits.person(name, { orgId: 1, userId: "u" });
    } catch (error) {
      assert.ok(error instanceof ProblemError);
      const { code, retryAfter } = error.problem;
      assert.deepEqual([code, Number.isInteger(retryAfter) && retryAfter! >= 1], ["too_many_requests", true]);
      return n;
    }
  }
}

Deno.test("limits - each limit holds at its burst, counts what it refuses, and gives again with time", () => {
  const rest = { readsPerSecond: 50, writesPerSecond: 20 };
  for (const addressesAreClients of [true, false]) {
    const registry = new Registry(APP_METRICS);
    let now = 0;
    const options = { ...rest, addressesAreClients };
    const limits = new RateLimits({ ...options, registry, now: () => now });
    const rates = ratesOf(options);
    for (const name of RATE_NAMES) assert.equal(given(limits, name), rates[name]!.burst, name);
    const told = registry.text().split("\n");
    for (const name of RATE_NAMES) {
      assert.ok(told.includes(`innstream_rate_limited_total{limit="${name}"} 1`), name);
    }
    now += 10_000;
    for (const name of RATE_NAMES) {
      const { burst, perSecond } = rates[name]!;
      assert.equal(given(limits, name), Math.min(burst, 10 * perSecond), name);
    }
    // A namesake of another organisation is somebody else.
    limits.person("reads", { orgId: 2, userId: "u" });
  }
  const [client, shared] = [true, false].map((addressesAreClients) =>
    ratesOf({ ...rest, addressesAreClients })
  );
  assert.equal(shared!.handshakes!.burst, client!.handshakes!.burst * SHARED_ADDRESS_TIMES);
  assert.equal(shared!.tickets!.burst, client!.tickets!.burst);
});

Deno.test("limits - 0 is no limit, and no number of people fills the memory", () => {
  const registry = new Registry(APP_METRICS);
  const none = { readsPerSecond: 0, writesPerSecond: 0, addressesAreClients: true };
  const limits = new RateLimits({ ...none, registry, now: () => 0 });
  for (let i = 0; i < 20_000; i++) limits.person("writes", { orgId: 1, userId: "u" });
  const buckets = new TokenBuckets({ burst: 1, perSecond: 1 }, RATE_KEYS_MAX);
  for (let i = 0; i < RATE_KEYS_MAX + 1_000; i++) buckets.take(`key ${i}`, 0);
  assert.equal(buckets.size, RATE_KEYS_MAX);
});

Deno.test("addresses - what is one is read, what is none is not", () => {
  const keys = {
    "10.1.2.3": "10.1.2.3",
    "::ffff:10.1.2.3": "10.1.2.3",
    "::ffff:a01:203": "10.1.2.3",
    "2001:db8:1:2:3:4:5:6": "20010db800010002/64",
    "2001:DB8:1:2::": "20010db800010002/64",
    "::1": "0/64",
    "::": "0/64",
    "64:ff9b::1.2.3.4": "64ff9b00000000/64",
  };
  for (const [text, key] of Object.entries(keys)) {
    const address = parseAddress(text);
    assert.ok(address, text);
    assert.equal(clientKey(address).replace(/^0+(?=.)/, ""), key.replace(/^0+(?=.)/, ""), text);
  }
  const none = [
    "",
    "1.2.3",
    "1.2.3.4.5",
    "256.1.1.1",
    "01.2.3.4",
    "1.2.3.4:80",
    "a.b.c.d",
    "1::2::3",
    ":::",
    "1:2:3",
  ];
  const more = [
    "1:2:3:4:5:6:7:8:9",
    "12345::",
    "::1%eth0",
    "[::1]",
    "g::",
    "1:2:3:4:5:6:7:8::",
    "unix",
    " 1.2.3.4",
  ];
  for (const text of [...none, ...more, "1".repeat(10_000)]) {
    assert.equal(parseAddress(text), undefined, text);
  }
  for (const text of ["10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "10.0.0.0/8/8", "x/8", "::/129"]) {
    assert.equal(parseRange(text), undefined, text);
  }
});

Deno.test("addresses - a range holds what begins with its bits, of its family", () => {
  const ranges = ["10.0.0.0/8", "192.168.1.7", "fd00::/8"].map((text) => parseRange(text)!);
  const cases: [string, boolean][] = [
    ["10.255.255.255", true],
    ["11.0.0.0", false],
    ["192.168.1.7", true],
    ["192.168.1.8", false],
    ["fdff::1", true],
    ["fe00::1", false],
    ["::a00:0", false],
  ];
  for (const [text, within] of cases) assert.equal(isWithin(parseAddress(text)!, ranges), within, text);
  assert.equal(isWithin(parseAddress("9.9.9.9")!, [parseRange("0.0.0.0/0")!]), true);
});

Deno.test("addresses - X-Forwarded-For counts from our proxies, as far as they have written it", () => {
  const trusted = [parseRange("10.0.0.0/8")!];
  const keyOf = (peer: string, header: string | null, ranges = trusted) => {
    const address = clientAddress(peer, header, ranges);
    return address && clientKey(address);
  };
  assert.equal(keyOf("9.9.9.9", "1.1.1.1"), "9.9.9.9", "nobody else's word counts");
  assert.equal(keyOf("10.0.0.1", "1.1.1.1", []), "10.0.0.1");
  assert.equal(keyOf("10.0.0.1", null), "10.0.0.1");
  assert.equal(keyOf("10.0.0.1", "1.1.1.1"), "1.1.1.1");
  assert.equal(keyOf("10.0.0.1", "6.6.6.6, 1.1.1.1"), "1.1.1.1", "what the client has put in front does not");
  assert.equal(keyOf("10.0.0.1", "6.6.6.6, 1.1.1.1, 10.0.0.2"), "1.1.1.1");
  assert.equal(keyOf("10.0.0.1", "10.0.0.3, 10.0.0.2"), "10.0.0.3");
  assert.equal(keyOf("10.0.0.1", "1.1.1.1, rubbish"), "10.0.0.1");
  assert.equal(keyOf("10.0.0.1", ",".repeat(100_000)), "10.0.0.1");
  assert.equal(keyOf("", "1.1.1.1"), undefined);
  fc.assert(fc.property(fc.string(), (header) => void keyOf("10.0.0.1", header)));
});

Deno.test("addresses - https is what came over it, or what our proxies say did", () => {
  const info = (hostname: string) =>
    ({ remoteAddr: { transport: "tcp", hostname, port: 1 } }) as unknown as Deno.ServeHandlerInfo;
  const trusted = [parseRange("10.0.0.0/8")!];
  const asked = (url: string, proto?: string) =>
    new Request(url, proto === undefined ? {} : { headers: { "x-forwarded-proto": proto } });
  assert.equal(isHttps(asked("https://a.example/"), undefined, []), true);
  assert.equal(isHttps(asked("http://a.example/"), info("10.0.0.1"), trusted), false);
  assert.equal(isHttps(asked("http://a.example/", "https"), info("10.0.0.1"), trusted), true);
  assert.equal(isHttps(asked("http://a.example/", "https, http"), info("10.0.0.1"), trusted), false);
  assert.equal(isHttps(asked("http://a.example/", "https"), info("9.9.9.9"), trusted), false);
});
