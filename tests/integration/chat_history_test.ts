import assert from "node:assert/strict";
import { inTenant } from "@/services/postgres/tenant.ts";
import { draft, kept, openChat, say } from "./chat_fixture.ts";
import { codeOf, good, person } from "./resources_fixture.ts";

const ROOM = "property-1";
const meera = person({ userId: "meera" });
const arjun = person({ userId: "arjun", role: "staff", properties: [1] });
const kavya = person({ userId: "kavya", role: "staff", properties: [2] });
const foreign = person({ userId: "meera", orgId: 2 });

Deno.test("chat history - pages before and after a message, without a gap or a repeat", async () => {
  await using hotels = await openChat();
  const { rest: { history } } = hotels;
  for (let n = 1; n <= 7; n++) await say(hotels, meera, draft(ROOM, `${n}`));
  const page = async (query: { before?: number; after?: number; limit?: number }) => {
    const { messages, more } = good(
      await history.messages(arjun, ROOM, { before: undefined, after: undefined, limit: 3, ...query }),
    );
    return [messages.map(({ seq }) => seq), more];
  };
  assert.deepEqual(await page({}), [[5, 6, 7], true]);
  assert.deepEqual(await page({ before: 5 }), [[2, 3, 4], true]);
  assert.deepEqual(await page({ before: 2 }), [[1], false]);
  assert.deepEqual(await page({ before: 4 }), [[1, 2, 3], false]);
  assert.deepEqual(await page({ after: 0 }), [[1, 2, 3], true]);
  assert.deepEqual(await page({ after: 4 }), [[5, 6, 7], false]);
  assert.deepEqual(await page({ after: 99 }), [[], false]);
  assert.deepEqual(await page({ before: 0 }), [[], false]);
  assert.equal(
    codeOf(await history.messages(kavya, ROOM, { before: undefined, after: undefined, limit: 3 })),
    "not_found",
  );
});

Deno.test("chat history - who has read a message and when, as the view of receipts says it", async () => {
  await using hotels = await openChat();
  const { rest: { history }, record } = hotels;
  const said = [];
  for (let n = 1; n <= 3; n++) said.push(kept(await say(hotels, meera, draft(ROOM, `${n}`))));
  const read = (userId: string, readUpTo: number) =>
    record.advance(1, ROOM, [{ userId, userName: userId.toUpperCase(), readUpTo, deliveredUpTo: 0 }]);
  for (const [userId, upTo] of [["a", 1], ["b", 3], ["c", 2], ["a", 3], ["d", 1]] as const) {
    await read(userId, upTo);
  }
  for (const { id, seq } of said) {
    const { readers, next } = good(await history.readers(arjun, ROOM, { id, after: undefined, limit: 50 }));
    assert.equal(next, null);
    const view = await inTenant(
      hotels.sql,
      1,
      (tx) =>
        tx`select user_id as "userId", upper(user_id) as "userName", read_at as "readAt"
        from chat_receipts where message_id = ${id} order by read_at, user_id`,
    );
    assert.deepEqual(readers, [...view], `message ${seq}`);
    assert.ok(readers.every(({ userId }) => userId !== "meera"));
  }
  const pages = [];
  let after: string | undefined;
  for (;;) {
    const { readers, next } = good(
      await history.readers(arjun, ROOM, { id: said[0]!.id, after, limit: 1 }),
    );
    pages.push(...readers.map(({ userId }) => userId));
    if (next === null) break;
    after = next;
  }
  assert.deepEqual(pages, ["a", "b", "c", "d"]);
  const readers = { id: said[0]!.id, after: undefined, limit: 5 };
  assert.equal(codeOf(await history.readers(kavya, ROOM, readers)), "not_found");
  assert.equal(codeOf(await history.readers(foreign, ROOM, readers)), "not_found");
  assert.equal(codeOf(await history.readers(meera, "property-2", readers)), "not_found");
  for (const after of ["x", btoa('["readers","soon","a"]')]) {
    assert.equal(codeOf(await history.readers(arjun, ROOM, { ...readers, after })), "validation_failed");
  }
});

Deno.test("chat history - a search finds all words, the last of which may go on, the latest first", async () => {
  await using hotels = await openChat();
  const { rest: { history }, record } = hotels;
  const texts = [
    "The pump in room 204 is loud",
    "pump fixed",
    "Pumpe läuft, Dr. O'Neil sagt's",
    "see https://example.com/pump?x=1",
    "नमस्ते room-204",
    "x".repeat(4000),
  ];
  for (const text of texts) await say(hotels, meera, draft(ROOM, text));
  await say(hotels, meera, draft("property-2", "pump elsewhere"));
  await say(hotels, foreign, draft(ROOM, "pump of another organisation"));
  const found = async (q: string, { before, limit = 10 }: { before?: number; limit?: number } = {}) => {
    const { messages, more } = good(await history.search(arjun, ROOM, { q, before, limit }));
    return more ? [...messages.map(({ seq }) => seq), "more"] : messages.map(({ seq }) => seq);
  };
  assert.deepEqual(await found("pump"), [3, 2, 1]);
  assert.deepEqual(await found("PUM", { limit: 2 }), [3, 2, "more"]);
  assert.deepEqual(await found("pum", { before: 3 }), [2, 1]);
  assert.deepEqual(await found("pump 204"), [1]);
  assert.deepEqual(await found("pum 204"), [], "only the last word may go on");
  assert.deepEqual(await found("204 pum"), [1]);
  assert.deepEqual(await found("नमस्"), [5]);
  assert.deepEqual(await found("o'neil"), [3]);
  assert.deepEqual(await found("läuft"), [3]);
  for (
    const hostile of [
      "!!",
      "'",
      "''",
      "\\",
      "'\\",
      "& | !",
      "pump & !fixed",
      "(",
      ":*",
      "a:*b",
      "%",
      "<->",
      "1 property-1",
      "--",
    ]
  ) {
    const seqs = await found(hostile);
    assert.ok(seqs.length < texts.length, `${hostile} finds ${seqs}`);
  }
  assert.deepEqual(await found("!!"), [], "no word at all");
  for (const q of ["", "  ", "x".repeat(101), "a\0b", "\ud800"]) {
    assert.equal(
      codeOf(await history.search(arjun, ROOM, { q, before: undefined, limit: 5 })),
      "validation_failed",
    );
  }
  const { messages: [latest] } = good(
    await history.search(arjun, ROOM, { q: "fixed", before: undefined, limit: 1 }),
  );
  await record.edit(meera, { roomId: ROOM, id: latest!.id, text: "mended", mentions: [] });
  assert.deepEqual([await found("fixed"), await found("mended")], [[], [2]]);
  await record.remove(meera, { roomId: ROOM, id: latest!.id });
  assert.deepEqual(await found("mended"), []);
  assert.equal(
    codeOf(await history.search(kavya, ROOM, { q: "pump", before: undefined, limit: 5 })),
    "not_found",
  );
});

Deno.test("chat history - what looks for words sees one organisation only, whoever calls it", async () => {
  await using hotels = await openChat();
  await say(hotels, meera, draft(ROOM, "pump of one"));
  await say(hotels, foreign, draft(ROOM, "pump of two"));
  await say(hotels, foreign, draft(ROOM, "pump of two"));
  const search = "select chat_search('property-1', 'pump'::tsquery, 100, 100) as seq";
  const seqs = async (orgId: number) =>
    (await inTenant(hotels.sql, orgId, (tx) => tx.unsafe(search))).map(({ seq }) => seq);
  assert.deepEqual(await seqs(1), [1]);
  assert.deepEqual(await seqs(2), [2, 1]);
  assert.deepEqual(await seqs(3), []);
  assert.deepEqual((await hotels.sql.unsafe(search)).length, 0, "without an organisation");
});
