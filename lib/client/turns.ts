/** Works inputs off one after the other: one that comes while another is worked on waits for its turn. */
export class Turns<I> {
  readonly #work: (input: I) => void;
  readonly #waiting: I[] = [];
  #working = false;

  constructor(work: (input: I) => void) {
    this.#work = work;
  }

  give(input: I): void {
    this.#waiting.push(input);
    if (this.#working) return;
    this.#working = true;
    try {
      for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
        this.#work(next);
      }
    } finally {
      this.#working = false;
    }
  }
}
