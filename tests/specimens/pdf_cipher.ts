import { createHash } from "node:crypto";

/** ISO 32000-1, 7.6.3.3: fills a password up to 32 bytes. */
const PADDING = Uint8Array.from([
  ...[0x28, 0xbf, 0x4e, 0x5e, 0x4e, 0x75, 0x8a, 0x41, 0x64, 0x00, 0x4e, 0x56, 0xff, 0xfa, 0x01, 0x08],
  ...[0x2e, 0x2e, 0x00, 0xb6, 0xd0, 0x68, 0x3e, 0x80, 0x2f, 0x0c, 0xa9, 0xfe, 0x64, 0x53, 0x69, 0x7a],
]);
/** Everything is allowed to whoever has the password. */
const PERMISSIONS = -4;
const KEY_BYTES = 16;
const HASH_ROUNDS = 50;
const CIPHER_ROUNDS = 19;

/** The standard security handler of PDF, revision 3: 128-bit RC4. Owner's and user's password are one. */
export class PdfCipher {
  readonly #key: Uint8Array;
  readonly #owner: Uint8Array;
  readonly #user: Uint8Array;

  /** `password` is ASCII; `id` is the file's. */
  constructor(password: string, id: Uint8Array) {
    const padded = Uint8Array.from([...new TextEncoder().encode(password), ...PADDING]).subarray(0, 32);
    this.#owner = rounds(padded, md5Often(md5(padded)));
    const permissions = new Uint8Array(4);
    new DataView(permissions.buffer).setInt32(0, PERMISSIONS, true);
    this.#key = md5Often(md5(padded, this.#owner, permissions, id));
    this.#user = Uint8Array.from([...rounds(md5(PADDING, id), this.#key), ...new Uint8Array(16)]);
  }

  /** What is in a stream of object `number`, generation 0. */
  encrypt(bytes: Uint8Array, number: number): Uint8Array {
    const salt = Uint8Array.of(number & 0xff, (number >> 8) & 0xff, (number >> 16) & 0xff, 0, 0);
    return rc4(md5(this.#key, salt).subarray(0, KEY_BYTES), bytes);
  }

  dictionary(): string {
    return `<</Filter/Standard/V 2/R 3/Length ${KEY_BYTES * 8}/P ${PERMISSIONS}` +
      `/O<${hex(this.#owner)}>/U<${hex(this.#user)}>>>`;
  }
}

function md5(...parts: Uint8Array[]): Uint8Array {
  const hash = createHash("md5");
  for (const part of parts) hash.update(part);
  return hash.digest();
}

function md5Often(digest: Uint8Array): Uint8Array {
  let key = digest;
  for (let i = 0; i < HASH_ROUNDS; i++) key = md5(key);
  return key;
}

/** Encrypts with the key, and then with it changed by each of 1 to 19. */
function rounds(bytes: Uint8Array, key: Uint8Array): Uint8Array {
  let text = bytes;
  for (let i = 0; i <= CIPHER_ROUNDS; i++) text = rc4(key.map((byte) => byte ^ i), text);
  return text;
}

function rc4(key: Uint8Array, bytes: Uint8Array): Uint8Array {
  const state = Uint8Array.from({ length: 256 }, (_, i) => i);
  const swap = (a: number, b: number) => [state[a], state[b]] = [state[b]!, state[a]!];
  for (let i = 0, j = 0; i < 256; i++) {
    j = (j + state[i]! + key[i % key.length]!) & 0xff;
    swap(i, j);
  }
  let i = 0, j = 0;
  return bytes.map((byte) => {
    i = (i + 1) & 0xff;
    j = (j + state[i]!) & 0xff;
    swap(i, j);
    return byte ^ state[(state[i]! + state[j]!) & 0xff]!;
  });
}

function hex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
