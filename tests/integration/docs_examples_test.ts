// What docs/examples shows is run as its first line says, against the real server.
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { call, publish, startDemo, until, watchConnections, watchSockets } from "../harness/live.ts";
import type { TestServer } from "../harness/server.ts";
import { TestSocket } from "../harness/socket.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const SUBJECT = "evt.1.1.tasks.task.updated";

let server: TestServer;
Deno.test.beforeAll(async () => {
  server = await startDemo();
});
Deno.test.afterAll(() => server?.stop());

/** Runs a program to its end; answers what it printed. */
async function output(command: string, args: string[], env: Record<string, string> = {}): Promise<string> {
  const result = await new Deno.Command(command, { args, env, cwd: ROOT }).output();
  const [out, err] = [result.stdout, result.stderr].map((bytes) => new TextDecoder().decode(bytes).trim());
  if (!result.success) throw new Error(`${command} ended with code ${result.code}: ${err}`);
  return out!;
}

/** The event that an example says it has stored arrives at a socket, with what it says about it. */
async function assertArrives(run: () => Promise<string>): Promise<void> {
  const socket = await TestSocket.stream(server.wsUrl, await server.token(), { services: ["tasks"] });
  const [, id, seq] = /^(\S+) is stored at (\d+)$/.exec(await run()) ?? [];
  assert.ok(id !== undefined, "the example says what it stored");
  const event = await socket.until(() => socket.events.find((event) => event.id === id));
  assert.deepEqual([event.entity, event.action, event.propertyId], ["task", "updated", 1]);
  assert.deepEqual(event.data, { id: 7, title: "Prepare room 103", status: "done" });
  assert.equal(socket.lastSeq, Number(seq));
  await socket.close();
}

Deno.test("docs - the TypeScript example publishes an event that arrives", async () => {
  const env = { NATS_URL: server.nats.url };
  await assertArrives(() => output(Deno.execPath(), ["run", "-A", "docs/examples/publish.ts"], env));
});

Deno.test("docs - the Python example publishes an event that arrives, where nats-py is installed", async () => {
  try {
    await output("python3", ["-c", "import nats"]);
  } catch (error) {
    const why = error instanceof Error ? error.message.split("\n").at(-1) : error;
    return console.log(
      `docs/examples/publish.py was not run: ${why} (pip install nats-py==2.16.0 provides it)`,
    );
  }
  await assertArrives(() => output("python3", ["docs/examples/publish.py"], { NATS_URL: server.nats.url }));
});

Deno.test("docs - the example client shows what it missed while it was away, once", async () => {
  const sockets = watchSockets(server);
  const env = { SERVER: server.wsUrl, TOKEN: await server.token() };
  const args = ["run", "-A", "docs/examples/watch.ts", "tasks"];
  const child = new Deno.Command(Deno.execPath(), { args, env, cwd: ROOT, stdout: "piped" }).spawn();
  let text = "";
  const reading = (async () => {
    for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) text += chunk;
  })();
  const lines = (start: string) => text.split("\n").filter((line) => line.startsWith(start));
  try {
    await until("it is connected", () => lines("connected").length === 1);
    await publish(server, SUBJECT, { data: { n: 1 } });
    await until("it shows the first", () => lines("tasks").length === 1);
    sockets[0]!.leave("restart", 0);
    await publish(server, SUBJECT, { data: { n: 2 } });
    await until("it is connected again", () => lines("connected").length === 2);
    await publish(server, SUBJECT, { data: { n: 3 } });
    await until("it shows the third", () => lines("tasks").length >= 3);
    const shown = [1, 2, 3].map((n) => `tasks task updated {"n":${n}}`);
    assert.deepEqual(lines("tasks"), shown);
    assert.equal(lines("lost (1012)").length, 1);
    assert.deepEqual(lines("reset"), []);
  } finally {
    child.kill("SIGTERM");
    await Promise.all([child.status, reading]);
  }
});

Deno.test("docs - the example client uploads a file, and says what becomes of it", async () => {
  const path = await Deno.makeTempFile({ suffix: ".csv" });
  await Deno.writeTextFile(
    path,
    "Name,Arrives\nAsha Rao,2026-12-01\n".padEnd(200_000, "Asha Rao,2026-12-01\n"),
  );
  const env = { SERVER: server.url, TOKEN: await server.token() };
  const args = ["run", "-A", "docs/examples/upload.ts", path, "text/csv", "csv"];
  const child = new Deno.Command(Deno.execPath(), { args, env, cwd: ROOT, stdout: "piped" }).spawn();
  let text = "";
  const reading = (async () => {
    for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) text += chunk;
  })();
  try {
    // No worker runs here: it waits to be read.
    await until("it is queued", () => /^uploaded, queued$/m.test(text));
    assert.match(
      text,
      /^ready: upload \S+, from byte 0\n(\d+ %\n)*100 %\ncomplete: document \d+, SHA-256 [0-9a-f]{64}\n/,
    );
  } finally {
    child.kill("SIGTERM");
    await Promise.all([child.status, reading]);
    await Deno.remove(path);
  }
});

Deno.test("docs - the example of chat shows what is said, and says each line once whatever is lost", async () => {
  const sockets = watchConnections(server);
  const env = { SERVER: server.wsUrl, TOKEN: await server.token() };
  const args = ["run", "-A", "docs/examples/chat.ts", "property-1"];
  const options = { args, env, cwd: ROOT, stdin: "piped", stdout: "piped" } as const;
  const child = new Deno.Command(Deno.execPath(), options).spawn();
  const writer = child.stdin.getWriter();
  const type = (line: string) => writer.write(new TextEncoder().encode(`${line}\n`));
  let text = "";
  const reading = (async () => {
    for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) text += chunk;
  })();
  const lines = (start: string) => text.split("\n").filter((line) => line.startsWith(start));
  try {
    await until("it has joined", () => lines("joined").length === 1);
    await type("Good morning");
    await until("it shows what it said", () => lines("#1").length === 1);
    // What is said while the connection goes is said on the next one.
    sockets.find(({ kind }) => kind === "chatting")!.leave("restart", 0);
    await type("Is room 12 ready?");
    await until("it has joined again", () => lines("joined").length === 2);
    await until("it shows what it said meanwhile", () => lines("#2").length >= 1);
    const url = `${server.url}/v2/collaboration/rooms/property-1/messages`;
    const token = await server.token({ sub: "kavya", name: "Kavya" });
    await call(url, { token, json: { text: "It is", clientMsgId: "k1" } });
    await until("it shows what others say", () => lines("#3").length === 1);
    assert.deepEqual(lines("#"), ["#1 Test: Good morning", "#2 Test: Is room 12 ready?", "#3 Kavya: It is"]);
    const { json } = await call(url, { token });
    assert.equal(json.messages.length, 3);
  } finally {
    await writer.close();
    child.kill("SIGTERM");
    await Promise.all([child.status, reading]);
  }
});

Deno.test("docs - every example is run here", () => {
  const own = Deno.readTextFileSync(new URL(import.meta.url));
  const unrun = [...Deno.readDirSync(`${ROOT}/docs/examples`)].filter(({ name }) => {
    return !own.includes(`docs/examples/${name}"`);
  });
  assert.deepEqual(unrun.map(({ name }) => name), []);
});
