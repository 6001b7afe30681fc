import type { TopicMembers } from "@/services/chat/ports.ts";

export interface MembersOptions {
  readonly read: (roomId: string) => Promise<TopicMembers | undefined>;
  /** undefined: there is no such topic any more. */
  readonly apply: (roomId: string, members: TopicMembers | undefined) => void;
  readonly failed: (error: unknown) => void;
}

/** Somebody is about to be let into a room. */
export interface Entry {
  readonly roomId: string;
  /** Who is in it has changed since: they must be asked for anew. */
  isStale: boolean;
}

/** Reads anew who is in the topics of one organisation, where that has changed. */
export class Members {
  readonly #options: MembersOptions;
  readonly #due = new Set<string>();
  readonly #entries = new Set<Entry>();
  #isReading = false;

  constructor(options: MembersOptions) {
    this.#options = options;
  }

  /** To be ended with `entered`. */
  entering(roomId: string): Entry {
    const entry = { roomId, isStale: false };
    this.#entries.add(entry);
    return entry;
  }

  entered(entry: Entry): void {
    this.#entries.delete(entry);
  }

  /** Who is in a topic, or what it is called, has changed, or may have. */
  changed(roomId: string): void {
    for (const entry of this.#entries) if (entry.roomId === roomId) entry.isStale = true;
    this.#due.add(roomId);
    void this.#read();
  }

  /** Reads again what could not be read. */
  tick(): void {
    if (this.#due.size > 0) void this.#read();
  }

  /** One after the other, so that what is read last holds. */
  async #read(): Promise<void> {
    if (this.#isReading) return;
    this.#isReading = true;
    const { read, apply, failed } = this.#options;
    try {
      for (const roomId of this.#due) {
        this.#due.delete(roomId);
        try {
          apply(roomId, await read(roomId));
        } catch (error) {
          this.#due.add(roomId);
          throw error;
        }
      }
    } catch (error) {
      failed(error);
    } finally {
      this.#isReading = false;
    }
  }
}
