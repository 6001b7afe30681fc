import { ReaderProcess, type ReadOptions, type ReadOutcome } from "@/services/ocr/reader/process.ts";

/**
 * Gives each document a process of its own. The next one is started ahead, so that a document does not wait for its
 * libraries to load.
 */
export class Readers {
  readonly #entry: string | undefined;
  #spare: ReaderProcess | undefined;
  #closed = false;

  constructor(entry?: string) {
    this.#entry = entry;
    this.#spare = this.#start();
  }

  async read(options: ReadOptions): Promise<ReadOutcome> {
    const spare = this.#spare;
    const reader = spare?.running ? spare : this.#start();
    this.#spare = undefined;
    const reading = reader.read(options);
    try {
      return await reading;
    } finally {
      if (!this.#closed) this.#spare ??= this.#start();
    }
  }

  /** Ends the one that waits; those that read are ended by their signal. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#spare?.end();
  }

  #start(): ReaderProcess {
    return new ReaderProcess(this.#entry);
  }
}
