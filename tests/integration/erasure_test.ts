// Erasing a guest: what is left afterwards, where, and who may.
import assert from "node:assert/strict";
import postgres from "postgres";
import { call, publish, startDemo, until } from "../harness/live.ts";
import type { TestServer } from "../harness/server.ts";
import { TestSocket } from "../harness/socket.ts";
import { testFile, TestUpload } from "../harness/upload.ts";

let server: TestServer;
let other: TestServer;
Deno.test.beforeAll(async () => {
  server = await startDemo();
  other = await server.another();
});
Deno.test.afterAll(async () => {
  await other?.stop();
  await server?.stop();
});

const NAME = "Zebedee Quixwhistle";
const EMAIL = "zebedee@quixwhistle.example";
/** From the middle of the file: it is found as long as the file is there. */
const PIECE_BYTES = 64;

interface Guest {
  readonly id: number;
  readonly documentId: number;
  readonly file: Uint8Array<ArrayBuffer>;
}

async function newGuest(token: string, claims: { orgId?: number } = {}): Promise<Guest> {
  const { json } = await call(`${server.url}/guest-checkin/guest`, {
    token,
    method: "POST",
    headers: { "idempotency-key": `guest-${claims.orgId ?? 1}-${crypto.randomUUID()}` },
    json: { name: NAME, email: EMAIL, propertyId: 1, notes: `Likes ${NAME}'s pillow` },
  });
  const file = testFile(200_000, json.id + 77);
  const upload = await TestUpload.open(file, {
    wsUrl: server.wsUrl,
    token,
    handshake: { guestId: json.id, filename: `${NAME}.pdf` },
  });
  const { documentId } = await upload.finish();
  return { id: json.id, documentId, file };
}

function erase(token: string, id: number, url = server.url) {
  return call(`${url}/guest-checkin/guest/${id}/erase`, { token, method: "POST", json: {} });
}

/** Tables in which the text stands. */
async function placesInDatabase(text: string): Promise<string[]> {
  const sql = postgres(server.database.superuserUrl, { max: 1, onnotice: () => {} });
  try {
    const tables = await sql<{ name: string }[]>`
      select quote_ident(table_name) as name from information_schema.tables
      where table_schema = 'public' and table_type = 'BASE TABLE'`;
    const places: string[] = [];
    for (const { name } of tables) {
      const [row] = await sql.unsafe(`select 1 from ${name} t where position($1 in t::text) > 0 limit 1`, [
        text,
      ]);
      if (row !== undefined) places.push(name);
    }
    return places;
  } finally {
    await sql.end();
  }
}

/** Files of the NATS store that hold the text, or these bytes. */
function placesInStore(wanted: string | Uint8Array, dir = server.nats.storeDir): string[] {
  const text = typeof wanted === "string" ? wanted : new TextDecoder("latin1").decode(wanted);
  return [...Deno.readDirSync(dir)].flatMap(({ name, isDirectory }) => {
    const path = `${dir}/${name}`;
    if (isDirectory) return placesInStore(text, path);
    return new TextDecoder("latin1").decode(Deno.readFileSync(path)).includes(text) ? [path] : [];
  });
}

Deno.test("erasure - of a guest nothing is left in tables, streams and files, and clients see them go", async () => {
  const token = await server.token();
  const watch = await TestSocket.stream(server.wsUrl, token, { services: ["guest"] });
  // Of the other organisation: the same name, the same number where ids allow, and all of it stays.
  const theirs = await newGuest(await server.token({ orgId: 2 }), { orgId: 2 });
  const guest = await newGuest(token);
  await publish(server, "evt.1.1.guest.guest.updated", { data: { id: guest.id, name: `${NAME} again` } });
  await publish(server, "evt.1.1.guest.guest.updated", { name: `${NAME}, not valid` });
  await until(
    "the invalid one is kept",
    () => server.services.validator.invalid + other.services.validator.invalid > 0,
  );
  const begun = await TestUpload.open(testFile(100_000, 5), {
    wsUrl: server.wsUrl,
    token,
    handshake: { guestId: guest.id, filename: `${NAME} 2.pdf` },
  });
  await begun.chunks(1, 1);
  assert.ok((await placesInDatabase(NAME)).includes("outbox"));
  const middle = guest.file.slice(guest.file.length >> 1, (guest.file.length >> 1) + PIECE_BYTES);
  assert.ok(placesInStore(middle).length > 0);
  const { seq: before } = (await call(`${server.url}/guest-checkin/guest`, { token })).json;

  const answer = await erase(token, guest.id);
  assert.ok([200, 202].includes(answer.status), answer.text);
  assert.deepEqual([answer.json.guestId, answer.json.documents], [guest.id, 1]);
  await until("it is done", async () => (await erase(token, guest.id)).json.state === "done");

  assert.equal((await call(`${server.url}/guest-checkin/guest/${guest.id}`, { token })).status, 404);
  assert.equal(
    (await call(`${server.url}/guest-checkin/document/${guest.documentId}`, { token })).status,
    404,
  );
  assert.deepEqual(placesInStore(middle), [], "the file is overwritten");
  assert.deepEqual(placesInStore(`${NAME} again`), [], "what another program told is overwritten");
  assert.deepEqual(placesInStore(`${NAME}, not valid`), [], "what was no event is overwritten");

  // Who was connected is told, and who comes back later is told nothing more than that.
  await watch.next((frame) =>
    frame.type === "event" &&
    frame.events.some(({ action, data }: { action: string; data: { id: number } }) =>
      action === "deleted" && data.id === guest.id
    )
  );
  const epoch = (await server.services.feeds.acquire(1)).epoch;
  for (const instance of [server, other]) {
    const back = await TestSocket.stream(instance.wsUrl, token, { services: ["guest"], lastSeq: 1, epoch });
    await back.next((frame) => frame.type === "event" && frame.seq > before);
    assert.ok(!JSON.stringify(back.frames).includes(NAME), "a replay says nothing of them");
    assert.ok(!back.frames.some(({ type }) => type === "reset"));
    await back.close();
  }
  await watch.close();

  // The other organisation's namesake is as it was: take them away, and the name is nowhere at all.
  const token2 = await server.token({ orgId: 2 });
  assert.equal(
    (await call(`${server.url}/guest-checkin/guest/${theirs.id}`, { token: token2 })).json.name,
    NAME,
  );
  await erase(token2, theirs.id);
  await until("theirs too", async () => (await erase(token2, theirs.id)).json.state === "done");
  for (const text of [NAME, EMAIL]) {
    assert.deepEqual(await placesInDatabase(text), []);
    assert.deepEqual(placesInStore(text), []);
    assert.ok(!JSON.stringify(server.logged).includes(text));
  }
});

Deno.test("erasure - only those may who may delete a guest, and nobody of another organisation", async () => {
  const token = await server.token();
  const { json: { id } } = await call(`${server.url}/guest-checkin/guest`, {
    token,
    method: "POST",
    json: { name: "Somebody", propertyId: 1 },
  });
  assert.equal(
    (await erase(await server.token({ role: "staff", properties: [1] }), id)).json.code,
    "forbidden",
  );
  assert.equal((await erase(await server.token({ properties: [2] }), id)).json.code, "not_found");
  assert.equal((await erase(await server.token({ orgId: 2 }), id)).json.code, "not_found");
  assert.equal((await erase(token, 999_999)).json.code, "not_found");
  assert.equal(
    (await call(`${server.url}/guest-checkin/guest/x/erase`, { token, method: "POST" })).status,
    404,
  );
  assert.equal((await call(`${server.url}/guest-checkin/guest/${id}`, { token })).status, 200);
});

Deno.test("erasure - what could not be taken away at once is, when NATS is back", async () => {
  const token = await server.token();
  const { json: { id } } = await call(`${server.url}/guest-checkin/guest`, {
    token,
    method: "POST",
    json: { name: "Wilhelmina Oddfellow", propertyId: 1 },
  });
  await until("it is in the stream", () => placesInStore("Wilhelmina Oddfellow").length > 0);
  await server.nats.kill();
  const answer = await erase(token, id);
  assert.deepEqual([answer.status, answer.json.state], [202, "pending"]);
  await server.nats.restart();
  await until("it is done", async () => {
    const { json } = await erase(token, id);
    return json?.state === "done";
  }, 40_000);
  assert.deepEqual(placesInStore("Wilhelmina Oddfellow"), []);
});
