import assert from "node:assert/strict";
import { Kvm } from "@nats-io/kv";
import { ROLLOUT_FLAG, STREAMING_FLAG } from "@/lib/flags/flags.ts";
import { FLAGS_BUCKET } from "@/services/flags/bucket.ts";
import { type Answer, call } from "../harness/live.ts";
import { upgradeAnswer } from "../harness/raw_socket.ts";
import type { TestServer } from "../harness/server.ts";

export const STREAMING = STREAMING_FLAG;
export const PERCENT = ROLLOUT_FLAG;

/** A token that may change flags where OPERATOR_ORGS is the tests' default. */
export function operator(server: TestServer): Promise<string> {
  return server.token({ sub: "ishan", role: "admin" });
}

/** Changes flags as an operator. */
export async function setFlags(server: TestServer, flags: Record<string, unknown>): Promise<Answer> {
  return await call(`${server.url}/feature-flags`, { token: await operator(server), json: flags });
}

/** What `GET /feature-flags` says to an organisation. */
export async function flagsOf(server: TestServer, orgId = 1) {
  const { json } = await call(`${server.url}/feature-flags`, { token: await server.token({ orgId }) });
  // Of the token that asked, which no two have in common.
  const { expiresInMs, ...flags } = json;
  assert.ok(expiresInMs > 0);
  return flags;
}

/** Writes into the bucket as `nats kv put` does. */
export async function putByHand(server: TestServer, key: string, text: string): Promise<number> {
  return await (await new Kvm(server.services.nats).open(FLAGS_BUCKET)).put(key, text);
}

/** What the upgrade of the stream is answered. */
export async function askUpgrade(server: TestServer, orgId: number) {
  return await upgradeAnswer(`${server.wsUrl}/v2/realtime/stream`, [
    `Authorization: Bearer ${await server.token({ orgId })}`,
  ]);
}

export async function changesOf(server: TestServer, query = ""): Promise<Answer> {
  return await call(`${server.url}/feature-flags/changes${query}`, { token: await operator(server) });
}
