import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { generateKeyPairSync, sign } from "node:crypto";
import { gzipSync } from "node:zlib";
import { readLetterQr } from "@/lib/ocr/aadhaar_qr.ts";
import { readSecureQr } from "@/services/ocr/secure_qr.ts";

const TODAY = "2026-11-24";
const signer = generateKeyPairSync("rsa", { modulusLength: 2048 });
const stranger = generateKeyPairSync("rsa", { modulusLength: 2048 });

const PERSON = [
  "3",
  "390820260102030405678",
  "Asha Rao",
  "12-08-1974",
  "F",
  "D/O: Mohan Rao",
  "Mysuru",
  "",
  "12",
]
  .concat(["Lake Road", "570001", "Mysuru", "Karnataka", "", "", "Mysuru"]);

/** The text of a signed code, as the card shows it: a decimal number. */
function codeText(fields: readonly string[], key = signer.privateKey): string {
  const text = Buffer.concat(fields.flatMap((field) => [Buffer.from(field, "latin1"), Buffer.from([0xff])]));
  const picture = Buffer.from(Array.from({ length: 900 }, (_, i) => (i * 7919 + i * i) % 251));
  const content = Buffer.concat([text, picture]);
  return packed(Buffer.concat([content, sign("sha256", content, key)]));
}

function packed(bytes: Uint8Array): string {
  return BigInt(`0x${Buffer.from(gzipSync(bytes)).toString("hex")}`).toString();
}

Deno.test("secure qr - a signed code gives its fields, and of the number the last digits", () => {
  for (const fields of [PERSON, ["V2", ...PERSON, "4321"], ["V3", ...PERSON, "4321"]]) {
    const read = readSecureQr(codeText(fields), {
      keys: [stranger.publicKey, signer.publicKey],
      today: TODAY,
    })!;
    assert.deepEqual(Object.fromEntries(Object.entries(read).map(([name, { value }]) => [name, value])), {
      name: "Asha Rao",
      documentNumber: "XXXX XXXX 3908",
      dateOfBirth: "1974-08-12",
      sex: "F",
      fatherName: "Mohan Rao",
      address: "12, Lake Road, Mysuru, Karnataka, 570001",
    });
    assert.ok(Object.values(read).every(({ needsReview, source }) => !needsReview && source === "qr"));
  }
});

Deno.test("secure qr - a code of an unknown signer needs a look in every field", () => {
  for (const keys of [[], [signer.publicKey]]) {
    const read = readSecureQr(codeText(PERSON, stranger.privateKey), { keys, today: TODAY })!;
    assert.ok(Object.values(read).length > 5);
    for (const { needsReview, checks } of Object.values(read)) {
      assert.ok(needsReview);
      assert.equal(checks.find(({ name }) => name === "signature")?.ok, false);
    }
  }
});

Deno.test("secure qr - one changed byte breaks the signature", () => {
  const content = Buffer.from(`${PERSON.join("\xff")}\xff`, "latin1");
  const signature = sign("sha256", content, signer.privateKey);
  const changed = Buffer.from(content);
  changed.write("Usha", content.indexOf("Asha"), "latin1");
  const pad = Buffer.from(Array.from({ length: 200 }, (_, i) => (i * 7919 + i * i) % 251));
  const text = packed(Buffer.concat([changed, pad, signature]));
  const read = readSecureQr(text, { keys: [signer.publicKey], today: TODAY })!;
  assert.equal(read.name?.value, "Usha Rao");
  assert.ok(read.name?.needsReview);
});

Deno.test("secure qr - what is no such code is none: words, short numbers, other bytes, a bomb", () => {
  const context = { keys: [signer.publicKey], today: TODAY };
  assert.equal(readSecureQr("https://example.com", context), undefined);
  assert.equal(readSecureQr("123456", context), undefined);
  assert.equal(readSecureQr("7".repeat(3000), context), undefined);
  assert.equal(readSecureQr("9".repeat(100_000), context), undefined);
  assert.equal(readSecureQr(codeText(PERSON.slice(0, 5)), context), undefined);
  // Signed and well-formed, but for its size once unpacked.
  const content = Buffer.concat([
    Buffer.from(`${PERSON.join("\xff")}\xff`, "latin1"),
    Buffer.alloc(1_000_000),
  ]);
  const bomb = packed(Buffer.concat([content, sign("sha256", content, signer.privateKey)]));
  assert.ok(bomb.length < 7000);
  assert.equal(readSecureQr(bomb, context), undefined);
});

Deno.test("letter qr - the whole number of the old code never comes back, and nothing of it is proved", () => {
  const text =
    `<?xml version="1.0" encoding="UTF-8"?><PrintLetterBarcodeData uid="482710653908" name="Asha Rao" ` +
    `gender="F" yob="1974" co="D/O: Mohan Rao" house="12" street="Lake &amp; Hill Road" vtc="Mysuru" ` +
    `dist="Mysuru" state="Karnataka" pc="570001"/>`;
  const read = readLetterQr(text, { today: TODAY })!;
  assert.equal(read.documentNumber?.value, "XXXX XXXX 3908");
  assert.equal(read.yearOfBirth?.value, "1974");
  assert.equal(read.address?.value, "12, Lake & Hill Road, Mysuru, Karnataka, 570001");
  assert.ok(Object.values(read).every(({ needsReview }) => needsReview));
  assert.ok(!JSON.stringify(read).includes("4827"));
  assert.equal(readLetterQr("<Other uid='482710653908'/>", { today: TODAY }), undefined);
});
