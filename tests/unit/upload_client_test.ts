import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import fc from "fast-check";
import { UPLOAD_CLOSE } from "@/lib/protocol/close_codes.ts";
import { UPLOAD_ERRORS, type UploadErrorCode } from "@/lib/upload/errors.ts";
import { binaryChunk } from "@/lib/upload/chunk.ts";
import { parseUploadBinary, parseUploadHandshake } from "@/lib/upload/frames.ts";
import {
  cancelledFrame,
  completeFrame,
  pausedFrame,
  progressFrame,
  readyFrame,
  renewedFrame,
  uploadErrorFrame,
} from "@/lib/upload/server_frames.ts";
import { handshakeText } from "@/lib/upload/client/client_frames.ts";
import { closeRule } from "@/lib/upload/client/close_rule.ts";
import { guessDocumentType, mediaTypeOfFile } from "@/lib/upload/client/file_types.ts";
import { REFUSALS_MAX, STALL_MS } from "@/lib/upload/client/limits.ts";
import { readUploadFrame } from "@/lib/upload/client/server_frames.ts";
import { Sha256 } from "@/lib/upload/client/sha256.ts";
import { Speed, SPEED_WINDOW_MS } from "@/lib/upload/client/speed.ts";
import { UploadMachine } from "@/lib/upload/client/upload_machine.ts";
import type { UploadFacts, UploadInput } from "@/lib/upload/client/upload_types.ts";

const FACTS: UploadFacts = {
  filename: "passport.jpg",
  filesize: 200_000,
  mimetype: "image/jpeg",
  documentType: "passport",
  guestId: 7,
  propertyId: 1,
};
const ID = "0b9c1d9e-0000-4000-8000-000000000001";
const EXPIRES = "2026-11-25T09:00:00.000Z";

Deno.test("upload client - its SHA-256 is that of node:crypto, however the bytes come", () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 8 }), (parts) => {
      const [own, node] = [new Sha256(), createHash("sha256")];
      for (const part of parts) {
        own.update(part);
        node.update(part);
      }
      assert.equal(own.hex(), node.digest("hex"));
    }),
  );
});

Deno.test("upload client - the server understands what it sends, byte for byte", () => {
  const handshake = parseUploadHandshake(handshakeText(FACTS, { uploadId: ID, sha256: "a".repeat(64) }));
  assert.deepEqual(handshake, { ...FACTS, sha256: "a".repeat(64), encoding: "binary", uploadId: ID });
  const data = Uint8Array.of(1, 2, 3);
  assert.deepEqual(binaryChunk({ seq: 258, data, final: true }), Uint8Array.of(0, 0, 1, 2, 1, 1, 2, 3));
  assert.deepEqual(parseUploadBinary(binaryChunk({ seq: 3, data, final: false })), {
    type: "chunk",
    seq: 3,
    data,
    final: false,
  });
});

Deno.test("upload client - it reads every frame of the server whole, and passes over others", () => {
  const frames = [
    readyFrame({ uploadId: ID, nextSeq: 1, offset: 0, expiresAt: EXPIRES }),
    progressFrame(ID, 4, 262_144, 1_000_000),
    completeFrame({ uploadId: ID, documentId: 5, size: 10, sha256: "a", status: "uploaded" }),
    pausedFrame(ID, EXPIRES),
    cancelledFrame(ID),
    renewedFrame(EXPIRES),
    uploadErrorFrame("seq_mismatch", "chunk 9 came", 3),
  ];
  for (const text of frames) assert.deepEqual(readUploadFrame(text), JSON.parse(text), text);
  for (const text of ["", "[]", "{}", '{"type":"new"}', '{"type":"progress","seq":-1,"received":0}']) {
    assert.equal(readUploadFrame(text), null, text);
  }
});

Deno.test("upload client - what follows an error and its close", () => {
  const rules = Object.fromEntries(
    Object.entries(UPLOAD_ERRORS).filter(([, { close }]) => close !== null).map(([code, { close }]) => {
      const error = readUploadFrame(uploadErrorFrame(code as UploadErrorCode));
      assert.equal(error?.type, "error");
      return [code, closeRule(UPLOAD_CLOSE[close!].code, error)];
    }),
  );
  const of = (rule: string) => Object.keys(rules).filter((code) => rules[code] === rule).toSorted();
  assert.deepEqual(of("with_new_token"), ["token_expired", "token_revoked"]);
  assert.deepEqual(of("at_once"), ["restart"]);
  assert.deepEqual(of("resume"), ["taken_over"]);
  assert.deepEqual(of("anew"), [
    "quota_exceeded",
    "storage_full",
    "upload_cancelled",
    "upload_differs",
    "upload_expired",
    "upload_not_found",
    "upload_refused",
  ]);
  for (const code of ["idle", "window_exceeded", "unavailable", "internal", "bad_chunk"]) {
    assert.equal(rules[code], "backoff", code);
  }
  for (
    const code of ["too_large", "type_mismatch", "checksum_mismatch", "property_forbidden", "guest_not_found"]
  ) {
    assert.equal(rules[code], "no", code);
  }
  assert.equal(closeRule(1006, null), "backoff");
  assert.equal(closeRule(1000, null), "at_once");
});

Deno.test("upload client - speed is of what has arrived lately, and falls while nothing does", () => {
  const speed = new Speed();
  assert.equal(speed.at(0), null);
  speed.start(0, 5_000);
  speed.add(500, 6_000);
  assert.equal(speed.at(500), null, "half a second says nothing");
  speed.add(1_000, 7_000);
  assert.equal(speed.at(1_000), 2_000);
  assert.equal(speed.at(2_000), 1_000);
  for (let s = 2; s <= 60; s++) speed.add(s * 1_000, 7_000 + s * 10_000);
  assert.equal(speed.at(60_000), 10_000);
  assert.ok(SPEED_WINDOW_MS < 60_000);
});

Deno.test("upload client - types by the end of the name, documents by its words", () => {
  const media = (name: string, type = "") => mediaTypeOfFile({ name, type });
  assert.equal(media("GUESTS.CSV", "application/vnd.ms-excel"), "text/csv");
  assert.equal(media("photo", "image/png"), "image/png");
  assert.equal(media("page.html", "text/html"), null);
  assert.equal(media("constructor"), null);
  const guess = (name: string) => guessDocumentType(name, media(name)!);
  assert.equal(guess("Scan_of_Passport-2.jpg"), "passport");
  assert.equal(guess("AADHAR_front.png"), "aadhaar");
  assert.equal(guess("my-pan.jpeg"), "pan");
  assert.equal(guess("japan trip.jpeg"), "image");
  assert.equal(guess("driver licence.pdf"), "driving_license");
  assert.equal(guess("passport list.csv"), "csv");
  assert.equal(guess("scan001.pdf"), "other");
});

function live(): { machine: UploadMachine; give: (input: UploadInput, now?: number) => string[] } {
  const machine = new UploadMachine({ facts: FACTS, random: () => 0.5 });
  const give = (input: UploadInput, now = 0) =>
    machine.handle(input, now).filter(({ type }) => type !== "unschedule").map((command) => {
      return command.type === "schedule" ? `${command.timer} ${command.ms}` : command.type;
    });
  give({ type: "start", online: true });
  give({ type: "hashed", sha256: "a".repeat(64) });
  give({ type: "opened" });
  give({ type: "frame", text: readyFrame({ uploadId: ID, nextSeq: 1, offset: 0, expiresAt: EXPIRES }) });
  return { machine, give };
}

Deno.test("upload client - a server that says nothing any more is left for another connection", () => {
  const { machine, give } = live();
  assert.equal(machine.statusAt(0).state, "sending");
  assert.deepEqual(give({ type: "timer", timer: "stall" }, STALL_MS), ["drop", "retry 500"]);
  assert.equal(machine.statusAt(STALL_MS).state, "reconnecting");
  assert.equal(machine.statusAt(STALL_MS).retryAt, STALL_MS + 500);
});

Deno.test("upload client - an ended token is renewed once; an ended session is told", () => {
  const { machine, give } = live();
  give({ type: "frame", text: uploadErrorFrame("token_expired") });
  assert.deepEqual(give({ type: "closed", code: UPLOAD_CLOSE.token_expired.code }), [
    "drop",
    "token_needed",
    "renew 10000",
  ]);
  assert.deepEqual(give({ type: "session_ended" }), ["drop"]);
  assert.equal(machine.statusAt(0).failure?.code, "session_ended");
  assert.deepEqual(give({ type: "retry" }), ["open", "open 15000"], "signed in again, it goes on");
  assert.equal(machine.statusAt(0).uploadId, ID);
});

Deno.test("upload client - of a file that cannot be read any more, the server forgets what came", () => {
  const { machine, give } = live();
  assert.deepEqual(give({ type: "file_unreadable" }), ["drop", "remove"]);
  give({ type: "removed", documentId: null });
  const { state, failure } = machine.statusAt(0);
  assert.deepEqual([state, failure?.code], ["failed", "file_unreadable"]);
  const cancelled = live();
  cancelled.give({ type: "cancel" });
  assert.deepEqual(cancelled.give({ type: "file_unreadable" }), [], "nobody wants it any more");
});

Deno.test("upload client - paused, it lets the connection go quietly and resumes on another", () => {
  const { machine, give } = live();
  assert.deepEqual(give({ type: "pause" }), ["send"]);
  give({ type: "frame", text: uploadErrorFrame("idle") });
  assert.deepEqual(give({ type: "closed", code: UPLOAD_CLOSE.idle.code }), ["drop"]);
  assert.equal(machine.statusAt(0).state, "paused");
  assert.deepEqual(give({ type: "resume" }), ["open", "open 15000"]);
  assert.equal(machine.statusAt(0).state, "reconnecting");
});

Deno.test("upload client - what the server cannot do again and again is told after some attempts", () => {
  const { machine, give } = live();
  for (let attempt = 1; attempt <= REFUSALS_MAX; attempt++) {
    give({ type: "frame", text: uploadErrorFrame("internal") });
    give({ type: "closed", code: UPLOAD_CLOSE.internal.code });
    if (attempt === REFUSALS_MAX) break;
    assert.equal(machine.statusAt(0).state, "reconnecting");
    give({ type: "timer", timer: "retry" });
    give({ type: "opened" });
  }
  const { state, failure } = machine.statusAt(0);
  assert.deepEqual([state, failure?.code, failure?.again], ["failed", "internal", "resume"]);
});

Deno.test("upload client - a server whose parts are away is come back to however long that takes", () => {
  const { machine, give } = live();
  for (let attempt = 1; attempt <= 3 * REFUSALS_MAX; attempt++) {
    give({ type: "frame", text: uploadErrorFrame("unavailable") });
    give({ type: "closed", code: UPLOAD_CLOSE.unavailable.code });
    assert.equal(machine.statusAt(0).state, "reconnecting");
    give({ type: "timer", timer: "retry" });
    give({ type: "opened" });
  }
});

Deno.test("upload client - what is shown never goes back, even where a server has lost something", () => {
  const { machine, give } = live();
  give({ type: "frame", text: progressFrame(ID, 2, 131_072, FACTS.filesize) });
  give({ type: "closed", code: 1006 });
  give({ type: "timer", timer: "retry" });
  give({ type: "opened" });
  const ready = readyFrame({ uploadId: ID, nextSeq: 1, offset: 0, expiresAt: EXPIRES });
  assert.equal(
    give({ type: "frame", text: ready }).filter((type) => type === "chunk").length,
    4,
    "all of it again",
  );
  assert.equal(machine.statusAt(0).received, 131_072);
});

Deno.test("upload client - what ran out begins again from the first byte", () => {
  const { machine, give } = live();
  give({ type: "frame", text: progressFrame(ID, 2, 131_072, FACTS.filesize) });
  assert.equal(machine.statusAt(0).received, 131_072);
  give({ type: "frame", text: uploadErrorFrame("upload_expired") });
  give({ type: "closed", code: UPLOAD_CLOSE.not_found.code });
  assert.equal(machine.statusAt(0).failure?.again, "anew");
  give({ type: "retry" });
  const { uploadId, received, sha256 } = machine.statusAt(0);
  assert.deepEqual([uploadId, received, sha256], [null, 0, "a".repeat(64)]);
});
