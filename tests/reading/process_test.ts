// The worker as a process of its own, with the rights it needs and no more; the virus scanner; the readers beside them.
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { Guard } from "@/services/embedded/guard.ts";
import { freePort } from "@/services/embedded/ports.ts";
import { ServerProcess } from "@/services/embedded/server_process.ts";
import { ClamAv } from "@/services/ocr/clamav.ts";
import { workerArguments } from "@/services/ocr/worker/arguments.ts";
import { readWorkerConfig } from "@/services/ocr/worker/config.ts";
import { tempDir } from "../harness/dirs.ts";
import { until } from "../harness/live.ts";
import { hostileFiles } from "../specimens/hostile.ts";
import { pictureOf } from "../specimens/catalogue.ts";
import { plainPng } from "../specimens/plain_pictures.ts";
import { type Desk, openDesk } from "./worker_kit.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const EICAR = "EICAR as text";
/** `Eicar-Test-Signature` as a database of clamd's says it: the file's first bytes, in hex. */
const SIGNATURE_BYTES = 68;

let desk: Desk;
let eicar: Uint8Array<ArrayBuffer>;
Deno.test.beforeAll(async () => {
  desk = await openDesk();
  eicar = (await hostileFiles()).find(({ name }) => name === EICAR)!.bytes;
});
Deno.test.afterAll(async () => {
  await desk?.[Symbol.asyncDispose]();
});

async function workerProcess(env: Record<string, string> = {}) {
  const whole = { DATABASE_URL: desk.config.databaseUrl, NATS_URL: desk.config.natsUrl, ...env };
  const config = readWorkerConfig(whole);
  assert.ok(!("problems" in config));
  const { promise: ready, resolve } = Promise.withResolvers<void>();
  const lines: string[] = [];
  const guard = new Guard();
  const child = new ServerProcess({
    name: "worker",
    command: Deno.execPath(),
    args: workerArguments(config),
    cwd: ROOT,
    env: whole,
    stopSignal: "SIGTERM",
    guard,
    onLine: (line) => {
      lines.push(line);
      if (line.includes("waiting for documents")) resolve();
    },
  });
  const ended = child.ended.then(async (how) => {
    await guard.end();
    return how;
  });
  await Promise.race([ready, ended.then(() => assert.fail(lines.join("\n")))]);
  return { child, ended, lines };
}

Deno.test("worker process - killed in the middle of a document, another one reads it; SIGTERM ends with code 0", async () => {
  const { bytes, mediaType, truth } = await pictureOf("pan", "clean", 7);
  const first = await workerProcess();
  const { id } = await desk.add({ bytes, documentType: "pan", mediaType });
  await desk.read(id, ({ status }) => status === "processing");
  first.child.kill("SIGKILL");
  await first.ended;
  const second = await workerProcess();
  const record = await desk.read(id);
  const fields = record.fields as Record<string, { value: string }>;
  assert.equal(fields.documentNumber?.value, truth.documentNumber);
  assert.equal((await desk.actions(id)).filter((action) => action.startsWith("ocr_")).length, 1);
  second.child.kill("SIGTERM");
  assert.deepEqual(await second.ended, { code: 0, signal: null });
  assert.ok(!second.lines.join().includes(fields.documentNumber!.value), "what was read is in the log");
  assert.deepEqual(second.lines.filter((line) => !line.includes('"level":"info"')), []);
});

Deno.test("worker process - a wrong configuration is told in one line per problem", () => {
  const config = readWorkerConfig({
    DATABASE_URL: "mysql://user:hunter2@host/db",
    NATS_URL: "nats://127.0.0.1:4222",
    OCR_CONCURRENCY: "0",
    OCR_TIMEOUT_MS: "soon",
    CLAMAV_ADDRESS: "clamd",
    CLAMAV_REQUIRED: "1",
  });
  assert.ok("problems" in config);
  assert.deepEqual(config.problems.map((line) => line.split(" ")[0]), [
    "DATABASE_URL",
    "OCR_CONCURRENCY",
    "OCR_TIMEOUT_MS",
    "CLAMAV_ADDRESS",
    "CLAMAV_REQUIRED",
  ]);
  assert.ok(!config.problems.join().includes("hunter2"));
});

interface Scanner {
  readonly address: { hostname: string; port: number };
  stop(): Promise<void>;
}

/** A real clamd with a database of one signature, where there is one; undefined elsewhere. */
async function realScanner(): Promise<Scanner | undefined> {
  const binary = ["/usr/sbin/clamd", "/usr/local/sbin/clamd"].find((path) => {
    try {
      return Deno.statSync(path).isFile;
    } catch {
      return false;
    }
  });
  if (binary === undefined) return undefined;
  const dir = tempDir("innstream-clamd-");
  const port = freePort();
  const user = new TextDecoder().decode(new Deno.Command("id", { args: ["-un"] }).outputSync().stdout).trim();
  Deno.writeTextFileSync(
    `${dir.path}/test.ndb`,
    `Eicar-Test:0:0:${eicar.subarray(0, SIGNATURE_BYTES).toHex()}\n`,
  );
  const conf = [
    `DatabaseDirectory ${dir.path}`,
    `TCPSocket ${port}`,
    "TCPAddr 127.0.0.1",
    "Foreground yes",
    "StreamMaxLength 1M",
    `User ${user}`,
  ];
  Deno.writeTextFileSync(`${dir.path}/clamd.conf`, `${conf.join("\n")}\n`);
  const guard = new Guard();
  const clamd = new ServerProcess({
    name: "clamd",
    command: binary,
    args: ["-c", `${dir.path}/clamd.conf`],
    stopSignal: "SIGTERM",
    guard,
  });
  await until("clamd answers", async () => {
    return (await new ClamAv({ hostname: "127.0.0.1", port }).scan(pieces(new Uint8Array(1)))).state ===
      "clean";
  });
  return {
    address: { hostname: "127.0.0.1", port },
    async stop() {
      await clamd.stop(5_000);
      await guard.end();
      dir.remove();
    },
  };
}

/** Speaks the protocol of clamd, for machines without one: the same answers to the same bytes. */
function spokenScanner(): Scanner {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const serving = (async () => {
    for await (const connection of listener) {
      await answer(connection).catch(() => {}).finally(() => connection.close());
    }
  })();
  return {
    address: { hostname: "127.0.0.1", port: (listener.addr as Deno.NetAddr).port },
    async stop() {
      listener.close();
      await serving;
    },
  };
}

const STREAM_BYTES_MAX = 1024 * 1024;

async function answer(connection: Deno.TcpConn): Promise<void> {
  const say = (text: string) => connection.write(new TextEncoder().encode(`${text}\0`));
  const read = async (count: number) => {
    const bytes = new Uint8Array(count);
    for (let at = 0; at < count;) {
      const got = await connection.read(bytes.subarray(at));
      if (got === null) throw new Error("It ended early");
      at += got;
    }
    return bytes;
  };
  if (new TextDecoder().decode(await read(10)) !== "zINSTREAM\0") return void await say("UNKNOWN COMMAND");
  const content: number[] = [];
  for (;;) {
    const length = new DataView((await read(4)).buffer).getUint32(0);
    if (length === 0) break;
    if (content.length + length > STREAM_BYTES_MAX) {
      return void await say("INSTREAM size limit exceeded. ERROR");
    }
    for (const byte of await read(length)) content.push(byte);
  }
  const isInfected = Uint8Array.from(content.slice(0, SIGNATURE_BYTES)).toHex() ===
    eicar.subarray(0, SIGNATURE_BYTES).toHex();
  await say(isInfected ? "stream: Eicar-Test.UNOFFICIAL FOUND" : "stream: OK");
}

async function* pieces(...parts: Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* parts;
}

Deno.test("scanner - clean, infected, too large and away are told apart, and an infected file is not kept", async () => {
  const real = await realScanner();
  console.log(
    real === undefined ? "without clamd here: its protocol is spoken by the test" : "with the real clamd",
  );
  const scanner = real ?? spokenScanner();
  const clamav = new ClamAv(scanner.address);
  assert.equal((await clamav.scan(pieces(await plainPng()))).state, "clean");
  const found = await clamav.scan(pieces(eicar));
  assert.ok(found.state === "infected");
  assert.match(found.signature, /Eicar/);
  const large = await clamav.scan(pieces(...Array.from({ length: 64 }, () => new Uint8Array(65_536))));
  assert.ok(large.state === "scanner_down");
  assert.match(large.why, /StreamMaxLength|broken|reset/i);
  const broken = (async function* () {
    yield new Uint8Array(10);
    throw new Error("the store is away");
  })();
  await assert.rejects(clamav.scan(broken), /the store is away/);

  const worker = await desk.worker({ clamav: scanner.address, clamavRequired: true });
  const { id } = await desk.add({ bytes: eicar, documentType: "csv", mediaType: "text/csv" });
  const { status, problem, kept } = await desk.read(id);
  assert.deepEqual([status, problem, kept], ["failed", "infected", "nothing"]);
  await worker.close();
  await scanner.stop();
});

Deno.test("scanner - away and required, a document is not read; away and not required, it is", async () => {
  const away = { hostname: "127.0.0.1", port: freePort() };
  assert.equal((await new ClamAv(away).scan(pieces())).state, "scanner_down");
  const document =
    async () => ({ bytes: await plainPng(), documentType: "csv", mediaType: "image/png" } as const);
  const strict = await desk.worker({ clamav: away, clamavRequired: true });
  const first = await desk.read((await desk.add(await document())).id);
  assert.deepEqual([first.status, first.problem, first.kept], ["failed", "scanner_down", "original"]);
  await strict.close();
  const lenient = await desk.worker({ clamav: away });
  const second = await desk.read((await desk.add(await document())).id);
  // A picture is no table: that it says so shows that it was opened.
  assert.equal(second.problem, "wrong_type");
  await lenient.close();
});
