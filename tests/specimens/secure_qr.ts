import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { gzipSync } from "node:zlib";
import { fileURLToPath } from "node:url";
import { prepareZXingModule, writeBarcode } from "zxing-wasm/writer";
import type { Dice } from "@/lib/random/dice.ts";
import { fullName, indianDate, type Person } from "./people.ts";

/** Signs the codes of all specimens of a run; nobody else knows it. */
const KEYS = generateKeyPairSync("rsa", { modulusLength: 2048 });
/** A photo is the largest part of a real code; noise stands for it, being as hard to compress. */
const PHOTO_BYTES = 160;
const DELIMITER = 0xff;
/** Modules left white around a code, ISO/IEC 18004. */
const QUIET_ZONE = 4;

/** What the signature on specimens is checked with. */
export const SPECIMEN_KEY: KeyObject = KEYS.publicKey;

/** Text of an Aadhaar Secure QR code, version 2 (UIDAI, March 2019): a decimal number that holds fields and signature. */
export function secureQrText(person: Person, number: string, dice: Dice): string {
  const [street, town, stateAndPin] = person.address as [string, string, string];
  const [state, pin] = stateAndPin.split(" ") as [string, string];
  // Version, flags, reference, name, birth, sex, care of, district, landmark, house, location, pin, post office,
  // state, street, sub-district, town, and the end of the telephone number.
  const fields = [
    "V2",
    "0",
    `${number.slice(-4)}20190308114407437`,
    fullName(person),
    indianDate(person.dateOfBirth).replaceAll("/", "-"),
    person.sex,
    `S/O ${person.fatherName}`,
  ].concat([town, "", street, "", pin, town, state, "", town, town, "0000"]);
  const head = fields.flatMap((field) => [...new TextEncoder().encode(field), DELIMITER]);
  const photo = Array.from({ length: PHOTO_BYTES }, () => dice.whole(0, 254));
  const signed = Uint8Array.from([...head, ...photo]);
  const packed = gzipSync(Uint8Array.from([...signed, ...sign("RSA-SHA256", signed, KEYS.privateKey)]));
  return BigInt(`0x${packed.toString("hex")}`).toString();
}

/** SVG of a QR code at a place; `size` includes the white around it. */
export async function qrSvg(
  text: string,
  { x, y, size }: { x: number; y: number; size: number },
): Promise<string> {
  prepareZXingModule({ overrides: { wasmBinary: await writerWasm() } });
  const { symbol, error } = await writeBarcode(text, { format: "QRCode", ecLevel: "L" });
  if (error) throw new Error(`Cannot make a QR code of ${text.length} characters: ${error}`);
  const { data, width, height } = symbol;
  let path = "";
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      if (data[row * width + column] === 0) path += `M${column} ${row}h1v1h-1z`;
    }
  }
  const modules = width + 2 * QUIET_ZONE;
  return `<rect x="${x}" y="${y}" width="${size}" height="${size}" fill="#fff"/>` +
    `<path shape-rendering="crispEdges" transform="translate(${x} ${y}) scale(${size / modules}) ` +
    `translate(${QUIET_ZONE} ${QUIET_ZONE})" d="${path}"/>`;
}

/** Of the package itself: without it the library would fetch one from the network. */
async function writerWasm(): Promise<ArrayBuffer> {
  const path = fileURLToPath(import.meta.resolve("zxing-wasm/writer/zxing_writer.wasm"));
  return (await Deno.readFile(path)).buffer;
}
