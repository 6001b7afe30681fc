import { readLetterQr } from "@/lib/ocr/aadhaar_qr.ts";
import type { Fields } from "@/lib/ocr/reading.ts";
import { type QrContext, readSecureQr } from "@/services/ocr/secure_qr.ts";

/** What a QR code tells of a person: the signed one of Aadhaar cards, or the old one of letters; undefined: neither. */
export function readQr(text: string, context: QrContext): Fields | undefined {
  return readSecureQr(text, context) ?? readLetterQr(text, context);
}
