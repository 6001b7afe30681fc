import assert from "node:assert/strict";
import { BODY_BYTES_MAX } from "@/services/http/body.ts";
import { ChatPeer } from "../harness/chat.ts";
import { startServer, type TestServer } from "../harness/server.ts";
import { addUsers } from "./chat_fixture.ts";
import { addOrganisations } from "./resources_fixture.ts";

const ROOMS = "/v2/collaboration/rooms";
const ROOM = `${ROOMS}/property-1`;

type Ask = (
  method: string,
  path: string,
  body?: unknown,
  headers?: Record<string, string>,
) => Promise<{ status: number; headers: Headers; json: Json }>;
// deno-lint-ignore no-explicit-any
type Json = any;

interface World {
  readonly server: TestServer;
  /** Requests of somebody: by default of a manager of organisation 1. */
  as(claims?: Record<string, unknown>): Promise<Ask>;
}

async function withWorld(work: (world: World) => Promise<void>): Promise<void> {
  const server = await startServer();
  try {
    await addOrganisations(server.database.ownerUrl);
    const store = server.services.resources;
    await addUsers({ store }, ["u1", "arjun", "tara+night@example.com"]);
    await addUsers({ store }, ["abroad"], { orgId: 2 });
    await work({ server, as: async (claims = {}) => asking(server, await server.token(claims)) });
  } finally {
    await server.stop();
  }
}

function asking({ url }: TestServer, token: string): Ask {
  return async (method, path, body, headers = {}) => {
    const response = await fetch(url + path, {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json", ...headers },
      ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    assert.ok(response.status === 204 || response.headers.get("cache-control") === "no-store", path);
    return {
      status: response.status,
      headers: response.headers,
      json: text === "" ? null : JSON.parse(text),
    };
  };
}

const ARJUN = { sub: "arjun", role: "staff", properties: [1], name: "Arjun" };

Deno.test("chat rest - a topic is made, renamed, filled, left and taken away", async () => {
  await withWorld(async ({ as }) => {
    const [meera, arjun] = [await as(), await as(ARJUN)];
    const made = await meera("POST", ROOMS, { name: "Night shift", members: ["arjun"] }, {
      "idempotency-key": "k1",
    });
    const { roomId } = made.json;
    const path = `${ROOMS}/${roomId}`;
    assert.deepEqual(
      [made.status, made.headers.get("location"), made.headers.get("etag")],
      [201, path, '"1"'],
    );
    assert.deepEqual(made.json.members, [
      { userId: "u1", userName: "Test", role: "owner" },
      { userId: "arjun", userName: "arjun", role: "member" },
    ]);
    const again = await meera("POST", ROOMS, { name: "Night shift", members: ["arjun"] }, {
      "idempotency-key": "k1",
    });
    assert.deepEqual([again.status, again.json.roomId, again.headers.get("idempotent-replayed")], [
      201,
      roomId,
      "true",
    ]);
    assert.equal((await arjun("GET", path)).json.name, "Night shift");
    assert.equal((await arjun("PATCH", path, { name: "x", version: 1 })).status, 403);
    assert.equal((await meera("PATCH", path, { name: "x" })).status, 428);
    const renamed = await meera("PATCH", path, { name: "Late shift" }, { "if-match": '"1"' });
    assert.deepEqual([renamed.json.name, renamed.headers.get("etag")], ["Late shift", '"2"']);
    assert.equal((await meera("PATCH", path, { name: "x", version: 1 })).status, 409);
    const tara = `${path}/members/${encodeURIComponent("tara+night@example.com")}`;
    const added = await meera("PUT", tara, { role: "owner" });
    assert.equal(added.json.members[1].userId, "tara+night@example.com");
    assert.equal((await meera("DELETE", tara)).status, 204);
    assert.equal((await meera("DELETE", tara)).status, 404);
    assert.equal((await meera("PUT", `${path}/members/%E0%A4`, { role: "member" })).status, 400);
    assert.equal((await meera("PUT", `${path}/members/%00`, { role: "member" })).status, 404);
    assert.equal((await arjun("DELETE", `${path}/members/arjun`)).status, 204);
    assert.equal((await arjun("GET", path)).status, 404);
    assert.equal((await meera("DELETE", path)).status, 204);
    assert.equal((await meera("GET", path)).status, 404);
  });
});

Deno.test("chat rest - what is said without a socket is heard, once, and read page by page", async () => {
  await withWorld(async ({ server, as }) => {
    const [meera, arjun] = [await as(), await as(ARJUN)];
    const peer = await ChatPeer.join("property-1", {
      wsUrl: server.wsUrl,
      token: await server.token(ARJUN),
      userId: "arjun",
    });
    const said = await meera("POST", `${ROOM}/messages`, { text: " one ", clientMsgId: "c1" });
    assert.deepEqual([said.status, said.json.seq, said.json.text, said.json.clientMsgId], [
      201,
      1,
      "one",
      "c1",
    ]);
    const again = await meera("POST", `${ROOM}/messages`, { text: "other", clientMsgId: "c1" });
    assert.deepEqual([again.status, again.json], [200, said.json]);
    const two = await meera("POST", `${ROOM}/messages`, {
      text: "two words",
      replyTo: said.json.id,
      mentions: ["arjun"],
    });
    assert.equal(two.json.replyTo.text, "one");
    await peer.next((frame) => frame.type === "chat" && frame.seq === 2);
    assert.deepEqual(peer.texts, ["one", "two words"]);
    const online = await meera("GET", `${ROOM}/online`);
    assert.deepEqual(online.json, {
      roomId: "property-1",
      online: [{ userId: "arjun", userName: "Arjun", status: "online" }],
      people: 1,
      connections: 1,
    });
    const { today: _, lastAt, ...stats } = (await meera("GET", `${ROOM}/stats`)).json;
    assert.deepEqual(stats, {
      roomId: "property-1",
      messages: 2,
      writers: 1,
      members: null,
      people: 1,
      connections: 1,
    });
    assert.equal(lastAt, two.json.at);
    const page = await arjun("GET", `${ROOM}/messages?before=2&limit=1`);
    assert.deepEqual(page.json, { messages: [said.json], more: false });
    assert.deepEqual((await arjun("GET", `${ROOM}/messages?after=1`)).json.messages, [two.json]);
    assert.deepEqual((await arjun("GET", `${ROOM}/search?q=word`)).json, {
      messages: [two.json],
      more: false,
    });
    const list = (await arjun("GET", `${ROOMS}?limit=10`)).json;
    assert.deepEqual([list.unread, list.mentions, list.next, list.rooms[0].online], [2, 1, null, 1]);
    peer.send({ type: "read", upTo: 2 });
    await peer.next((frame) => frame.type === "read" && frame.receipts.arjun === 2);
    const readers = (await meera("GET", `${ROOM}/messages/${two.json.id}/readers`)).json;
    assert.deepEqual(readers.readers.map(({ userId }: Json) => userId), ["arjun"]);
    assert.equal((await arjun("GET", `${ROOM}/people?q=ARJ`)).json.people[0].userId, "arjun");
    await peer.socket.close();
  });
});

Deno.test("chat rest - a room of others is like none, whatever is asked of it", async () => {
  await withWorld(async ({ as }) => {
    const meera = await as();
    const { json: { roomId } } = await meera("POST", ROOMS, { name: "Secret" });
    await meera("POST", `${ROOMS}/${roomId}/messages`, { text: "x" });
    const arjun = await as(ARJUN);
    const foreign = await as({ orgId: 2 });
    const get = ["", "/messages", "/people", "/search?q=x", "/online", "/stats", "/messages/1/readers"];
    const asked: [string, string, unknown?][] = [
      ...get.map((path): [string, string] => ["GET", path]),
      ["PATCH", "", { name: "x", version: 1 }],
      ["DELETE", ""],
      ["PUT", "/members/arjun", { role: "owner" }],
      ["DELETE", "/members/arjun"],
      ["POST", "/messages", { text: "x" }],
    ];
    const rooms = [
      roomId,
      "property-9",
      "room-9",
      "topic-9",
      "property-2",
      "x",
      "%00",
      "topic-1%27",
      "property-01",
    ];
    for (const room of rooms) {
      for (const [method, path, body] of asked) {
        if (room === "property-2" && method !== "GET" && method !== "POST") continue;
        const { status, json } = await arjun(method, `${ROOMS}/${room}${path}`, body);
        assert.deepEqual([status, json?.code], [404, "not_found"], `${method} ${room}${path}`);
      }
    }
    for (const [method, path, body] of asked) {
      const { status } = await foreign(method, `${ROOMS}/${roomId}${path}`, body);
      assert.equal(status, 404, `${method} ${path} of the other organisation`);
    }
    assert.equal((await meera("GET", `${ROOMS}/${roomId}`)).json.lastSeq, 1, "nothing came of it");
  });
});

Deno.test("chat rest - what is asked for badly is told, not served", async () => {
  await withWorld(async ({ as, server }) => {
    const meera = await as();
    const bad: [string, string, unknown?][] = [
      ["GET", `${ROOMS}?limit=0`],
      ["GET", `${ROOMS}?limit=101`],
      ["GET", `${ROOMS}?limit=1e1`],
      ["GET", `${ROOMS}?after=x`],
      ["GET", `${ROOM}/messages?before=-1`],
      ["GET", `${ROOM}/messages?before=1&after=1`],
      ["GET", `${ROOM}/messages?limit=101`],
      ["GET", `${ROOM}/messages?after=99999999999999999999`],
      ["GET", `${ROOM}/search`],
      ["GET", `${ROOM}/search?q=%00`],
      ["GET", `${ROOM}/search?q=${"x".repeat(101)}`],
      ["GET", `${ROOM}/people?q=%00`],
      ["GET", `${ROOM}/people?limit=x`],
      ["POST", ROOMS, {}],
      ["POST", ROOMS, "["],
      ["POST", ROOMS, []],
      ["POST", ROOMS, { name: "x", members: ["nobody"] }],
      ["POST", ROOMS, { name: "x", propertyId: 7 }],
      ["POST", `${ROOM}/messages`, {}],
      ["POST", `${ROOM}/messages`, []],
      ["POST", `${ROOM}/messages`, { text: " " }],
      ["POST", `${ROOM}/messages`, { text: "x".repeat(4001) }],
      ["POST", `${ROOM}/messages`, { text: "x", clientMsgId: "has space" }],
      ["POST", `${ROOM}/messages`, { text: "x", mentions: ["nobody"] }],
      ["POST", `${ROOM}/messages`, { text: "x", mentions: Array(21).fill("u1") }],
      ["POST", `${ROOM}/messages`, { text: "x", link: { entity: "revenue", id: 1 } }],
      ["POST", `${ROOM}/messages`, { text: "a\u0000b" }],
    ];
    for (const [method, path, body] of bad) {
      const { status, headers } = await meera(method, path, body);
      assert.ok(status === 400 || status === 422, `${method} ${path} ${JSON.stringify(body)}: ${status}`);
      assert.equal(headers.get("content-type"), "application/problem+json");
    }
    assert.equal((await meera("POST", `${ROOM}/messages`, { text: "x", replyTo: 9 })).status, 404);
    assert.equal((await meera("POST", ROOMS, `"${"x".repeat(BODY_BYTES_MAX)}"`)).status, 413);
    const long = JSON.stringify({ text: "x", more: "x".repeat(40_000) });
    assert.equal((await meera("POST", `${ROOM}/messages`, long)).status, 413);
    for (const path of [ROOMS, ROOM, `${ROOM}/messages`, `${ROOM}/stats`, "/v2/collaboration/retention"]) {
      const response = await fetch(server.url + path);
      assert.equal(response.status, 401, path);
      await response.body?.cancel();
    }
    const wrong = await meera("DELETE", ROOMS);
    assert.deepEqual([wrong.status, wrong.headers.get("allow")], [405, "GET, POST, HEAD, OPTIONS"]);
    assert.equal((await meera("GET", `${ROOM}/messages/x/readers`)).status, 404);
    assert.equal((await meera("GET", `${ROOM}/messages/99/readers`)).status, 404);
  });
});

Deno.test("chat rest - one person says so much in a short time, and is told when to go on", async () => {
  await withWorld(async ({ as }) => {
    const meera = await as();
    const answers = [];
    for (let n = 0; n < 35; n++) answers.push(await meera("POST", `${ROOM}/messages`, { text: `${n}` }));
    const refused = answers.filter(({ status }) => status === 429);
    assert.ok(refused.length > 0 && answers[0]!.status === 201);
    assert.ok(Number(refused[0]!.headers.get("retry-after")) > 0);
  });
});

Deno.test("chat rest - how long what is said is kept, for admins of the whole organisation", async () => {
  await withWorld(async ({ as }) => {
    const path = "/v2/collaboration/retention";
    const admin = await as({ role: "admin" });
    assert.deepEqual((await admin("GET", path)).json, { days: null });
    assert.deepEqual((await admin("PUT", path, { days: 30 })).json, { days: 30 });
    assert.deepEqual((await admin("GET", path)).json, { days: 30 });
    assert.equal((await admin("PUT", path, { days: 0 })).status, 422);
    assert.equal((await (await as())("GET", path)).status, 403);
    assert.deepEqual((await (await as({ role: "admin", orgId: 2 }))("GET", path)).json, { days: null });
  });
});
