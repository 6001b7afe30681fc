// ops/proxy/nginx.conf in a real nginx before two apps, where there is an nginx.
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { Guard } from "@/services/embedded/guard.ts";
import { ServerProcess } from "@/services/embedded/server_process.ts";
import { ChatPeer } from "../harness/chat.ts";
import { tempDir } from "../harness/dirs.ts";
import { call, startDemo, until } from "../harness/live.ts";
import { freePort } from "../harness/ports.ts";
import { programOr } from "../harness/programs.ts";
import type { TestServer } from "../harness/server.ts";
import { TestSocket } from "../harness/socket.ts";
import { sha256Of, testFile, TestUpload } from "../harness/upload.ts";

const CONF = fileURLToPath(new URL("../../ops/proxy/nginx.conf", import.meta.url));
const STOP_MS = 5_000;
const MIB = 1024 * 1024;
const nginx = programOr("nginx", "the proxy of compose.yaml is not tried");

let app: TestServer;
let other: TestServer;
let proxy: ServerProcess;
let guard: Guard;
let dir: ReturnType<typeof tempDir>;
let url: string;
let wsUrl: string;
const lines: string[] = [];

/** A test of its own where there is nginx, else one that is left out. */
function test(name: string, run: () => Promise<void>): void {
  Deno.test({ name: `proxy - ${name}`, ignore: nginx === undefined, fn: run });
}

/** The file as it is, but for addresses, and where it writes. */
function configured(port: number): string {
  const text = Deno.readTextFileSync(CONF)
    .replace("listen 8080;", `listen 127.0.0.1:${port};`)
    .replaceAll("/tmp/", `${dir.path}/`)
    .replace("app-1:4000", new URL(app.url).host)
    .replace("app-2:4000", new URL(other.url).host);
  // As root it would change to a user that this machine may not have.
  return Deno.uid() === 0 ? `user root;\n${text}` : text;
}

if (nginx !== undefined) {
  Deno.test.beforeAll(async () => {
    app = await startDemo();
    other = await app.another();
    dir = tempDir("innstream-nginx-");
    const port = freePort();
    [url, wsUrl] = [`http://127.0.0.1:${port}`, `ws://127.0.0.1:${port}`];
    Deno.writeTextFileSync(`${dir.path}/nginx.conf`, configured(port));
    const args = ["-p", dir.path, "-e", "stderr", "-c", `${dir.path}/nginx.conf`];
    const { success, stderr } = await new Deno.Command(nginx, { args: [...args, "-t"] }).output();
    assert.ok(success, new TextDecoder().decode(stderr));
    guard = new Guard();
    proxy = new ServerProcess({
      name: "nginx",
      command: nginx,
      args: [...args, "-g", "daemon off;"],
      stopSignal: "SIGTERM",
      guard,
      onLine: (line) => lines.push(line),
    });
    await until("nginx serves", () => {
      return call(`${url}/proxy/health`).then(({ status }) => status === 200, () => false);
    });
  });
  Deno.test.afterAll(async () => {
    await proxy?.stop(STOP_MS);
    await guard?.end();
    await other?.stop();
    await app?.stop();
    dir?.remove();
  });
}

test("pages and REST come through, under the address that people see", async () => {
  const page = await call(`${url}/`);
  assert.equal(page.status, 200);
  const made = await call(`${url}/tasks/task`, {
    token: await app.token(),
    json: { title: "Through nginx", propertyId: 1 },
  });
  assert.equal(made.status, 201, made.text);
  // A form of the same origin: its host is the one that the browser has.
  const signIn = await call(`${url}/sign-in`, {
    method: "POST",
    body: "user=meera",
    headers: { origin: url, "content-type": "application/x-www-form-urlencoded" },
  });
  assert.notEqual(signIn.status, 403, signIn.text);
});

test("sockets are upgraded, by both apps, and events come at once", async () => {
  const token = await app.token();
  const sockets = await Promise.all(Array.from({ length: 4 }, () => TestSocket.stream(wsUrl, token)));
  for (const server of [app, other]) assert.ok(server.services.connections.counts().streaming > 0);
  await call(`${url}/tasks/task`, { token, json: { title: "Told", propertyId: 1 } });
  for (const socket of sockets) await socket.until(() => socket.events.length === 1);
  for (const socket of sockets) await socket.close();
  const peer = await ChatPeer.join("property-1", { wsUrl, token });
  assert.equal((await peer.said("hello")).type, "ack");
  await peer.close();
});

test("an upload goes on as it comes, over the socket and as a form of 100 MB", async () => {
  const token = await app.token();
  const file = testFile(3 * MIB, 5);
  const upload = await TestUpload.open(file, { wsUrl, token });
  assert.equal((await upload.finish()).sha256, sha256Of(file));
  const large = testFile(100 * MIB, 6);
  const form = new FormData();
  form.set("documentType", "passport");
  form.set("propertyId", "1");
  form.set("filesize", String(large.length));
  form.set("file", new File([large], "passport.pdf", { type: "application/pdf" }));
  const response = await fetch(`${url}/v2/documents/upload`, {
    method: "POST",
    body: form,
    headers: { authorization: `Bearer ${token}` },
  });
  const text = await response.text();
  assert.equal(response.status, 201, text);
});

test("a body that is larger than any is refused before it is sent", async () => {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port: Number(new URL(url).port) });
  const head = (bytes: number) =>
    `POST /v2/documents/upload HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: ${bytes}\r\n\r\n`;
  await connection.write(new TextEncoder().encode(head(105 * MIB + 1)));
  const answer = new Uint8Array(64);
  await connection.read(answer);
  connection.close();
  assert.match(new TextDecoder().decode(answer), /^HTTP\/1\.1 413 /);
});

test("one app that is gone is passed over, also by what may not be done twice", async () => {
  const gone = await app.another();
  const { host } = new URL(gone.url);
  const text = Deno.readTextFileSync(`${dir.path}/nginx.conf`).replace(new URL(other.url).host, host);
  Deno.writeTextFileSync(`${dir.path}/nginx.conf`, text);
  proxy.kill("SIGHUP");
  await until(
    "the new one is asked",
    () => lines.some((line) => line.includes(`"app":"${host}"`)) || call(`${url}/`).then(() => false),
  );
  await gone.stop();
  const token = await app.token();
  for (let n = 0; n < 6; n++) {
    const made = await call(`${url}/tasks/task`, { token, json: { title: `Once ${n}`, propertyId: 1 } });
    assert.equal(made.status, 201, made.text);
  }
  const { json } = await call(`${url}/tasks/task?limit=100`, { token });
  const titles = json.items.map(({ title }: { title: string }) => title).filter((title: string) =>
    title.startsWith("Once")
  );
  assert.equal(titles.length, 6, titles.join());
});

test("its log has paths and no tokens", async () => {
  const { json: { ticket } } = await call(`${url}/auth/ticket`, { token: await app.token(), method: "POST" });
  const socket = await TestSocket.open(`${wsUrl}/v2/realtime/stream?ticket=${ticket}`);
  await socket.close();
  await until("it is logged", () => {
    return lines.some((line) => line.includes('"path":"/v2/realtime/stream"'));
  });
  const logged = lines.filter((line) => line.startsWith("{")).map((line) => JSON.parse(line));
  assert.ok(logged.every(({ path, status, seconds }) => path && status && seconds >= 0));
  assert.ok(!lines.join("\n").includes("eyJ"), "a token stands in the log");
});
