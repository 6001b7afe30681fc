import assert from "node:assert/strict";
import fc from "fast-check";
import { UPLOAD_CLOSE } from "@/lib/protocol/close_codes.ts";
import { UPLOAD_ERRORS } from "@/lib/upload/errors.ts";
import { binaryChunk, textChunk } from "@/lib/upload/chunk.ts";
import { readUploadFrame } from "@/lib/upload/client/server_frames.ts";
import {
  chunkBytesOf,
  chunksOf,
  parseUploadBinary,
  parseUploadHandshake,
  parseUploadText,
} from "@/lib/upload/frames.ts";
import {
  cancelledFrame,
  completeFrame,
  pausedFrame,
  percentOf,
  progressFrame,
  readyFrame,
  renewedFrame,
  uploadErrorFrame,
} from "@/lib/upload/server_frames.ts";
import { CHUNK_BYTES, CHUNKS_MAX, FILE_BYTES_MAX } from "@/lib/upload/limits.ts";

const ID = "0b9cd7f0-6f7e-4c3a-9a55-1f0e8b6a7c21";
const HANDSHAKE = {
  filename: "document.pdf",
  filesize: 1024000,
  mimetype: "application/pdf",
  documentType: "aadhaar",
  guestId: 123,
  propertyId: 456,
};

Deno.test("upload frames - golden: what goes out, byte for byte", () => {
  const golden: [string, string][] = [
    [
      readyFrame({ uploadId: "u", nextSeq: 1, offset: 0, expiresAt: "X" }),
      '{"type":"ready","uploadId":"u","nextSeq":1,"offset":0,"expiresAt":"X","chunkSize":65536,"window":16,"limits":' +
      '{"fileBytes":104857600,"idleMs":30000,"pausedMs":600000,"mediaTypes":["image/jpeg","image/png","image/gif",' +
      '"image/webp","application/pdf","text/csv","application/vnd.ms-excel",' +
      '"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"]}}',
    ],
    [
      progressFrame("u", 4, 262144, 300000),
      '{"type":"progress","uploadId":"u","seq":4,"received":262144,"total":300000,"percent":87}',
    ],
    [
      completeFrame({ uploadId: "u", documentId: 7, size: 3, sha256: "ab", status: "uploaded" }),
      '{"type":"complete","uploadId":"u","documentId":7,"size":3,"sha256":"ab","status":"uploaded"}',
    ],
    [pausedFrame("u", "X"), '{"type":"paused","uploadId":"u","expiresAt":"X"}'],
    [cancelledFrame("u"), '{"type":"cancelled","uploadId":"u"}'],
    [renewedFrame("X"), '{"type":"renewed","expiresAt":"X"}'],
    [
      uploadErrorFrame("seq_mismatch", "5 came", 4),
      '{"type":"error","code":"seq_mismatch","message":"Another chunk is expected: 5 came","retryable":true,"nextSeq":4}',
    ],
    [
      textChunk({ seq: 1, data: Uint8Array.of(1, 2, 3), final: true }),
      '{"seq":1,"data":"AQID","final":true}',
    ],
  ];
  for (const [made, expected] of golden) assert.equal(made, expected);
  assert.deepEqual(
    [...binaryChunk({ seq: 258, data: Uint8Array.of(7, 8), final: true })],
    [0, 0, 1, 2, 1, 7, 8],
  );
});

Deno.test("upload frames - golden: handshakes as clients send them", () => {
  const absent = { sha256: null, encoding: "json", uploadId: null };
  const cases: [object, object][] = [
    [HANDSHAKE, { ...HANDSHAKE, ...absent }],
    [{ ...HANDSHAKE, guestId: null, encoding: null, more: 1 }, { ...HANDSHAKE, ...absent, guestId: null }],
    [
      { ...HANDSHAKE, mimetype: "TEXT/CSV; charset=utf-8", sha256: "AB".repeat(32), encoding: "binary" },
      { ...HANDSHAKE, ...absent, mimetype: "text/csv", sha256: "ab".repeat(32), encoding: "binary" },
    ],
    [{ ...HANDSHAKE, uploadId: ID.toUpperCase() }, { ...HANDSHAKE, ...absent, uploadId: ID }],
  ];
  for (const [sent, expected] of cases) {
    assert.deepEqual(parseUploadHandshake(JSON.stringify(sent)), expected);
  }
});

Deno.test("upload frames - a handshake that is refused says why", () => {
  const cases: [object | string, string, RegExp][] = [
    ["{", "bad_handshake", /JSON/],
    ["[]", "bad_handshake", /./],
    [{ ...HANDSHAKE, filename: "" }, "bad_handshake", /^filename/],
    [{ ...HANDSHAKE, filename: "x".repeat(1025) }, "bad_handshake", /^filename/],
    [{ ...HANDSHAKE, filesize: 0 }, "bad_handshake", /^filesize/],
    [{ ...HANDSHAKE, filesize: 1.5 }, "bad_handshake", /^filesize/],
    [{ ...HANDSHAKE, filesize: FILE_BYTES_MAX + 1 }, "too_large", /104857601/],
    [{ ...HANDSHAKE, mimetype: "text/html" }, "type_unsupported", /image\/jpeg/],
    [{ ...HANDSHAKE, documentType: "licence" }, "bad_handshake", /^documentType/],
    [{ ...HANDSHAKE, propertyId: "1" }, "bad_handshake", /^propertyId/],
    [{ ...HANDSHAKE, guestId: -1 }, "bad_handshake", /^guestId/],
    [{ ...HANDSHAKE, sha256: "abc" }, "bad_handshake", /^sha256/],
    [{ ...HANDSHAKE, uploadId: "../../etc/passwd" }, "bad_handshake", /^uploadId/],
    [{ ...HANDSHAKE, encoding: "xml" }, "bad_handshake", /^encoding/],
  ];
  for (const [sent, error, detail] of cases) {
    const refused = parseUploadHandshake(typeof sent === "string" ? sent : JSON.stringify(sent));
    assert.ok("error" in refused, JSON.stringify(sent));
    assert.equal(refused.error, error, JSON.stringify(sent));
    assert.match(refused.detail, detail);
  }
});

Deno.test("upload frames - a chunk survives both encodings, whatever is in it", () => {
  const chunk = fc.record({
    seq: fc.integer({ min: 1, max: CHUNKS_MAX }),
    data: fc.uint8Array({ minLength: 1, maxLength: 300 }).map((bytes) => new Uint8Array(bytes)),
    final: fc.boolean(),
  });
  fc.assert(fc.property(chunk, fc.nat(7), (sent, shift) => {
    assert.deepEqual(parseUploadText(textChunk(sent)), { type: "chunk", ...sent });
    // A frame may be a view into a larger buffer.
    const frame = binaryChunk(sent);
    const larger = new Uint8Array(frame.length + shift);
    larger.set(frame, shift);
    assert.deepEqual(parseUploadBinary(larger.subarray(shift)), { type: "chunk", ...sent });
  }));
});

Deno.test("upload frames - no bytes and no text make the parsers throw", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
    const parsed = parseUploadBinary(new Uint8Array(bytes));
    assert.ok("error" in parsed || parsed.type === "chunk");
  }));
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
    parseUploadText(text);
    parseUploadHandshake(text);
    readUploadFrame(text);
  }));
});

Deno.test("upload frames - chunks that are refused say why", () => {
  const cases: [string, string][] = [
    ['{"seq":1,"data":"AQI","final":false}', "bad_chunk"],
    ['{"seq":1,"data":"","final":false}', "bad_chunk"],
    ['{"seq":0,"data":"AQID"}', "bad_chunk"],
    ['{"seq":1601,"data":"AQID"}', "bad_chunk"],
    ['{"seq":1.5,"data":"AQID"}', "bad_chunk"],
    ['{"seq":"1","data":"AQID"}', "bad_frame"],
    ['{"seq":1,"data":"AQID","final":"yes"}', "bad_frame"],
    ['{"type":"stop"}', "bad_frame"],
    ['{"type":"auth"}', "bad_frame"],
    ['{"type":"auth","token":"a","ticket":"b"}', "bad_frame"],
    ["null", "bad_frame"],
  ];
  for (const [text, error] of cases) {
    const parsed = parseUploadText(text);
    assert.ok("error" in parsed, text);
    assert.equal(parsed.error, error, text);
  }
  const binaries: [Uint8Array<ArrayBuffer>, string][] = [
    [Uint8Array.of(0, 0, 0, 1), "bad_frame"],
    [Uint8Array.of(0, 0, 0, 1, 2, 9), "bad_frame"],
    [Uint8Array.of(0, 0, 0, 1, 0), "bad_chunk"],
    [Uint8Array.of(0, 0, 0, 0, 0, 9), "bad_chunk"],
    [new Uint8Array(5 + CHUNK_BYTES + 1).with(3, 1), "bad_chunk"],
  ];
  for (const [bytes, error] of binaries) {
    const parsed = parseUploadBinary(bytes);
    assert.equal("error" in parsed && parsed.error, error);
  }
});

Deno.test("upload frames - what one side writes, the other side reads", () => {
  const handshake = parseUploadHandshake(JSON.stringify({ ...HANDSHAKE, uploadId: ID }));
  assert.ok(!("error" in handshake));
  assert.deepEqual(parseUploadHandshake(JSON.stringify(handshake)), handshake);
  for (const type of ["pause", "resume", "cancel"] as const) {
    assert.deepEqual(parseUploadText(JSON.stringify({ type })), { type });
  }
  const auth = { type: "auth", token: "t" } as const;
  assert.deepEqual(parseUploadText(JSON.stringify(auth)), auth);
  const frames = [
    readyFrame({ uploadId: ID, nextSeq: 1, offset: 0, expiresAt: "X" }),
    progressFrame(ID, 1, 3, 3),
    completeFrame({ uploadId: ID, documentId: 1, size: 3, sha256: "", status: "uploaded" }),
    pausedFrame(ID, "X"),
    cancelledFrame(ID),
    renewedFrame("X"),
    uploadErrorFrame("idle"),
  ];
  for (const frame of frames) assert.deepEqual(readUploadFrame(frame), JSON.parse(frame));
  assert.equal(readUploadFrame('{"type":"tomorrow"}'), null);
});

Deno.test("upload frames - the chunks of a file add up to it, and only all of it is 100 percent", () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: FILE_BYTES_MAX }), (filesize) => {
    const chunks = chunksOf(filesize);
    const last = chunkBytesOf(filesize, chunks);
    assert.ok(last >= 1 && last <= CHUNK_BYTES && chunks <= CHUNKS_MAX);
    assert.equal((chunks - 1) * CHUNK_BYTES + last, filesize);
    assert.ok(percentOf(filesize - 1, filesize) < 100);
    assert.equal(percentOf(filesize, filesize), 100);
  }));
});

Deno.test("upload frames - every error that ends a connection names a close code, in few enough bytes", () => {
  for (const { close } of Object.values(UPLOAD_ERRORS)) {
    if (close !== null) assert.ok(UPLOAD_CLOSE[close].code >= 1000);
  }
  for (const { reason } of Object.values(UPLOAD_CLOSE)) assert.ok(reason.length <= 123);
});
