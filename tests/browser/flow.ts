import { until } from "../harness/live.ts";

/** Between two events. */
const PACE_MS = 60;

/** Events that go on while something else happens, called "<word> 1", "<word> 2", ... */
export class Flow {
  readonly #word: string;
  readonly #publish: (name: string) => Promise<unknown>;
  #published = 0;
  #goes = true;
  readonly #ended: Promise<void>;

  constructor(word: string, publish: (name: string) => Promise<unknown>) {
    this.#word = word;
    this.#publish = publish;
    this.#ended = this.#run();
    // Told to whoever waits for `more` or `stop`.
    this.#ended.catch(() => {});
  }

  get published(): number {
    return this.#published;
  }

  /** Waits until this many more have been published. */
  async more(count: number): Promise<void> {
    const goal = this.#published + count;
    await Promise.race([
      this.#ended,
      until(`${goal} published`, () => this.#published >= goal),
    ]);
  }

  /** Ends it; answers the names of all that were published, newest first, as lists show them. */
  async stop(): Promise<string[]> {
    this.#goes = false;
    await this.#ended;
    return Array.from({ length: this.#published }, (_, i) => `${this.#word} ${this.#published - i}`);
  }

  async #run(): Promise<void> {
    while (this.#goes) {
      await this.#publish(`${this.#word} ${this.#published + 1}`);
      this.#published++;
      await new Promise((resolve) => setTimeout(resolve, PACE_MS));
    }
  }
}
