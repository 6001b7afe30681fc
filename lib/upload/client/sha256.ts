/** Words of SHA-256 (FIPS 180-4): the fractional parts of cube roots and square roots of the first primes. */
const BLOCK_BYTES = 64;
const ROUNDS = 64;
const PRIMES = primes(ROUNDS);
const K = Uint32Array.from(PRIMES, (prime) => fraction(Math.cbrt(prime)));
const START = Uint32Array.from(PRIMES.slice(0, 8), (prime) => fraction(Math.sqrt(prime)));

/**
 * SHA-256 of bytes that come one after the other. Browsers have it for what is in memory as a whole, and on https alone;
 * a file of 100 MB need not be in memory, and a hotel's own server may be reached over plain http.
 */
export class Sha256 {
  readonly #state = START.slice();
  readonly #words = new Uint32Array(ROUNDS);
  readonly #block = new Uint8Array(BLOCK_BYTES);
  #blockBytes = 0;
  #bytes = 0;

  update(data: Uint8Array): this {
    this.#bytes += data.length;
    let at = 0;
    if (this.#blockBytes > 0) {
      at = Math.min(BLOCK_BYTES - this.#blockBytes, data.length);
      this.#block.set(data.subarray(0, at), this.#blockBytes);
      this.#blockBytes += at;
      if (this.#blockBytes < BLOCK_BYTES) return this;
      this.#compress(this.#block, 0);
    }
    for (; at + BLOCK_BYTES <= data.length; at += BLOCK_BYTES) this.#compress(data, at);
    this.#block.set(data.subarray(at));
    this.#blockBytes = data.length - at;
    return this;
  }

  /** 64 hex digits; nothing can be added afterwards. */
  hex(): string {
    const bits = this.#bytes * 8;
    const restBytes = this.#blockBytes + 9 > BLOCK_BYTES ? 2 * BLOCK_BYTES : BLOCK_BYTES;
    const rest = new Uint8Array(restBytes);
    rest.set(this.#block.subarray(0, this.#blockBytes));
    rest[this.#blockBytes] = 0x80;
    const view = new DataView(rest.buffer);
    view.setUint32(restBytes - 8, Math.floor(bits / 2 ** 32));
    view.setUint32(restBytes - 4, bits >>> 0);
    for (let at = 0; at < restBytes; at += BLOCK_BYTES) this.#compress(rest, at);
    return [...this.#state].map((word) => word.toString(16).padStart(8, "0")).join("");
  }

  #compress(data: Uint8Array, at: number): void {
    const words = this.#words;
    for (let i = 0; i < 16; i++, at += 4) {
      words[i] = data[at]! << 24 | data[at + 1]! << 16 | data[at + 2]! << 8 | data[at + 3]!;
    }
    for (let i = 16; i < ROUNDS; i++) {
      const [a, b] = [words[i - 15]!, words[i - 2]!];
      const small0 = (a >>> 7 | a << 25) ^ (a >>> 18 | a << 14) ^ a >>> 3;
      const small1 = (b >>> 17 | b << 15) ^ (b >>> 19 | b << 13) ^ b >>> 10;
      words[i] = words[i - 16]! + small0 + words[i - 7]! + small1;
    }
    const state = this.#state;
    let a = state[0]!, b = state[1]!, c = state[2]!, d = state[3]!;
    let e = state[4]!, f = state[5]!, g = state[6]!, h = state[7]!;
    for (let i = 0; i < ROUNDS; i++) {
      const big1 = (e >>> 6 | e << 26) ^ (e >>> 11 | e << 21) ^ (e >>> 25 | e << 7);
      const first = h + big1 + (e & f ^ ~e & g) + K[i]! + words[i]! | 0;
      const big0 = (a >>> 2 | a << 30) ^ (a >>> 13 | a << 19) ^ (a >>> 22 | a << 10);
      const second = big0 + (a & b ^ a & c ^ b & c) | 0;
      h = g;
      g = f;
      f = e;
      e = d + first | 0;
      d = c;
      c = b;
      b = a;
      a = first + second | 0;
    }
    state[0]! += a;
    state[1]! += b;
    state[2]! += c;
    state[3]! += d;
    state[4]! += e;
    state[5]! += f;
    state[6]! += g;
    state[7]! += h;
  }
}

function primes(count: number): number[] {
  const found: number[] = [];
  for (let n = 2; found.length < count; n++) {
    if (found.every((prime) => n % prime !== 0)) found.push(n);
  }
  return found;
}

/** The first 32 bits behind the point. */
function fraction(root: number): number {
  return (root - Math.floor(root)) * 2 ** 32;
}
