// What a program may do that runs with exactly the rights of an app, or of a worker, and would do something else. That
// the app does all it does with them, tests/faults/cluster_test.ts shows.
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { appArguments } from "@/services/app_arguments.ts";
import { readConfig } from "@/services/config.ts";
import { workerArguments } from "@/services/ocr/worker/arguments.ts";
import { readWorkerConfig } from "@/services/ocr/worker/config.ts";
import { tempDir } from "../harness/dirs.ts";
import { freePort } from "../harness/ports.ts";
import { TEST_SECRET } from "../harness/server.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");

/** Each line is tried; its answer is "done", or the name of the error. */
const PROBE = `
const [listening, allowed, other, temp] = Deno.args;
const tries = {
  passwd: () => Deno.readTextFile("/etc/passwd"),
  environment: () => Deno.readTextFile("/proc/self/environ"),
  readme: () => Deno.readTextFile(${JSON.stringify(`${ROOT}/README.md`)}),
  secret: () => Deno.readTextFile(${JSON.stringify(`${ROOT}/.data/jwt_secret`)}),
  home: () => Deno.readDir("/root")[Symbol.asyncIterator]().next(),
  write: () => Deno.writeTextFile(temp + "/written", "x"),
  overwrite: () => Deno.writeTextFile(${JSON.stringify(`${ROOT}/main.ts`)}, "x"),
  spawn: () => new Deno.Command("/bin/sh", { args: ["-c", "true"] }).output(),
  kill: () => Deno.kill(Deno.ppid, "SIGCONT"),
  ffi: () => Deno.dlopen("libc.so.6", {}),
  otherPort: () => Deno.connect({ hostname: "127.0.0.1", port: Number(other) }),
  otherHost: () => fetch("http://169.254.169.254/latest/meta-data"),
  resolve: () => Deno.resolveDns("example.com", "A"),
  listenElsewhere: () => Deno.listen({ port: 0 }).close(),
  code: () => Deno.readTextFile(${JSON.stringify(`${ROOT}/deno.json`)}),
  server: () => Deno.connect({ hostname: "127.0.0.1", port: Number(allowed) }).then((c) => c.close()),
  listen: () => Deno.listen({ hostname: "127.0.0.1", port: Number(listening) }).close(),
};
const answers = {};
for (const [name, attempt] of Object.entries(tries)) {
  try {
    await attempt();
    answers[name] = "done";
  } catch (error) {
    answers[name] = error.name;
  }
}
console.log(JSON.stringify(answers));
`;

const DENIED = [
  ...["passwd", "environment", "readme", "secret", "home", "write", "overwrite", "spawn", "kill", "ffi"],
  ...["otherPort", "otherHost", "resolve", "listenElsewhere"],
];

let dir: ReturnType<typeof tempDir>;
let listener: Deno.TcpListener;
Deno.test.beforeAll(() => {
  dir = tempDir();
  Deno.writeTextFileSync(`${dir.path}/probe.ts`, PROBE);
  listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
});
Deno.test.afterAll(() => {
  listener?.close();
  dir?.remove();
});

/** The probe in place of the program that these arguments start. */
async function probe(args: readonly string[], listening: number): Promise<Record<string, string>> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...args.slice(0, -1),
      `${dir.path}/probe.ts`,
      ...[listening, listener.addr.port, freePort(), dir.path].map(String),
    ],
    cwd: ROOT,
  }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}

function env(): Record<string, string> {
  return {
    DATABASE_URL: "postgres://app:secret@127.0.0.1:5999/innstream",
    NATS_URL: `nats://app:secret@127.0.0.1:${listener.addr.port}`,
    JWT_SECRET: TEST_SECRET,
    PORT: String(freePort()),
    METRICS_PORT: String(freePort()),
  };
}

function assertDenied(answers: Record<string, string>, names: readonly string[]): void {
  for (const name of names) assert.equal(answers[name], "NotCapable", name);
}

Deno.test("app permissions - it reaches its servers and its code, and nothing of the machine beyond them", async () => {
  const config = readConfig(env());
  assert.ok(!("problems" in config));
  const answers = await probe(appArguments(config), config.port);
  assertDenied(answers, DENIED);
  assert.deepEqual([answers.code, answers.server, answers.listen], ["done", "done", "done"]);
});

Deno.test("app permissions - a worker starts deno for its readers, and has no other right more", async () => {
  const config = readWorkerConfig(env());
  assert.ok(!("problems" in config));
  const answers = await probe(workerArguments(config), config.metricsPort!);
  // A signal to another process takes the right to start some.
  assertDenied(answers, DENIED);
  assert.deepEqual([answers.code, answers.server, answers.listen], ["done", "done", "done"]);
});
