import assert from "node:assert/strict";
import type { Outgoing } from "@/lib/chat/client/chat_types.ts";
import type { ChatMessage } from "@/lib/chat/message.ts";
import {
  announcementOf,
  dayWords,
  previewOf,
  readerWords,
  shortWhen,
  stateWords,
  statusWords,
  titleOf,
  typingWords,
} from "@/lib/pages/chat/chat_words.ts";
import { type DraftText, editingOf, EMPTY_DRAFT, endedOf, withPerson } from "@/lib/pages/chat/drafts.ts";
import { keepPlace, keptPlace } from "@/lib/pages/chat/reading_place.ts";
import { Receipts } from "@/lib/pages/chat/receipts.ts";
import { rowsOf, seqAt } from "@/lib/pages/chat/rows.ts";

const KOLKATA = { userId: "me", timeZone: "Asia/Kolkata" };
const PLACE = { locale: "en-IN", timeZone: "Asia/Kolkata" };

function said(seq: number, userId: string, at: string, more: Partial<ChatMessage> = {}): ChatMessage {
  const text = `message ${seq}`;
  return {
    id: 100 + seq,
    seq,
    rev: seq,
    roomId: "property-1",
    userId,
    userName: userId,
    text,
    clientMsgId: `c${seq}`,
    at,
    ...more,
  };
}

function outgoing(clientMsgId: string, at: string): Outgoing {
  const rest = { replyTo: null, link: null, mentions: [], problem: null };
  return { clientMsgId, roomId: "property-1", text: "soon", at, state: "waiting", ...rest };
}

function shapeOf(rows: ReturnType<typeof rowsOf>): string[] {
  return rows.map((row) => {
    switch (row.kind) {
      case "day":
        return row.day;
      case "message":
        return `${row.isFirst ? "first" : "next"} ${row.message.seq}${row.isOwn ? " own" : ""}`;
      case "outgoing":
        return `${row.isFirst ? "first" : "next"} ${row.outgoing.clientMsgId}`;
      default:
        return row.kind;
    }
  });
}

Deno.test("chat page rows - messages stand by days of the property, and in groups of five minutes", () => {
  const messages = [
    said(1, "ravi", "2026-11-22T18:20:00Z"),
    said(2, "ravi", "2026-11-22T18:24:00Z"),
    // Midnight in Kolkata is at 18:30 UTC.
    said(3, "ravi", "2026-11-22T18:31:00Z"),
    said(4, "me", "2026-11-22T18:32:00Z"),
    said(5, "me", "2026-11-22T18:38:00Z"),
  ];
  const pending = [outgoing("out", "2026-11-22T18:39:00Z")];
  const rows = rowsOf({ messages, outgoing: pending, newAfter: 5 }, KOLKATA);
  assert.deepEqual(shapeOf(rows), [
    "older",
    "2026-11-22",
    "first 1",
    "next 2",
    "2026-11-23",
    "first 3",
    "first 4 own",
    "first 5 own",
    "next out",
  ]);
});

Deno.test("chat page rows - new begins once, above what others said, and above the day that begins with it", () => {
  const messages = [
    said(1, "ravi", "2026-11-22T10:00:00Z"),
    said(2, "ravi", "2026-11-22T10:01:00Z"),
    said(3, "ravi", "2026-11-23T10:01:00Z"),
  ];
  const shape = (newAfter: number) => shapeOf(rowsOf({ messages, outgoing: [], newAfter }, KOLKATA));
  assert.deepEqual(shape(1), ["older", "2026-11-22", "first 1", "new", "first 2", "2026-11-23", "first 3"]);
  assert.deepEqual(shape(2), ["older", "2026-11-22", "first 1", "next 2", "new", "2026-11-23", "first 3"]);
  assert.ok(!shape(3).includes("new"));
  // Where it begins is not loaded yet.
  assert.ok(
    !shapeOf(rowsOf({ messages: messages.slice(1), outgoing: [], newAfter: 0 }, KOLKATA)).includes("new"),
  );
  const own = [said(1, "ravi", "2026-11-22T10:00:00Z"), said(2, "me", "2026-11-22T10:01:00Z")];
  assert.ok(!shapeOf(rowsOf({ messages: own, outgoing: [], newAfter: 1 }, KOLKATA)).includes("new"));
});

Deno.test("chat page rows - what one says keeps its key when it is acknowledged, so that nothing jumps", () => {
  const at = "2026-11-22T10:00:00Z";
  const before = rowsOf({ messages: [], outgoing: [outgoing("c1", at)], newAfter: 0 }, KOLKATA);
  const after = rowsOf({ messages: [said(1, "me", at)], outgoing: [], newAfter: 0 }, KOLKATA);
  assert.deepEqual(before.map(({ key }) => key), after.map(({ key }) => key));
  assert.equal(seqAt(after, 99), 1);
  assert.equal(seqAt(before, 2), 0);
});

Deno.test("chat page rows - no two rows have the same key, though two people chose the same id", () => {
  const at = "2026-11-22T10:00:00Z";
  const messages = [said(1, "me", at, { clientMsgId: "x" }), said(2, "ravi", at, { clientMsgId: "x" })];
  const keys = rowsOf({ messages, outgoing: [], newAfter: 0 }, KOLKATA).map(({ key }) => key);
  assert.equal(new Set(keys).size, keys.length);
});

Deno.test("chat page receipts - who looks does not count, and each is counted up to where they are", () => {
  const receipts = new Map([["me", 9], ["ravi", 3], ["sunita", 5], ["arjun", 5]]);
  const read = new Receipts({ receipts, delivered: new Map([["me", 9], ["ravi", 7]]), userId: "me" });
  assert.deepEqual([1, 3, 4, 5, 6].map((seq) => read.readers(seq)), [3, 3, 2, 2, 0]);
  assert.deepEqual([read.readersOf(4, 9).toSorted(), read.readersOf(1, 2).length], [["arjun", "sunita"], 2]);
  assert.deepEqual([7, 8].map((seq) => read.isDelivered(seq)), [true, false]);
});

Deno.test("chat page words - typing names up to three people, and counts more", () => {
  const names = ["Meera Deshpande", "Ravi Kumar", "Tomas Fernandes", "Ishan B"];
  const words = (count: number) => typingWords({ names: names.slice(0, count), count });
  assert.deepEqual([0, 1, 2, 3, 4].map(words), [
    "",
    "Meera is typing",
    "Meera and Ravi are typing",
    "Meera, Ravi and Tomas are typing",
    "4 people are typing",
  ]);
  assert.equal(typingWords({ names: names.slice(0, 2), count: 12 }), "12 people are typing");
});

Deno.test("chat page words - states, titles and previews say what is the case", () => {
  assert.equal(stateWords("connecting", true), "Reconnecting, what you write is kept");
  assert.equal(stateWords("connecting", false), "Connecting");
  assert.deepEqual([statusWords(0, false), statusWords(0, true), statusWords(2, true)], [
    "Sent",
    "Delivered",
    "Read by 2",
  ]);
  assert.equal(readerWords(["Meera D", "Ravi K"], 2), "Read by Meera and Ravi");
  assert.equal(readerWords(["Meera D", "Ravi K"], 5), "Read by Meera, Ravi and 3 more");
  assert.equal(titleOf("Chat · Innstream", 3), "(3) Chat · Innstream");
  assert.equal(titleOf("(3) Chat · Innstream", 120), "(99+) Chat · Innstream");
  assert.equal(titleOf("(99+) Chat · Innstream", 0), "Chat · Innstream");
  assert.equal(previewOf({ text: "two\n  lines" }), "two lines");
  assert.equal(previewOf({ text: "", link: { entity: "task", id: 1 } }), "Task");
  assert.equal(previewOf({ text: "", deleted: true }), "Message deleted");
  assert.equal([...previewOf({ text: "😀".repeat(500) })].length, 161);
});

Deno.test("chat page words - times are those of the property, as short as they can be told", () => {
  const now = Date.parse("2026-11-24T19:00:00Z");
  const when = (at: string) => shortWhen(at, now, PLACE);
  // It is the 25th in Kolkata.
  assert.equal(when("2026-11-24T18:31:00Z"), "00:01");
  assert.equal(when("2026-11-24T18:29:00Z"), "Tue");
  assert.equal(when("2026-11-10T10:00:00Z"), "10 Nov");
  assert.equal(when("no time"), "");
  const day = (text: string) => dayWords(text, now, PLACE);
  assert.deepEqual([day("2026-11-25"), day("2026-11-24")], ["Today", "Yesterday"]);
  assert.match(day("2026-11-20"), /Friday.*20 November/);
  assert.equal(day("2025-11-20"), "20 November 2025");
});

Deno.test("chat page words - what is announced is one sentence, however much came", () => {
  const one = said(1, "Ravi", "2026-11-24T10:00:00Z");
  assert.equal(announcementOf([one]), "Ravi: message 1");
  assert.equal(announcementOf([one, said(2, "Sunita", one.at)]), "2 new messages, the last by Sunita");
  assert.equal(announcementOf([]), "");
});

Deno.test("chat page drafts - an edit sets aside what was being written, and gives it back", () => {
  const writing: DraftText = { ...EMPTY_DRAFT, text: "half a senten" };
  const mentioning = said(1, "me", "2026-11-24T10:00:00Z", {
    text: "@Ravi Kumar look",
    mentions: ["ravi", "gone"],
  });
  const editing = editingOf(writing, mentioning, (id) => id === "ravi" ? "Ravi Kumar" : undefined);
  assert.equal(editing.text, "@Ravi Kumar look");
  assert.deepEqual(editing.named, [{ userId: "ravi", userName: "Ravi Kumar" }]);
  const another = editingOf(editing, said(2, "me", "2026-11-24T10:00:00Z"), () => undefined);
  assert.equal(endedOf(another), writing);
  const reply = { ...writing, replyTo: mentioning };
  assert.deepEqual(endedOf(reply), writing);
  assert.equal(endedOf(writing), null);
});

Deno.test("chat page drafts - a name that is picked takes the place of what was typed of it", () => {
  const draft: DraftText = { ...EMPTY_DRAFT, text: "ask @rav about it" };
  const { draft: next, caret } = withPerson(draft, { from: 4, to: 8 }, {
    userId: "ravi",
    userName: "Ravi Kumar",
  });
  assert.equal(next.text, "ask @Ravi Kumar about it");
  assert.equal(next.text.slice(caret), "about it");
  assert.deepEqual(next.named, [{ userId: "ravi", userName: "Ravi Kumar" }]);
});

Deno.test("chat page place - it is kept for one room, and nothing that is kept wrongly is trusted", () => {
  const kept = new Map<string, string>();
  const storage = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  } as Storage;
  keepPlace(storage, "property-1", { seq: 7, below: 12 });
  assert.deepEqual(keptPlace(storage, "property-1"), { seq: 7, below: 12 });
  assert.equal(keptPlace(storage, "property-2"), null);
  for (const [key] of kept) kept.set(key, `{"roomId":"property-1","seq":"7"}`);
  assert.equal(keptPlace(storage, "property-1"), null);
  for (const [key] of kept) kept.set(key, "{");
  assert.equal(keptPlace(storage, "property-1"), null);
  keepPlace(storage, "property-1", null);
  assert.equal(kept.size, 0);
  assert.equal(keptPlace(null, "property-1"), null);
});
