import assert from "node:assert/strict";
import fc from "fast-check";
import {
  effectiveFlags,
  FLAG_NAMES,
  flagValueOf,
  initialFlags,
  isFlag,
  isFlagValue,
  ROLLOUT_FLAG,
  STREAMING_FLAG,
} from "@/lib/flags/flags.ts";
import { decodeFlag, encodeFlag } from "@/lib/flags/stored_flag.ts";
import { readConfig } from "@/services/config.ts";

const AT = "2026-11-23T21:44:01.972Z";
const BY_HAND = { by: null, orgId: null, initial: false };

Deno.test("flags - there are twelve: the switch, the percentage, and one for each service", () => {
  assert.equal(FLAG_NAMES.length, 12);
  assert.ok(isFlag("GUEST_REALTIME_V1") && isFlag("REPORTS_REALTIME_V1"));
  for (const name of ["guest_REALTIME_V1", "GUEST-CHECKIN_REALTIME_V1", "constructor", ""]) {
    assert.ok(!isFlag(name));
  }
});

Deno.test("flags - a percentage is a number from 0 to 100 with two decimals, a switch a boolean", () => {
  for (const good of [0, 0.01, 0.29, 12.5, 99.99, 100]) assert.ok(isFlagValue(ROLLOUT_FLAG, good), `${good}`);
  for (const bad of [-0.01, 100.01, 1.234, NaN, Infinity, "5", true, null, undefined]) {
    assert.ok(!isFlagValue(ROLLOUT_FLAG, bad), `${bad}`);
  }
  assert.ok(isFlagValue(STREAMING_FLAG, false));
  for (const bad of [0, 1, "true", null, {}]) assert.ok(!isFlagValue(STREAMING_FLAG, bad));
});

Deno.test("flags - text is read as people write it, and nothing else", () => {
  const switches = { "true": true, "1": true, "on": true, "false": false, "0": false, "off": false };
  for (const [text, value] of Object.entries(switches)) {
    assert.equal(flagValueOf(STREAMING_FLAG, text), value);
  }
  for (const bad of ["", "yes", "TRUE", "toString", " true"]) {
    assert.equal(flagValueOf(STREAMING_FLAG, bad), undefined);
  }
  for (const [text, value] of [["0", 0], ["100", 100], ["7.5", 7.5], ["0.01", 0.01]] as const) {
    assert.equal(flagValueOf(ROLLOUT_FLAG, text), value);
  }
  for (const bad of ["", "1e2", "0x10", "-1", "101", "1.234", "5%", "١", ".5"]) {
    assert.equal(flagValueOf(ROLLOUT_FLAG, bad), undefined, bad);
  }
});

Deno.test("flags - what is stored is read back, whoever set it", () => {
  fc.assert(fc.property(
    fc.string({ minLength: 1, maxLength: 128, unit: "binary" }),
    fc.boolean(),
    (by, value) => {
      const stored = { value, by, orgId: 7, initial: false };
      const read = decodeFlag(STREAMING_FLAG, encodeFlag(stored, AT));
      assert.ok(read?.by);
      assert.deepEqual({ ...read, by }, stored);
      assert.ok(!/\p{Cc}/u.test(read.by) && read.by.isWellFormed());
    },
  ));
  const initial = { value: 50, by: null, orgId: null, initial: true };
  assert.deepEqual(decodeFlag(ROLLOUT_FLAG, encodeFlag(initial, AT)), initial);
});

Deno.test("flags - a plain value put by hand is read, anything else means nothing", () => {
  assert.deepEqual(decodeFlag(STREAMING_FLAG, "false"), { value: false, ...BY_HAND });
  assert.deepEqual(decodeFlag(ROLLOUT_FLAG, " 50\n"), { value: 50, ...BY_HAND });
  assert.deepEqual(decodeFlag(ROLLOUT_FLAG, '{"value": 2.5}'), { value: 2.5, ...BY_HAND });
  const bad = [
    "",
    "maybe",
    "{",
    "[]",
    '{"value":"false"}',
    '{"value":1}',
    '{"value":false,"by":5}',
    `{"value":false,"by":"${"x".repeat(129)}"}`,
    '{"value":false,"orgId":"1"}',
    '{"value":false,"orgId":-1}',
    '{"by":"x"}',
    "null",
  ];
  for (const text of bad) assert.equal(decodeFlag(STREAMING_FLAG, text), undefined, text);
  for (const text of ["true", "101", '{"value":100.001}']) {
    assert.equal(decodeFlag(ROLLOUT_FLAG, text), undefined, text);
  }
});

Deno.test("flags - an organisation streams where the switch is on and it is in the rollout", () => {
  const streaming = (on: boolean, percent: number) =>
    effectiveFlags({ ...initialFlags(true), [STREAMING_FLAG]: on, [ROLLOUT_FLAG]: percent }, 1).streaming;
  assert.deepEqual([streaming(true, 100), streaming(false, 100), streaming(true, 0)], [true, false, false]);
});

const ENV = {
  DATABASE_URL: "postgres://app:pw@127.0.0.1:5432/innstream",
  NATS_URL: "nats://127.0.0.1:4222",
  JWT_SECRET: "0123456789abcdef0123456789abcdef",
};

Deno.test("flags - off and 0 to begin with, on and 100 in the demo, and as the environment says", () => {
  const config = (env: Record<string, string>) => {
    const read = readConfig({ ...ENV, ...env });
    assert.ok(!("problems" in read));
    return read;
  };
  assert.deepEqual(config({}).initialFlags, initialFlags(false));
  assert.deepEqual(config({}).operatorOrgs, []);
  assert.deepEqual(config({ DEMO: "1" }).initialFlags, initialFlags(true));
  assert.deepEqual(config({ DEMO: "1" }).operatorOrgs, [1]);
  const given = { REALTIME_STREAMING_V2: "on", REALTIME_ROLLOUT_PERCENT: "2.5", TASKS_REALTIME_V1: "false" };
  assert.deepEqual(config({ ...given, OPERATOR_ORGS: "3, 9" }).initialFlags, {
    ...initialFlags(false),
    [STREAMING_FLAG]: true,
    [ROLLOUT_FLAG]: 2.5,
    TASKS_REALTIME_V1: false,
  });
  assert.deepEqual(config({ OPERATOR_ORGS: "3, 9" }).operatorOrgs, [3, 9]);
});

Deno.test("flags - wrong values in the environment are told in one line each", () => {
  const read = readConfig({
    ...ENV,
    REALTIME_STREAMING_V2: "maybe",
    REALTIME_ROLLOUT_PERCENT: "150",
    STAFF_REALTIME_V1: "2",
    OPERATOR_ORGS: "1,first",
  });
  assert.ok("problems" in read);
  const names = read.problems.map((line) => line.split(" ")[0]);
  assert.deepEqual(names, [
    "REALTIME_STREAMING_V2",
    "REALTIME_ROLLOUT_PERCENT",
    "STAFF_REALTIME_V1",
    "OPERATOR_ORGS",
  ]);
});
