// What production is made of, as processes: the main exchanges through the proxy, under the permissions of ops/nats and
// of Deno, and parts that go and come back while they run.
import assert from "node:assert/strict";
import { jetstreamManager } from "@nats-io/jetstream";
import { connectNats } from "@/services/nats/connect.ts";
import { EVENTS } from "@/services/nats/streams.ts";
import { CHUNK_BYTES, WINDOW_CHUNKS } from "@/lib/upload/limits.ts";
import { ChatPeer } from "../harness/chat.ts";
import { type TestCluster, testCluster } from "../harness/cluster.ts";
import { call, until } from "../harness/live.ts";
import { TestSocket } from "../harness/socket.ts";
import { sha256Of, testFile, TestUpload } from "../harness/upload.ts";
import { letterPdf, pictureOf } from "../specimens/catalogue.ts";

/** A document is read within this, on a machine that does much else. */
const READ_MS = 120_000;
/** Until nats-servers have agreed on another leader and the apps have come to it. */
const FAILOVER_MS = 60_000;
/** A request to a process that stands still is given up. */
const REQUEST_MS = 2_000;

let cluster: TestCluster;
Deno.test.beforeAll(async () => {
  cluster = await testCluster();
});
Deno.test.afterAll(async () => {
  await cluster?.stop();
});

async function earn(url: string): Promise<number> {
  try {
    const { status } = await call(`${url}/finance/revenue`, {
      token: await cluster.token(),
      json: { amount: 1000, propertyId: 1 },
      signal: AbortSignal.timeout(REQUEST_MS),
    });
    return status;
  } catch {
    // Nobody answers there at the moment.
    return 0;
  }
}

async function listen(url: string, handshake: Record<string, unknown> = {}): Promise<TestSocket> {
  const wsUrl = url.replace("http", "ws");
  return await TestSocket.stream(wsUrl, await cluster.token(), { services: ["finance"], ...handshake });
}

function readiness(url: string): Promise<number> {
  return fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(REQUEST_MS) }).then(
    async ({ status, body }) => {
      await body?.cancel();
      return status;
    },
    () => 0,
  );
}

Deno.test("cluster - what is committed through the proxy is told through it, whichever app took it", async () => {
  const socket = await listen(cluster.url);
  for (const { url } of [cluster, ...cluster.apps]) assert.equal(await earn(url), 201);
  await socket.until(() => socket.events.length === 3);
  await socket.close();
});

Deno.test("cluster - people of both apps are in one room", async () => {
  const join = async ({ url }: { url: string }, n: number) => {
    const token = await cluster.token({ sub: `p${n}` });
    return ChatPeer.join("property-1", { wsUrl: url.replace("http", "ws"), token, userId: `p${n}` });
  };
  const peers = await Promise.all(cluster.apps.map(join));
  const [one, other] = peers as [ChatPeer, ChatPeer];
  await one.said("to the other app");
  assert.equal((await other.next("chat")).text, "to the other app");
  await other.until(() => other.statuses("property-1").p0 === "online");
  await Promise.all(peers.map((peer) => peer.close()));
});

async function uploaded(bytes: Uint8Array<ArrayBuffer>, handshake: Record<string, string>): Promise<number> {
  const token = await cluster.token();
  const upload = await TestUpload.open(bytes, { wsUrl: cluster.wsUrl, token, handshake });
  return (await upload.finish()).documentId;
}

// deno-lint-ignore no-explicit-any
async function read(id: number, fits: (record: any) => boolean): Promise<any> {
  const token = await cluster.token();
  return await until(`document ${id} is read`, async () => {
    const { json } = await call(`${cluster.url}/v2/documents/${id}`, { token });
    return fits(json) && json;
  }, READ_MS);
}

// A stream of several copies refuses a chunk while another one of the same lease is under way: they go one by one.
Deno.test("cluster - chunks that come all at once are stored in three copies, and the file is whole", async () => {
  const file = testFile(3 * WINDOW_CHUNKS * CHUNK_BYTES + 1, 21);
  const token = await cluster.token();
  const upload = await TestUpload.open(file, { wsUrl: cluster.wsUrl, token });
  const { documentId, sha256 } = await upload.finish();
  assert.equal(sha256, sha256Of(file));
  const content = await fetch(`${cluster.url}/v2/documents/${documentId}/content`, {
    headers: { authorization: `Bearer ${token}` },
  });
  assert.equal(sha256Of(await content.bytes()), sha256Of(file));
});

Deno.test("cluster - what is uploaded is read by the worker, and what is locked opens with its password", async () => {
  const { bytes, mediaType, truth } = await pictureOf("pan", "clean", 7);
  const letter = letterPdf(5, { locked: true });
  const [id, locked] = await Promise.all([
    uploaded(bytes, { filename: "pan.png", mimetype: mediaType, documentType: "pan" }),
    uploaded(letter.bytes, { filename: "letter.pdf", documentType: "aadhaar" }),
  ]);
  const { fields } = await read(id, ({ fields }) => fields?.documentNumber !== undefined);
  assert.equal(fields.documentNumber.value, truth.documentNumber);
  await read(locked, ({ problem }) => problem === "password_required");
  const opened = await call(`${cluster.url}/v2/documents/${locked}/password`, {
    token: await cluster.token(),
    json: { password: letter.password },
  });
  assert.equal(opened.status, 202, opened.text);
  await read(locked, ({ problem, status }) => problem !== "password_required" && status !== "processing");
});

Deno.test("cluster - flags, tickets and the metrics of all apps work, and pages are served", async () => {
  const token = await cluster.token({ role: "admin" });
  const flags = await call(`${cluster.url}/feature-flags`, { token, json: { TASKS_REALTIME_V1: false } });
  assert.equal(flags.status, 200, flags.text);
  for (const { url } of cluster.apps) {
    await until("the other app knows it", async () => {
      return (await call(`${url}/feature-flags`, { token })).json.longPoll.tasks === false;
    });
  }
  const metrics = await call(`${cluster.url}/v2/realtime/metrics?scope=cluster`, { token });
  assert.equal(metrics.json.instances, 2, metrics.text);
  const { json: { ticket } } = await call(`${cluster.url}/auth/ticket`, { token, method: "POST" });
  const socket = await TestSocket.open(`${cluster.wsUrl}/v2/realtime/stream?ticket=${ticket}`);
  await assert.rejects(TestSocket.open(`${cluster.wsUrl}/v2/realtime/stream?ticket=${ticket}`));
  await socket.close();
  const pages = ["/", "/sign-in", "/docs/problems", "/docs/openapi.json", "/docs/asyncapi.json"];
  const answers = await Promise.all(pages.map((path) => call(cluster.url + path)));
  assert.deepEqual(answers.map(({ status }) => status), pages.map(() => 200));
  const script = /(?:src|href)="(\/[^"]+\.(?:js|css)[^"]*)"/.exec(answers[0]!.text)?.[1];
  assert.equal((await call(cluster.url + script)).status, 200, script!);
});

Deno.test("cluster - the leader of the events is killed: what is written meanwhile is told once, and it comes back", async () => {
  const nats = await connectNats(cluster.natsUrl, "test");
  const { cluster: copies } = await (await jetstreamManager(nats)).streams.info(EVENTS);
  assert.equal(copies?.replicas?.length, 2);
  const leader = cluster.nats.find(({ name }) => name === copies.leader)!;
  const socket = await listen(cluster.url);
  await leader.kill();
  await until("a write is taken", async () => await earn(cluster.url) === 201, FAILOVER_MS);
  await socket.until(() => socket.events.length >= 1 || socket.closed !== undefined);
  // An app comes up while one of the three is away.
  const [app] = cluster.apps;
  await app!.stop();
  await app!.start();
  assert.equal(await earn(app!.url), 201);
  await leader.start();
  const ids = socket.events.map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length, "an event came twice");
  await socket.close();
  await nats.close();
  for (const { url } of cluster.apps) await until("both serve", async () => await readiness(url) === 200);
});

Deno.test("cluster - an app is stopped: its people are let in by the other one and miss nothing", async () => {
  // The proxy takes turns: one of two is with each app.
  const sockets = [await listen(cluster.url), await listen(cluster.url)];
  const [app] = cluster.apps;
  await app!.stop();
  const gone = await until("one is sent away", () => sockets.find(({ closed }) => closed !== undefined));
  assert.equal(gone.closed!.code, 1012);
  assert.equal(await earn(cluster.url), 201);
  const { epoch } = gone.frames.find(({ type }) => type === "ack")!;
  const again = await listen(cluster.url, { lastSeq: gone.lastSeq, epoch });
  await again.until(() => again.events.length === 1);
  for (const socket of [...sockets, again]) await socket.close();
  await app!.start();
});

Deno.test("cluster - an app that stands still gets no new people, and goes on when it may", async () => {
  const [app] = cluster.apps;
  app!.pause();
  assert.equal(await readiness(app!.url), 0);
  await until("the proxy knows it", async () => {
    const answers = await Promise.all(Array.from({ length: 6 }, () => readiness(cluster.url)));
    return answers.every((status) => status === 200);
  });
  app!.resume();
  await until("it serves again", async () => await readiness(app!.url) === 200);
});

Deno.test("cluster - PostgreSQL stands still, is killed and comes back; a link is cut and mended", async () => {
  const [app] = cluster.apps;
  cluster.postgres.pause();
  await until("no app is ready", async () => await readiness(app!.url) !== 200);
  await cluster.postgres.kill();
  assert.equal(cluster.postgres.pid, undefined);
  await cluster.postgres.start();
  await until("both write again", async () => await earn(app!.url) === 201);
  const link = cluster.links.find(({ name }) => name === "app-1 > postgres")!;
  link.cut();
  await until("it is not ready", async () => await readiness(app!.url) === 503);
  assert.equal(await readiness(cluster.apps[1]!.url), 200);
  link.restore();
  await until("it is ready again", async () => await readiness(app!.url) === 200);
});

Deno.test("cluster - a process that ends by itself is started again", async () => {
  const { worker } = cluster;
  const before = worker.pid!;
  Deno.kill(before, "SIGKILL");
  await until("another one runs", () => worker.pid !== undefined && worker.pid !== before, FAILOVER_MS);
  await until("it says what it counts", async () => (await fetchOk(worker.metricsUrl)));
});

async function fetchOk(url: string): Promise<boolean> {
  try {
    const answer = await fetch(url);
    await answer.body?.cancel();
    return answer.ok;
  } catch {
    return false;
  }
}

Deno.test("cluster - in all of that nobody wanted more than it may", () => {
  const lines = ["nats-1", "nats-2", "nats-3", "app-1", "app-2", "worker"].flatMap((name) =>
    cluster.log(name)
  );
  assert.ok(lines.length > 20);
  assert.deepEqual(lines.filter((line) => /violation|NotCapable|Requires \w+ access/i.test(line)), []);
});
