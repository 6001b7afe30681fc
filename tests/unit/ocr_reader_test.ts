// What goes between a worker and its readers, and small things readers decide by.
import assert from "node:assert/strict";
import fc from "fast-check";
import { corrected, needReview, readCorrections } from "@/lib/ocr/corrections.ts";
import { guestFieldOf, guestValues } from "@/lib/ocr/guest_values.ts";
import { letterPasswords } from "@/lib/ocr/letter_passwords.ts";
import { maskDigits } from "@/lib/ocr/mask.ts";
import { pictureEnd } from "@/lib/ocr/picture_end.ts";
import { readerAnswer } from "@/lib/ocr/reader_answers.ts";
import { FrameDecoder, frameHead } from "@/lib/ocr/reader_frames.ts";
import { memoryLine, memoryOf } from "@/services/ocr/reader/memory_line.ts";
import { isTriedAgain, waitAfter } from "@/services/ocr/worker/tries.ts";
import { openCsv } from "@/services/ocr/open/csv.ts";
import { openPicture } from "@/services/ocr/open/picture_file.ts";
import { jobOf } from "@/services/ocr/worker/jobs.ts";
import { plainGif, plainJpeg, plainPng, plainWebp } from "../specimens/plain_pictures.ts";

const MEGABYTE = 1024 * 1024;

Deno.test("reader - frames come out as they went in, however they are cut", () => {
  const frame = fc.record({
    head: fc.dictionary(fc.string(), fc.string()),
    body: fc.uint8Array({ maxLength: 200 }),
  });
  fc.assert(
    fc.property(
      fc.array(frame, { maxLength: 5 }),
      fc.array(fc.integer({ min: 1, max: 50 })),
      (frames, cuts) => {
        const whole = frames.flatMap(({ head, body }) => [...frameHead(head, body.length), ...body]);
        const decoder = new FrameDecoder(MEGABYTE);
        const out = [];
        for (let at = 0, n = 0; at < whole.length; n++) {
          const length = cuts[n % Math.max(1, cuts.length)] ?? whole.length;
          out.push(...decoder.push(Uint8Array.from(whole.slice(at, at + length))));
          at += length;
        }
        assert.deepEqual(
          out.map(({ head, body }) => [JSON.stringify(head), [...body]]),
          frames.map(({ head, body }) => [JSON.stringify(head), [...body]]),
        );
        assert.equal(decoder.left, 0);
      },
    ),
  );
});

Deno.test("reader - more than is allowed, a head that is too long, and one that is no JSON are refused", () => {
  assert.throws(() => new FrameDecoder(10).push(new Uint8Array(11)), RangeError);
  assert.throws(() => new FrameDecoder(MEGABYTE).push(Uint8Array.of(255, 0, 0, 0, 0, 0, 0, 0)), RangeError);
  assert.throws(
    () => new FrameDecoder(MEGABYTE).push(Uint8Array.of(0, 0, 0, 1, 0, 0, 0, 0, 0x7b)),
    SyntaxError,
  );
});

Deno.test("reader - what it says is taken only in the form of its answers", () => {
  const reading = { documentType: "passport", status: "done", problem: null, fields: {} };
  assert.deepEqual(readerAnswer({ type: "result", reading, kept: "masked" }), {
    type: "result",
    reading,
    kept: "masked",
  });
  assert.deepEqual(readerAnswer({ type: "stage", stage: "reading" }), { type: "stage", stage: "reading" });
  const value = {
    value: "x".repeat(501),
    source: "mrz",
    checks: [],
    confidence: 1,
    repaired: false,
    needsReview: false,
  };
  for (
    const said of [
      { type: "stage", stage: "asleep" },
      { type: "preview", page: 11 },
      { type: "result", reading: { ...reading, status: "applied" }, kept: "masked" },
      { type: "result", reading: { ...reading, fields: { name: value } }, kept: "masked" },
      "result",
      null,
    ]
  ) assert.equal(readerAnswer(said), undefined);
  const more = readerAnswer({
    type: "result",
    reading: { ...reading, fields: { role: value } },
    kept: "masked",
  });
  assert.deepEqual(more?.type === "result" && more.reading.fields, {});
});

Deno.test("reader - it finds the end of each kind of picture, and none in one that is cut", async () => {
  const pictures = {
    png: await plainPng(),
    jpeg: await plainJpeg(),
    gif: await plainGif(),
    webp: await plainWebp(),
  };
  for (const [name, bytes] of Object.entries(pictures)) {
    const format = name as keyof typeof pictures;
    assert.equal(pictureEnd(bytes, format), bytes.length, name);
    assert.equal(pictureEnd(Uint8Array.from([...bytes, 1, 2, 3]), format), bytes.length, name);
    for (let length = 0; length < bytes.length; length += 7) {
      assert.equal(pictureEnd(bytes.slice(0, length), format), undefined, `${name} cut at ${length}`);
    }
  }
});

Deno.test("reader - arbitrary bytes never make the search for an end hang or throw", () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 400 }),
      fc.constantFrom("png", "jpeg", "gif", "webp"),
      (bytes, format) => {
        const end = pictureEnd(bytes, format as "png");
        assert.ok(end === undefined || end <= bytes.length);
      },
    ),
  );
});

Deno.test("reader - the password of a letter is tried in the ways a hotel may write the name", () => {
  const guest = { name: "A. Kumar", dateOfBirth: "1990-05-01", departsOn: null };
  assert.deepEqual(letterPasswords(guest), ["A. K1990", "A.KU1990", "AKUM1990"]);
  assert.deepEqual(letterPasswords({ ...guest, name: "Ramesh" }), ["RAME1990"]);
  assert.deepEqual(letterPasswords({ ...guest, dateOfBirth: null }), []);
  assert.deepEqual(letterPasswords(null), []);
});

Deno.test("reader - a table is read in every usual encoding and with every usual delimiter", () => {
  const utf16 = Uint8Array.from([0xff, 0xfe, ...[..."Näme;b\n"].flatMap((char) => [char.charCodeAt(0), 0])]);
  const latin1 = Uint8Array.from([..."Näme\tb\n"].map((char) => char.charCodeAt(0)));
  const utf8 = new TextEncoder().encode("\ufeffNäme|b\n");
  for (const bytes of [utf16, latin1, utf8]) {
    assert.deepEqual(openCsv(bytes), { kind: "rows", rows: [["Näme", "b"]] });
  }
});

Deno.test("reader - its memory is told in a line of its own", () => {
  assert.equal(memoryOf(new TextDecoder().decode(memoryLine(123)).trim()), 123);
  assert.equal(memoryOf("memory: much"), undefined);
});

Deno.test("worker - what may go better another time is tried again, with longer waits", () => {
  assert.deepEqual([1, 4, 5].map((attempts) => isTriedAgain("crashed", attempts)), [true, true, false]);
  assert.deepEqual([1, 2].map((attempts) => isTriedAgain("took_too_long", attempts)), [true, false]);
  assert.equal(isTriedAgain("bomb", 1), false);
  assert.deepEqual([1, 2, 3].map((attempts) => waitAfter(attempts, [10, 20])), [10, 20, 20]);
});

Deno.test("worker - a message is a job only where it names a property, a document and an upload", () => {
  const body = { documentId: 7, uploadId: "0b9c8a7e-0000-4000-8000-000000000000" };
  assert.deepEqual(jobOf("docs.uploaded.1.2", () => body), { orgId: 1, propertyId: 2, ...body });
  assert.equal(jobOf("docs.uploaded.1", () => body), undefined);
  assert.equal(jobOf("docs.uploaded.1.2", () => ({ ...body, uploadId: "*" })), undefined);
  assert.equal(jobOf("docs.uploaded.1.2", () => JSON.parse("no")), undefined);
});

Deno.test("corrections - values have the form of their field, and numbers are masked", () => {
  const read = readCorrections(
    { version: 2, fields: { documentNumber: "2341 2341 2346", sex: "X" } },
    maskDigits,
  );
  assert.deepEqual(read, { version: 2, values: { documentNumber: "XXXX XXXX 2346", sex: "X" } });
  assert.ok("errors" in readCorrections({ version: 2, fields: { expiresOn: "2031-02-30" } }, maskDigits));
  assert.ok(needReview({ name: { ...corrected("A"), needsReview: true } }));
  assert.ok(!needReview({ name: corrected("A") }));
});

Deno.test("corrections - a guest gets a document's values by either name", () => {
  assert.deepEqual(["documentNumber", "idNumber", "notes"].map(guestFieldOf), [
    "idNumber",
    "idNumber",
    undefined,
  ]);
  const values = guestValues("passport", { surname: corrected("RAO"), givenNames: corrected("ASHA") });
  assert.deepEqual(values, { name: "ASHA RAO", idType: "passport" });
});

Deno.test("reader - a phone's film or second picture behind a JPEG is no reason to refuse it, an archive or markup is", async () => {
  const jpeg = await plainJpeg();
  const many = new Uint8Array(100 * 1024);
  const film = [...bytesOf("\0\0\0\x18ftypmp42"), ...many];
  const opened = async (tail: Iterable<number>, picture = jpeg, type = "image/jpeg") =>
    (await openPicture(Uint8Array.from([...picture, ...tail]), type)).kind;
  assert.equal(await opened(film), "pages");
  assert.equal(await opened([...bytesOf("\0\0\x30\x0a\x10\0\0\0MotionPhoto_Data"), ...film]), "pages");
  assert.equal(await opened([...jpeg, ...many]), "pages");
  assert.equal(await opened([...film, ...bytesOf("PK\x05\x06"), ...new Uint8Array(18)]), "refused");
  assert.equal(await opened([...bytesOf("<html>"), ...many]), "refused");
  assert.equal(await opened([...bytesOf("PK\x03\x04"), ...many]), "refused");
  assert.equal(await opened(many), "refused");
  assert.equal(await opened(film, await plainPng(), "image/png"), "refused");
});

function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
