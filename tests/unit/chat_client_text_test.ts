import assert from "node:assert/strict";
import fc from "fast-check";
import { mentionAt, mentionedIn, withMention } from "@/lib/chat/client/mentions.ts";
import { textPieces } from "@/lib/chat/client/text_pieces.ts";

const ANN = { userId: "1", userName: "Ann" };
const ANN_LEE = { userId: "2", userName: "Ann Lee" };
const PEOPLE = [ANN, ANN_LEE, { userId: "3", userName: "ईशा" }];

/** `|` is the caret. */
function at(marked: string) {
  const caret = marked.indexOf("|");
  return mentionAt(marked.replace("|", ""), caret);
}

Deno.test("chat text - the name under the caret", () => {
  assert.deepEqual(at("@|"), { from: 0, to: 1, query: "" });
  assert.deepEqual(at("ask @An|"), { from: 4, to: 7, query: "An" });
  assert.deepEqual(at("ask @A|nn now"), { from: 4, to: 8, query: "A" });
  assert.deepEqual(at("(@ann|"), { from: 1, to: 5, query: "ann" });
  assert.deepEqual(at("@ई|शा"), { from: 0, to: 4, query: "ई" });
  assert.deepEqual(at("@O'Br|ien"), { from: 0, to: 8, query: "O'Br" });
  for (const text of ["|", "ann|", "ann@hotel|.com", "@ann |", "|@ann", "@ann, |", `@${"x".repeat(80)}|`]) {
    assert.equal(at(text), null, text);
  }
});

Deno.test("chat text - a name that was picked takes the place of what was written of it", () => {
  const text = "ask @an now";
  assert.deepEqual(withMention(text, mentionAt(text, 7)!, "Ann Lee"), {
    text: "ask @Ann Lee now",
    caret: 13,
  });
  assert.deepEqual(withMention("@", { from: 0, to: 1 }, "Ann"), { text: "@Ann ", caret: 5 });
  assert.deepEqual(mentionedIn("@Ann Lee and @ईशा", [...PEOPLE, ANN]), ["1", "2", "3"]);
  assert.deepEqual(mentionedIn("Ann", PEOPLE), []);
});

Deno.test("chat text - names and links are pieces of their own", () => {
  const kinds = (text: string) => textPieces(text, PEOPLE).map(({ kind, text }) => `${kind}:${text}`);
  assert.deepEqual(kinds("Hello @Ann Lee, and @Ann!"), [
    "text:Hello ",
    "mention:@Ann Lee",
    "text:, and ",
    "mention:@Ann",
    "text:!",
  ]);
  assert.deepEqual(kinds("See https://a.example/x_(y). (http://b.example/?q=1)"), [
    "text:See ",
    "link:https://a.example/x_(y)",
    "text:. (",
    "link:http://b.example/?q=1",
    "text:)",
  ]);
  assert.deepEqual(kinds("https://a.example/@Ann"), ["link:https://a.example/@Ann"]);
  for (
    const text of ["javascript:alert(1)", "ftp://a.example", "https://", "data:text/html,x", "@Bob", "<b>"]
  ) {
    assert.deepEqual(kinds(text), [`text:${text}`]);
  }
  assert.deepEqual(textPieces("", PEOPLE), []);
});

const PART = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.constantFrom(
    "@",
    "@Ann",
    "@Ann Lee",
    "https://",
    "http://a.example",
    "HTTPS://A.example:1/",
    ")",
    ".",
    "\n",
    "javascript:",
  ),
  fc.webUrl(),
);
const TEXT = fc.array(PART, { maxLength: 12 }).map((parts) => parts.join(""));

Deno.test("chat text - pieces are the whole text, and a link leads nowhere but to http or https", () => {
  fc.assert(fc.property(TEXT, (text) => {
    const pieces = textPieces(text, PEOPLE);
    assert.equal(pieces.map((piece) => piece.text).join(""), text);
    for (const piece of pieces) {
      assert.notEqual(piece.text, "");
      if (piece.kind === "link") assert.match(piece.href, /^https?:\/\/[^/]/);
      if (piece.kind === "mention") {
        assert.equal(piece.text, `@${PEOPLE.find(({ userId }) => userId === piece.userId)!.userName}`);
      }
    }
  }));
});

Deno.test("chat text - what is under the caret is a word after an @, wherever the caret is", () => {
  fc.assert(fc.property(TEXT, fc.nat(60), (text, n) => {
    const caret = Math.min(n, text.length);
    const mention = mentionAt(text, caret);
    if (mention === null) return;
    const { from, to, query } = mention;
    assert.equal(text[from], "@");
    assert.ok(from < caret && caret <= to);
    assert.equal(text.slice(from + 1, caret), query);
    assert.doesNotMatch(text.slice(from + 1, to), /[\s@]/);
    assert.ok(withMention(text, mention, "Ann").text.includes("@Ann"));
  }));
});
