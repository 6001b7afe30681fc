import assert from "node:assert/strict";
import FakeTimers from "@sinonjs/fake-timers";
import { type Principal, principalOf } from "@/lib/auth/principal.ts";
import type { LeaveReason } from "@/lib/protocol/frames.ts";
import { Connections, DOWNGRADE_MS, type Held } from "@/services/realtime/connections.ts";
import { BUFFERED_BYTES_BUDGET, BUFFERED_BYTES_HIGH } from "@/services/realtime/limits.ts";
import { Registry } from "@/lib/metrics/registry.ts";
import { APP_METRICS } from "@/services/metrics/app_metrics.ts";

const registry = new Registry(APP_METRICS);

function person(sub: string, orgId = 1): Principal {
  const principal = principalOf({ sub, orgId, role: "manager", exp: 2e9 });
  assert.ok(typeof principal !== "string");
  return principal;
}

function taken(connections: Connections, principal: Principal): () => void {
  const place = connections.take(principal);
  assert.ok("release" in place);
  return place.release;
}

Deno.test("connections - one person has at most so many, another organisation's namesake is another person", async () => {
  const connections = new Connections({ max: 100, maxPerUser: 2, random: () => 0, registry });
  const release = taken(connections, person("u"));
  taken(connections, person("u"));
  const refused = connections.take(person("u"));
  assert.ok("code" in refused && refused.code === "too_many_connections");
  taken(connections, person("u", 2));
  release();
  release();
  taken(connections, person("u"));
  assert.ok("code" in connections.take(person("u")));
  await connections.drain();
});

Deno.test("connections - a full process refuses, and takes again when one has gone", async () => {
  const connections = new Connections({ max: 2, maxPerUser: 10, random: () => 0, registry });
  const release = taken(connections, person("a"));
  taken(connections, person("b"));
  const refused = connections.take(person("c"));
  assert.ok("code" in refused && refused.code === "server_full" && refused.retryAfter !== undefined);
  release();
  taken(connections, person("c"));
  await connections.drain();
  const draining = connections.take(person("d"));
  assert.ok("code" in draining && draining.code === "draining");
});

Deno.test("connections - what all sockets may hold together stays in the budget", async () => {
  const connections = new Connections({ max: 20_000, maxPerUser: 20_000, random: () => 0, registry });
  assert.equal(connections.bufferLimit(), BUFFERED_BYTES_HIGH);
  for (let i = 0; i < 10_000; i++) taken(connections, person("u"));
  assert.ok(connections.bufferLimit() * 10_000 <= BUFFERED_BYTES_BUDGET);
  await connections.drain();
});

Deno.test("connections - a drain tells everyone to come back at different times", async () => {
  let next = 0;
  const connections = new Connections({ max: 10, maxPerUser: 10, random: () => (next += 0.1) % 1, registry });
  const told: number[] = [];
  for (let i = 0; i < 5; i++) {
    connections.add({
      principal: person("u"),
      orgId: 1,
      kind: "streaming",
      tick: () => {},
      leave: (_why, ms) => told.push(ms),
      revoke: () => {},
    });
  }
  await connections.drain();
  assert.equal(new Set(told).size, 5);
});

/** Something held that is gone once it was told to leave. */
function held(connections: Connections, orgId: number, kind: Held["kind"]) {
  const told: [LeaveReason, number][] = [];
  const one: Held = {
    principal: person("u"),
    orgId,
    kind,
    tick: () => {},
    revoke: () => {},
    leave: (why, ms) => {
      told.push([why, ms]);
      connections.remove(one);
    },
  };
  connections.add(one);
  return told;
}

Deno.test("connections - a downgrade tells the sockets it concerns, spread over two seconds, and no poll", async () => {
  const clock = FakeTimers.install({ toFake: ["setTimeout", "setInterval", "clearInterval"] });
  try {
    const connections = new Connections({ max: 1_000, maxPerUser: 1_000, random: () => 0.5, registry });
    const leaving = Array.from({ length: 100 }, () => held(connections, 2, "streaming"));
    const staying = [held(connections, 1, "streaming"), held(connections, 2, "polling")];
    assert.deepEqual(connections.counts(), { streaming: 101, polling: 1 });
    const mayStream = new Set([1]);
    const downgrading = connections.downgrade((orgId) => mayStream.has(orgId));
    const gone = () => leaving.filter((told) => told.length > 0).length;
    assert.equal(gone(), 5, "a twentieth at once");
    await clock.tickAsync(DOWNGRADE_MS / 2);
    assert.ok(gone() > 40 && gone() < 60, `${gone()} at half time`);
    await clock.tickAsync(DOWNGRADE_MS / 2);
    assert.equal(gone(), 100);
    await downgrading;
    assert.ok(leaving.every((told) => told.length === 1 && told[0]![0] === "switched_off"));
    assert.deepEqual(staying, [[], []]);
    assert.deepEqual(connections.counts(), { streaming: 1, polling: 1 });
  } finally {
    clock.uninstall();
  }
});

Deno.test("connections - what is switched on again in the middle of a downgrade keeps those who were not told yet", async () => {
  const clock = FakeTimers.install({ toFake: ["setTimeout", "setInterval", "clearInterval"] });
  try {
    const connections = new Connections({ max: 1_000, maxPerUser: 1_000, random: Math.random, registry });
    const sockets = Array.from({ length: 100 }, () => held(connections, 1, "streaming"));
    let isOn = false;
    const downgrading = connections.downgrade(() => isOn);
    await clock.tickAsync(DOWNGRADE_MS / 4);
    isOn = true;
    const told = sockets.filter((one) => one.length > 0).length;
    await clock.tickAsync(DOWNGRADE_MS);
    await downgrading;
    assert.equal(sockets.filter((one) => one.length > 0).length, told);
    assert.ok(told > 0 && told < 100);
  } finally {
    clock.uninstall();
  }
});

Deno.test("connections - the gauges are what is open, with the bytes that sockets of the stream have not sent", () => {
  const registry = new Registry(APP_METRICS);
  const connections = new Connections({ max: 7, maxPerUser: 7, random: () => 0, registry });
  const kinds = ["streaming", "streaming", "polling", "uploading", "chatting"] as const;
  for (const kind of kinds) {
    connections.add({
      orgId: 1,
      principal: person("u"),
      kind,
      tick: () => {},
      leave: () => {},
      revoke: () => {},
      buffered: () => 100,
    });
  }
  connections.measure();
  const lines = registry.text().split("\n");
  const told = [
    "innstream_connections_max 7",
    'innstream_connections{endpoint="stream"} 2',
    'innstream_connections{endpoint="poll"} 1',
    'innstream_connections{endpoint="upload"} 1',
    'innstream_connections{endpoint="chat"} 1',
    "innstream_send_buffer_bytes 200",
    "streaming_active_connections 2",
  ];
  assert.deepEqual(told.filter((line) => !lines.includes(line)), []);
});

Deno.test("connections - a token that was revoked takes no place, and what has it by now ends with the next look", async () => {
  const clock = FakeTimers.install({ toFake: ["setTimeout", "setInterval", "clearInterval"] });
  try {
    const gone = new Set<string>();
    const isRevoked = ({ userId }: Principal) => gone.has(userId);
    const connections = new Connections({ max: 10, maxPerUser: 10, random: () => 0, registry, isRevoked });
    const told: string[] = [];
    for (const [userId, orgId] of [["a", 1], ["b", 1], ["a", 2]] as const) {
      connections.add({
        orgId,
        principal: person(userId, orgId),
        kind: "polling",
        tick: () => told.push(`tick ${userId}${orgId}`),
        leave: () => {},
        revoke: () => told.push(`revoked ${userId}${orgId}`),
      });
    }
    assert.ok("release" in connections.take(person("a")));
    gone.add("a");
    const refused = connections.take(person("a"));
    assert.ok("code" in refused && refused.code === "token_revoked");
    await clock.tickAsync(1_000);
    assert.deepEqual(told, ["revoked a1", "tick b1", "revoked a2"]);
  } finally {
    clock.uninstall();
  }
});
