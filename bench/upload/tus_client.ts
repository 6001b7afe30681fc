import { Child } from "../common/child.ts";
import { ROOT } from "../common/innstream.ts";

export interface TusOrder {
  readonly addr: string;
  readonly path: string;
  /** Infinity: the file in one request. */
  readonly chunkSize: number;
  readonly retryDelays: readonly number[];
}

interface Waiting {
  resolve(outcome: { retries: number }): void;
  reject(error: Error): void;
}

/** tus-js-client in a Node of its own (tus_client.mjs). */
export class TusClient {
  readonly #waiting = new Map<number, Waiting>();
  readonly #child: Child;
  #last = 0;

  constructor() {
    this.#child = new Child({
      name: "tus client",
      command: "node",
      args: ["bench/upload/tus_client.mjs"],
      cwd: ROOT,
      takesInput: true,
      showErrors: true,
      onLine: (line) => this.#answer(JSON.parse(line)),
    });
    void this.#child.ended.then((code) => {
      for (const { reject } of this.#waiting.values()) {
        reject(new Error(`the tus client ended with code ${code}`));
      }
    });
  }

  async send({ chunkSize, ...order }: TusOrder): Promise<{ retries: number }> {
    const id = ++this.#last;
    const { promise, resolve, reject } = Promise.withResolvers<{ retries: number }>();
    this.#waiting.set(id, { resolve, reject });
    const step = Number.isFinite(chunkSize) ? chunkSize : null;
    await this.#child.write(JSON.stringify({ id, chunkSize: step, ...order }));
    return await promise;
  }

  #answer({ id, retries, error }: { id: number; retries?: number; error?: string }): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (retries !== undefined) waiting?.resolve({ retries });
    else waiting?.reject(new Error(error));
  }
}
