import assert from "node:assert/strict";
import { type Principal, principalOf } from "@/lib/auth/principal.ts";
import { Connections } from "@/services/realtime/connections.ts";
import { BUFFERED_BYTES_BUDGET, BUFFERED_BYTES_HIGH } from "@/services/realtime/limits.ts";

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
  const connections = new Connections({ max: 100, maxPerUser: 2, random: () => 0 });
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
  const connections = new Connections({ max: 2, maxPerUser: 10, random: () => 0 });
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
  const connections = new Connections({ max: 20_000, maxPerUser: 20_000, random: () => 0 });
  assert.equal(connections.bufferLimit(), BUFFERED_BYTES_HIGH);
  for (let i = 0; i < 10_000; i++) taken(connections, person("u"));
  assert.ok(connections.bufferLimit() * 10_000 <= BUFFERED_BYTES_BUDGET);
  await connections.drain();
});

Deno.test("connections - a drain tells everyone to come back at different times", async () => {
  let next = 0;
  const connections = new Connections({ max: 10, maxPerUser: 10, random: () => (next += 0.1) % 1 });
  const told: number[] = [];
  for (let i = 0; i < 5; i++) {
    connections.add({ orgId: 1, kind: "streaming", tick: () => {}, leave: (_why, ms) => told.push(ms) });
  }
  await connections.drain();
  assert.equal(new Set(told).size, 5);
});
