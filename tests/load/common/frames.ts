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

/** Frames whose reading is kept: those of a few seconds. */
const KEPT_MAX = 256;

/**
 * Reads the frames of a stream. All sockets of a group get the same texts, though not at the same moment, and parsing is
 * most of what a frame costs in k6: each text is parsed once.
 */
export class FrameReader {
  readonly #mark: string;
  readonly #kept = new Map<string, Frame>();

  constructor(run: string) {
    this.#mark = `load ${run} `;
  }

  read(text: string): Frame {
    const known = this.#kept.get(text);
    if (known !== undefined) return known;
    const wire: Wire = JSON.parse(text);
    const frame = { ...wire, events: this.events(wire.events ?? []) };
    if (this.#kept.size >= KEPT_MAX) this.#kept.delete(this.#kept.keys().next().value!);
    this.#kept.set(text, frame);
    return frame;
  }

  /** Those of this run. */
  events(events: NonNullable<Wire["events"]>): Seen[] {
    return events.flatMap(({ at, data: { title } }) => {
      if (typeof title !== "string" || !title.startsWith(this.#mark)) return [];
      return [{ n: Number(title.slice(this.#mark.length)), at: Date.parse(at) }];
    });
  }
}
