import { Speed } from "@/lib/upload/client/speed.ts";

/** How much of a file has arrived, as the server has acknowledged it. It never goes back. */
export class Arrived {
  readonly #filesize: number;
  readonly #speed = new Speed();
  #bytes: number;

  constructor(filesize: number, bytes = 0) {
    this.#filesize = filesize;
    this.#bytes = Math.min(bytes, filesize);
  }

  get bytes(): number {
    return this.#bytes;
  }

  bytesPerSecond(now: number): number | null {
    return this.#speed.at(now);
  }

  /** Sending begins here. */
  goesOn(offset: number, now: number): void {
    this.#raise(offset);
    this.#speed.start(now, this.#bytes);
  }

  /** Tells whether that is more than before. */
  add(received: number, now: number): boolean {
    const before = this.#bytes;
    this.#raise(received);
    this.#speed.add(now, this.#bytes);
    return this.#bytes > before;
  }

  rests(): void {
    this.#speed.stop();
  }

  isAll(): void {
    this.#bytes = this.#filesize;
  }

  /** Another upload of the same file. */
  startsAnew(): void {
    this.#bytes = 0;
  }

  #raise(bytes: number): void {
    this.#bytes = Math.max(this.#bytes, Math.min(bytes, this.#filesize));
  }
}
