import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { connect } from "@nats-io/transport-node";
import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import { natsBinary } from "@/services/embedded/nats_binary.ts";
import { StartError } from "@/services/embedded/start_error.ts";
import { tempDir } from "../harness/dirs.ts";
import { testNats } from "../harness/nats.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

async function streamMessages(url: string, publish: number): Promise<number> {
  const connection = await connect({ servers: url });
  const manager = await jetstreamManager(connection);
  await manager.streams.add({ name: "KEPT", subjects: ["kept.>"] });
  const js = jetstream(connection);
  for (let n = 0; n < publish; n++) await js.publish("kept.a", "x");
  const { state } = await manager.streams.info("KEPT");
  await connection.drain();
  return state.messages;
}

Deno.test("nats - a restart and a kill keep the port and what the streams acknowledged", async () => {
  const nats = await testNats();
  assert.equal(await streamMessages(nats.url, 3), 3);
  await nats.restart();
  assert.equal(await streamMessages(nats.url, 2), 5);
  const { pid } = nats;
  await nats.kill();
  await nats.restart();
  assert.notEqual(nats.pid, pid);
  assert.equal(await streamMessages(nats.url, 1), 6);
  await nats.stop();
  assert.throws(() => Deno.statSync(nats.storeDir), Deno.errors.NotFound);
});

Deno.test("nats - it listens on the loopback address alone and takes messages up to 1 MiB", async () => {
  const nats = await testNats();
  const connection = await connect({ servers: nats.url });
  assert.equal(connection.info?.host, "127.0.0.1");
  assert.equal(connection.info?.max_payload, 1024 * 1024);
  await connection.drain();
  await nats.stop();
});

Deno.test("nats - a program named by NATS_SERVER_BIN that is none is an error that says so", async () => {
  const env = { NATS_SERVER_BIN: Deno.execPath() };
  await assert.rejects(natsBinary({ root: ROOT, env, log: () => {} }), (error) => {
    assert(error instanceof StartError);
    assert.match(error.message, /NATS_SERVER_BIN=/);
    return true;
  });
});

Deno.test("nats - an old server on PATH is passed over, and without any way the error names all four", async () => {
  const dir = tempDir();
  // Debian 12 has this version; only what it says of itself matters here.
  Deno.writeTextFileSync(`${dir.path}/nats-server`, "#!/bin/sh\necho 'nats-server: v2.9.10'\n", {
    mode: 0o755,
  });
  const code = `
    import { natsBinary } from "@/services/embedded/nats_binary.ts";
    await natsBinary({ root: ${JSON.stringify(dir.path)}, env: {}, log: console.log })
      .catch((error) => console.log(error.name, error.message));`;
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", code],
    cwd: ROOT,
    env: { PATH: dir.path },
  }).output();
  const text = new TextDecoder().decode(stdout);
  assert.match(text, /nats-server 2\.9\.10 \(PATH\) is older than 2\.12: not used/);
  assert.match(text, /StartError/);
  for (const way of ["NATS_SERVER_BIN", "PATH", ".tools/bin", "install Go"]) assert(text.includes(way), text);
  dir.remove();
});

Deno.test("nats - .tools/bin is looked at when PATH has none", async () => {
  const dir = tempDir();
  const real = await natsBinary({ root: ROOT, env: Deno.env.toObject(), log: () => {} });
  const which = await new Deno.Command("sh", { args: ["-c", `command -v ${real.path}`] }).output();
  Deno.mkdirSync(`${dir.path}/.tools/bin`, { recursive: true });
  Deno.symlinkSync(new TextDecoder().decode(which.stdout).trim(), `${dir.path}/.tools/bin/nats-server`);
  const code = `
    import { natsBinary } from "@/services/embedded/nats_binary.ts";
    const found = await natsBinary({ root: ${JSON.stringify(dir.path)}, env: {}, log: console.log });
    console.log(found.from, found.version);`;
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", code],
    cwd: ROOT,
    env: { PATH: dir.path },
  }).output();
  assert.equal(new TextDecoder().decode(stdout).trim(), `.tools/bin ${real.version}`);
  dir.remove();
});
