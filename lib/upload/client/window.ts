/** Bounds against a server that grants what no device should have under way. */
const WINDOW_CHUNKS_MAX = 64;

interface Granted {
  readonly nextSeq: number;
  readonly chunkSize: number;
  readonly window: number;
}

/** A piece of the file that is to be sent. */
export interface Piece {
  readonly seq: number;
  readonly offset: number;
  readonly bytes: number;
  readonly final: boolean;
}

/** Which chunks of a file are acknowledged, under way, and next: go back to the gap, and from there in order. */
export class SendWindow {
  readonly #filesize: number;
  #chunkSize = 1;
  #window = 0;
  #acked = 0;
  #sent = 0;
  /** Where sending went back to; several chunks behind one gap are each answered by the same mismatch. */
  #rewoundTo = 0;
  /** Chunks behind the gap that are still under way, to be refused. */
  #stale = 0;

  constructor(filesize: number) {
    this.#filesize = filesize;
  }

  grant({ nextSeq, chunkSize, window }: Granted): void {
    this.#chunkSize = chunkSize;
    this.#window = Math.min(window, WINDOW_CHUNKS_MAX);
    this.#acked = this.#sent = Math.min(nextSeq - 1, this.#chunks);
    this.#rewoundTo = this.#stale = 0;
  }

  get #chunks(): number {
    return Math.ceil(this.#filesize / this.#chunkSize);
  }

  get underWay(): number {
    return this.#sent - this.#acked + this.#stale;
  }

  get isAllSent(): boolean {
    return this.#sent === this.#chunks;
  }

  get isAllAcked(): boolean {
    return this.#acked === this.#chunks;
  }

  /** Every chunk up to `seq` is stored. */
  acknowledge(seq: number): void {
    this.#acked = Math.max(this.#acked, Math.min(seq, this.#chunks));
    this.#sent = Math.max(this.#sent, this.#acked);
    // They were sent before it.
    if (this.#acked >= this.#rewoundTo) this.#stale = 0;
  }

  /** Another chunk than the one that came is expected. */
  rewind(nextSeq: number): void {
    if (nextSeq === this.#rewoundTo) this.#stale = Math.max(0, this.#stale - 1);
    if (nextSeq < 1 || nextSeq > this.#chunks || nextSeq === this.#rewoundTo) return;
    this.#rewoundTo = nextSeq;
    this.#stale = Math.max(0, this.#sent - nextSeq);
    this.#acked = this.#sent = nextSeq - 1;
  }

  /** The next chunk, as long as there is one and room for it; it counts as sent. */
  take(): Piece | null {
    if (this.isAllSent || this.underWay >= this.#window) return null;
    const seq = ++this.#sent;
    const offset = (seq - 1) * this.#chunkSize;
    return {
      seq,
      offset,
      bytes: Math.min(this.#chunkSize, this.#filesize - offset),
      final: seq === this.#chunks,
    };
  }
}
