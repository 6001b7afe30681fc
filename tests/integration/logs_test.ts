// What is logged says which request or connection it was, and the answer says the same.
import assert from "node:assert/strict";
import { REQUEST_ID_HEADER } from "@/services/http/identified.ts";
import { call, startDemo, until } from "../harness/live.ts";
import { RawSocket } from "../harness/raw_socket.ts";
import type { TestServer } from "../harness/server.ts";
import { TestSocket } from "../harness/socket.ts";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const BUG = "a bug of the test's";

let server: TestServer;
Deno.test.beforeAll(async () => {
  server = await startDemo();
});
Deno.test.afterAll(() => server?.stop());

function breaks(): never {
  throw new Error(BUG);
}

/** What is logged of the bug from now on. */
function nextLine() {
  const from = server.logged.length;
  return until(
    "a line about it",
    () => server.logged.slice(from).find(({ fields }) => fields?.error === BUG),
  );
}

Deno.test("logs - every answer has the number of its request, and each its own", async () => {
  const token = await server.token();
  const answers = await Promise.all([
    call(`${server.url}/finance/revenue`, { token }),
    call(`${server.url}/finance/revenue`),
    call(`${server.url}/nowhere`),
    call(`${server.url}/health/live`),
    call(`${server.url}/finance/revenue`, { token, method: "OPTIONS" }),
    call(`${server.url}/sign-in`, { headers: { accept: "text/html" } }),
    call(`${server.url}/nowhere`, { headers: { accept: "text/html" } }),
  ]);
  const ids = answers.map(({ headers }) => headers.get(REQUEST_ID_HEADER) ?? "");
  for (const id of ids) assert.match(id, UUID);
  assert.equal(new Set(ids).size, answers.length);
});

Deno.test("logs - a number from a proxy is kept where it is a UUID, and nothing else is", async () => {
  const ask = async (id: string) => {
    const { headers } = await call(`${server.url}/health/live`, { headers: { [REQUEST_ID_HEADER]: id } });
    return headers.get(REQUEST_ID_HEADER);
  };
  const id = "0f8FAD5B-d9cb-469f-a165-70867728950e";
  assert.equal(await ask(id), id.toLowerCase());
  assert.equal(await ask(id.replaceAll("-", "")), id.toLowerCase().replaceAll("-", ""));
  const others = [
    "",
    "1",
    `${id}0`,
    `${id} `.repeat(2),
    id.replace("-", ""),
    "eyJhbGciOiJIUzI1NiJ9",
    id.replace("0", "g"),
  ];
  for (const other of others) {
    const kept = await ask(other);
    assert.match(kept!, UUID);
    assert.notEqual(kept, other);
  }
});

Deno.test("logs - a request that fails is logged with the number that it is answered with", async () => {
  const { resources } = server.services;
  const { list } = resources;
  resources.list = breaks;
  const token = await server.token();
  const line = nextLine();
  const { status, headers, json } = await call(`${server.url}/finance/revenue`, { token });
  resources.list = list;
  const id = headers.get(REQUEST_ID_HEADER);
  assert.deepEqual([status, json.detail], [500, `request ${id}`]);
  assert.equal((await line).fields?.requestId, id);
});

Deno.test("logs - a page that fails shows the number that is logged", async () => {
  const { tokens } = server.services;
  const { verify } = tokens;
  tokens.verify = breaks;
  const cookie = `token=${await server.token()}`;
  const line = nextLine();
  const { status, headers, text } = await call(`${server.url}/overview`, {
    headers: { accept: "text/html", cookie },
  });
  tokens.verify = verify;
  const id = headers.get(REQUEST_ID_HEADER)!;
  assert.deepEqual([status, text.includes(id)], [500, true]);
  assert.equal((await line).fields?.requestId, id);
});

Deno.test("logs - what fails on a socket is logged with its connection and organisation", async () => {
  const { feeds, uploads, chat } = server.services;
  const { acquire } = feeds;
  const { open } = uploads;
  const { attach } = chat;
  const token = await server.token({ orgId: 2 });
  const file = {
    filename: "a",
    filesize: 9,
    mimetype: "application/pdf",
    documentType: "passport",
    propertyId: 3,
  };
  const handshakes = [
    ["/v2/realtime/stream", { services: ["finance"], version: 1 }],
    ["/v2/documents/upload/stream", file],
    ["/v2/collaboration/chat/stream", { roomId: "property-3", userId: "u1" }],
  ] as const;
  const seen: unknown[] = [];
  feeds.acquire = breaks;
  uploads.open = breaks;
  chat.attach = breaks;
  for (const [path, handshake] of handshakes) {
    const line = nextLine();
    const socket = await TestSocket.open(`${server.wsUrl}${path}`, token);
    socket.send(handshake);
    const { level, fields } = await line;
    assert.match(String(fields?.connectionId), UUID);
    seen.push([level, fields?.endpoint, fields?.orgId]);
    await socket.close();
  }
  feeds.acquire = acquire;
  uploads.open = open;
  chat.attach = attach;
  assert.deepEqual(seen, [["warn", "stream", 2], ["warn", "upload", 2], ["warn", "chat", 2]]);
});

Deno.test("logs - a refused upgrade is answered as it is", async () => {
  const raw = await RawSocket.connect(server.url);
  const { status, headers } = await raw.upgrade(`${server.url}/v2/realtime/stream`);
  assert.deepEqual([status, headers.get(REQUEST_ID_HEADER)], [401, undefined]);
  raw.close();
});
