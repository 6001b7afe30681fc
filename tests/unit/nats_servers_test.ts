import assert from "node:assert/strict";
import { inboxPrefixOf, natsServers } from "@/services/nats/servers.ts";
import { readConfig } from "@/services/config.ts";
import { appPermissions } from "@/services/app_arguments.ts";
import { workerArguments } from "@/services/ocr/worker/arguments.ts";
import { readWorkerConfig } from "@/services/ocr/worker/config.ts";

const THREE = "nats://app:p%40ss@nats-1:4222, nats://app:p%40ss@nats-2,nats://nats-3:4300";
const ENV = { DATABASE_URL: "postgres://app:secret@db/innstream", JWT_SECRET: "x".repeat(32) };

Deno.test("nats servers - one or several, the first one's user is everybody's, the port is 4222 unless said", () => {
  assert.deepEqual(natsServers(THREE), {
    hosts: ["nats-1:4222", "nats-2:4222", "nats-3:4300"],
    user: "app",
    password: "p@ss",
    tls: false,
  });
  assert.deepEqual(natsServers("tls://[::1]:4223"), {
    hosts: ["[::1]:4223"],
    user: undefined,
    password: undefined,
    tls: true,
  });
});

Deno.test("nats servers - what is none of it is refused, without a word of a password", () => {
  const bad = [
    "",
    "nats-1:4222",
    "nats://nats-1,",
    "nats://nats-1,tls://nats-2",
    "http://nats-1",
    "nats://app:hunter2@nats-1,ftp://nats-2",
    "nats://app:hunter%zz@nats-1",
  ];
  for (const text of bad) {
    assert.equal(natsServers(text), undefined, text);
    const config = readConfig({ ...ENV, NATS_URL: text });
    assert.ok("problems" in config, text);
    assert.equal(config.problems.length, 1);
    assert.match(config.problems[0]!, /^NATS_URL is /);
    assert.doesNotMatch(config.problems[0]!, /hunter/);
  }
});

Deno.test("nats servers - a user's answers come to inboxes of its own, where its name can be part of one", () => {
  assert.equal(inboxPrefixOf("app"), "_INBOX_app");
  assert.equal(inboxPrefixOf("publisher-1"), "_INBOX_publisher-1");
  for (const user of [undefined, "", "a.b", "*", ">", "a b"]) assert.equal(inboxPrefixOf(user), "_INBOX");
});

Deno.test("permissions - app and worker may reach each of them, and what else they are told of", () => {
  const env = { ...ENV, NATS_URL: THREE, PORT: "4000", METRICS_PORT: "9464" };
  const app = readConfig(env);
  assert.ok(!("problems" in app));
  const [net] = appPermissions(app).filter((flag) => flag.startsWith("--allow-net"));
  const nats = "nats-1:4222,nats-2:4222,nats-3:4300";
  assert.equal(net, `--allow-net=127.0.0.1:4000,127.0.0.1:9464,db:5432,${nats}`);
  const worker = readWorkerConfig(env);
  assert.ok(!("problems" in worker));
  assert.ok(workerArguments(worker).includes(`--allow-net=db:5432,${nats},127.0.0.1:9464`));
});

Deno.test("permissions - an app writes nothing, starts nothing, loads no library and asks nobody", () => {
  const config = readConfig({ ...ENV, NATS_URL: THREE });
  assert.ok(!("problems" in config));
  const flags = appPermissions(config).map((flag) => flag.split("=")[0]);
  assert.deepEqual(flags, ["--no-prompt", "--allow-net", "--allow-read", "--allow-env"]);
});
