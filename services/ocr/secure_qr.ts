import { Buffer } from "node:buffer";
import { type KeyObject, verify } from "node:crypto";
import { gunzipSync } from "node:zlib";
import { qrFields, type QrValues } from "@/lib/ocr/aadhaar_qr.ts";
import type { Fields } from "@/lib/ocr/reading.ts";

export interface QrContext {
  /** Public keys of who signs (UIDAI); a code is signed by one of them, or not at all. */
  readonly keys: readonly KeyObject[];
  /** `YYYY-MM-DD` */
  readonly today: string;
}

/** A numeric QR code of the largest version holds fewer digits. */
const DIGITS_MAX = 7_100;
const DIGITS_MIN = 600;
/** What a code holds once unpacked: text of a person and a small picture. */
const UNPACKED_BYTES_MAX = 64 * 1024;
/** RSA with 2048 bits. */
const SIGNATURE_BYTES = 256;
const SEPARATOR = 0xff;
/** Longest field, in bytes; what is longer is no text. */
const FIELD_BYTES_MAX = 512;

/** Fields in their order (UIDAI, Secure QR Code Specification, March 2019). Codes from V2 on name their version before them. */
const ORDER = [
  "contacts",
  "reference",
  "name",
  "dateOfBirth",
  "gender",
  "careOf",
  "district",
  "landmark",
  "house",
  "location",
  "pincode",
  "postOffice",
  "state",
  "street",
  "subDistrict",
  "vtc",
] as const;

/**
 * Reads the signed QR code of an Aadhaar card from its text, a decimal number: fields and a signature by UIDAI over
 * them. It holds the last four digits of the number only. undefined: the text is no such code.
 */
export function readSecureQr(text: string, { keys, today }: QrContext): Fields | undefined {
  const digits = text.trim();
  if (digits.length < DIGITS_MIN || digits.length > DIGITS_MAX || !/^[0-9]+$/.test(digits)) return undefined;
  const content = unpacked(bytesOf(digits));
  if (content === undefined || content.length <= SIGNATURE_BYTES) return undefined;
  const signed = content.subarray(0, -SIGNATURE_BYTES);
  const isSigned = isSignedByOne(signed, content.subarray(-SIGNATURE_BYTES), keys);
  const values = valuesOf(signed);
  return values && qrFields(values, { isSigned, today });
}

function bytesOf(digits: string): Uint8Array {
  const hex = BigInt(digits).toString(16);
  return Buffer.from(hex.padStart(hex.length + hex.length % 2, "0"), "hex");
}

function unpacked(bytes: Uint8Array): Uint8Array | undefined {
  try {
    return gunzipSync(bytes, { maxOutputLength: UNPACKED_BYTES_MAX });
  } catch {
    // Not packed by gzip, cut off, or a bomb: no code of this kind.
    return undefined;
  }
}

function isSignedByOne(signed: Uint8Array, signature: Uint8Array, keys: readonly KeyObject[]): boolean {
  return keys.some((key) => key.asymmetricKeyType === "rsa" && verify("sha256", signed, key, signature));
}

function valuesOf(signed: Uint8Array): QrValues | undefined {
  const parts: string[] = [];
  let start = 0;
  while (parts.length <= ORDER.length) {
    const end = signed.indexOf(SEPARATOR, start);
    if (end < 0 || end - start > FIELD_BYTES_MAX) break;
    // The specification says ISO 8859-1.
    parts.push(Buffer.from(signed.subarray(start, end)).toString("latin1").trim());
    start = end + 1;
  }
  const hasVersion = /^V\d/.test(parts[0] ?? "");
  const values = hasVersion ? parts.slice(1) : parts;
  if (values.length < ORDER.length) return undefined;
  const named = Object.fromEntries(ORDER.map((name, i) => [name, values[i]!]));
  const lastDigits = /^(\d{4})\d{10,}$/.exec(named.reference ?? "")?.[1];
  if (lastDigits === undefined || !named.name) return undefined;
  return { ...named, name: named.name, lastDigits };
}
