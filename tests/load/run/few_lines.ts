const TOLD_MAX = 3;

/** Passes on the first lines of each message of k6, and says at the end how many more there were. */
export class FewLines {
  readonly #log: (line: string) => void;
  readonly #counts = new Map<string, number>();

  constructor(log: (line: string) => void) {
    this.#log = log;
  }

  line(line: string): void {
    const message = /msg="((?:[^"\\]|\\.)*)"/.exec(line)?.[1] ?? line;
    const count = (this.#counts.get(message) ?? 0) + 1;
    this.#counts.set(message, count);
    if (count <= TOLD_MAX) this.#log(line.replace(/^time="[^"]*" /, ""));
  }

  end(): void {
    for (const [message, count] of this.#counts) {
      if (count > TOLD_MAX) this.#log(`"${message}" came ${count - TOLD_MAX} more times`);
    }
  }
}
