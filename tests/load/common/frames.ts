/** An event of this run, as far as it is looked at. */
export interface Seen {
  readonly n: number;
  /** When its record was committed, or it was published; milliseconds. */
  readonly at: number;
}

export interface Frame {
  readonly type: string;
  readonly seq: number;
  readonly prevSeq: number | undefined;
  readonly epoch: string | undefined;
  readonly reconnectInMs: number | undefined;
  readonly code: string | undefined;
  readonly reason: string | undefined;
  readonly events: readonly Seen[];
}

interface Wire extends Omit<Frame, "events"> {
  readonly events?: readonly { readonly at: string; readonly data: { readonly title?: unknown } }[];
}

/** Reads the frames of a stream. All sockets of a group get the same text, which is parsed once. */
export class FrameReader {
  readonly #mark: string;
  #text = "";
  #frame: Frame | undefined;

  constructor(run: string) {
    this.#mark = `load ${run} `;
  }

  read(text: string): Frame {
    if (text === this.#text && this.#frame !== undefined) return this.#frame;
    const wire: Wire = JSON.parse(text);
    this.#text = text;
    return this.#frame = { ...wire, events: this.events(wire.events ?? []) };
  }

  /** Those of this run. */
  events(events: NonNullable<Wire["events"]>): Seen[] {
    return events.flatMap(({ at, data: { title } }) => {
      if (typeof title !== "string" || !title.startsWith(this.#mark)) return [];
      return [{ n: Number(title.slice(this.#mark.length)), at: Date.parse(at) }];
    });
  }
}
