import assert from "node:assert/strict";
import { ErrorCode, OpenFeature, ProviderEvents, StandardResolutionReasons } from "@openfeature/server-sdk";
import { type FlagValues, initialFlags, ROLLOUT_FLAG, STREAMING_FLAG } from "@/lib/flags/flags.ts";
import { inRollout } from "@/lib/flags/rollout.ts";
import { FlagProvider } from "@/services/flags/provider.ts";

let domains = 0;
async function clientOf(values: () => FlagValues) {
  const provider = new FlagProvider(values);
  const domain = `test-${++domains}`;
  await OpenFeature.setProviderAndWait(domain, provider);
  return { provider, client: OpenFeature.getClient(domain) };
}

function withValues(changes: Partial<FlagValues>) {
  return clientOf(() => ({ ...initialFlags(true), ...changes }));
}

Deno.test("provider - streaming is evaluated for the organisation that is the targeting key", async () => {
  const { client } = await withValues({ [ROLLOUT_FLAG]: 50 });
  for (let org = 1; org <= 50; org++) {
    const details = await client.getBooleanDetails(STREAMING_FLAG, false, { targetingKey: String(org) });
    assert.deepEqual([details.value, details.reason], [inRollout(org, 50), StandardResolutionReasons.SPLIT]);
  }
  const { client: whole } = await withValues({});
  const all = await whole.getBooleanDetails(STREAMING_FLAG, false, { targetingKey: "1" });
  assert.deepEqual([all.value, all.reason], [true, StandardResolutionReasons.STATIC]);
  const { client: off } = await withValues({ [STREAMING_FLAG]: false });
  const none = await off.getBooleanDetails(STREAMING_FLAG, true, { targetingKey: "1" });
  assert.deepEqual([none.value, none.reason], [false, StandardResolutionReasons.DISABLED]);
});

Deno.test("provider - the percentage is a number, the long polls are booleans", async () => {
  const { client } = await withValues({ [ROLLOUT_FLAG]: 12.5, FINANCE_REALTIME_V1: false });
  assert.equal(await client.getNumberValue(ROLLOUT_FLAG, 0), 12.5);
  assert.equal(await client.getBooleanValue("FINANCE_REALTIME_V1", true), false);
  assert.equal(await client.getBooleanValue("TASKS_REALTIME_V1", false), true);
});

Deno.test("provider - unknown flags, wrong types and keys that name nobody get the default and the reason", async () => {
  const { client } = await withValues({ [ROLLOUT_FLAG]: 50 });
  const { errorCode, value } = await client.getBooleanDetails("NOT_A_FLAG", true);
  assert.deepEqual([errorCode, value], [ErrorCode.FLAG_NOT_FOUND, true]);
  const codes = await Promise.all([
    client.getNumberDetails("FINANCE_REALTIME_V1", 5),
    client.getBooleanDetails(ROLLOUT_FLAG, true),
    client.getStringDetails(ROLLOUT_FLAG, "x"),
    client.getObjectDetails("TASKS_REALTIME_V1", {}),
    client.getNumberDetails(STREAMING_FLAG, 5),
    client.getStringDetails("NOT_A_FLAG", "x"),
    client.getBooleanDetails(STREAMING_FLAG, false),
    client.getBooleanDetails(STREAMING_FLAG, false, { targetingKey: "one" }),
  ]);
  assert.deepEqual(codes.map((details) => details.errorCode), [
    ErrorCode.TYPE_MISMATCH,
    ErrorCode.TYPE_MISMATCH,
    ErrorCode.TYPE_MISMATCH,
    ErrorCode.TYPE_MISMATCH,
    ErrorCode.TYPE_MISMATCH,
    ErrorCode.FLAG_NOT_FOUND,
    ErrorCode.TARGETING_KEY_MISSING,
    ErrorCode.INVALID_CONTEXT,
  ]);
});

Deno.test("provider - clients are told which flags have changed", async () => {
  const { client, provider } = await withValues({});
  const told: unknown[] = [];
  client.addHandler(ProviderEvents.ConfigurationChanged, (details) => told.push(details?.flagsChanged));
  provider.changed([STREAMING_FLAG, ROLLOUT_FLAG]);
  await Promise.resolve();
  assert.deepEqual(told, [[STREAMING_FLAG, ROLLOUT_FLAG]]);
});
