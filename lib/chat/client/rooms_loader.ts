import type { After } from "@/lib/client/timers.ts";
import type { ChatRest, RoomsPage } from "@/lib/chat/client/chat_rest.ts";
import {
  ROOMS_BACK_MS,
  ROOMS_DOUBT_MS,
  ROOMS_FIRST_MS,
  ROOMS_REFRESH_MS,
  ROOMS_REFRESH_MS_MIN,
} from "@/lib/chat/client/limits.ts";
import type { RoomsList } from "@/lib/chat/client/rooms_list.ts";

interface RoomsLoaderParts {
  readonly rest: ChatRest;
  readonly list: RoomsList;
  readonly after: After;
  /** Unix milliseconds. */
  readonly now: () => number;
  readonly random: () => number;
  readonly changed: () => void;
}

/** Reads the list of rooms: page by page, and what is loaded again where it may be out of date; not too often. */
export class RoomsLoader {
  readonly #parts: RoomsLoaderParts;
  #state: "loading" | "loaded" | "failed" = "loading";
  #next: string | null = null;
  #pages = 0;
  #isAsking = false;
  /** Something asked for it while it was being read: that may not be in the answer. */
  #isStale = false;
  #askedAt = -Infinity;
  #stopWait: (() => void) | undefined;
  /** Unix milliseconds: when it is read again. */
  #dueAt = Infinity;
  #isStopped = false;

  constructor(parts: RoomsLoaderParts) {
    this.#parts = parts;
  }

  get state(): "loading" | "loaded" | "failed" {
    return this.#state;
  }

  get hasMore(): boolean {
    return this.#next !== null;
  }

  start(): void {
    this.#isStopped = false;
    this.#wait(ROOMS_FIRST_MS);
  }

  stop(): void {
    this.#isStopped = true;
    this.#endWait();
  }

  /** From now on the list is told what happens; what happened before must be read. */
  live(): void {
    if (this.#isAsking) this.#isStale = true;
    else if (this.#state !== "loaded") void this.#readAll();
    else this.#wait(ROOMS_BACK_MS * this.#parts.random());
  }

  /** What is loaded is out of date. */
  refresh(): void {
    if (this.#isAsking) this.#isStale = true;
    else this.#wait(ROOMS_REFRESH_MS);
  }

  /** Of what is loaded, a mention may be missing: no reason for everybody to ask at once. */
  doubt(): void {
    this.#wait(ROOMS_DOUBT_MS * (1 + this.#parts.random()) / 2);
  }

  more(): void {
    if (this.#isAsking || this.#isStopped) return;
    if (this.#state !== "loaded") return void this.#readAll();
    if (this.#next !== null) void this.#readMore(this.#next);
  }

  #wait(ms: number): void {
    const { after, now } = this.#parts;
    const dueAt = Math.max(now() + ms, this.#askedAt + ROOMS_REFRESH_MS_MIN);
    if (this.#isStopped || dueAt >= this.#dueAt) return;
    this.#endWait();
    this.#dueAt = dueAt;
    this.#stopWait = after(dueAt - now(), () => {
      this.#endWait();
      if (!this.#isAsking) void this.#readAll();
    });
  }

  #endWait(): void {
    this.#stopWait?.();
    this.#stopWait = undefined;
    this.#dueAt = Infinity;
  }

  async #readAll(): Promise<void> {
    const { rest, list } = this.#parts;
    this.#begin();
    const wanted = Math.max(1, this.#pages);
    const pages: RoomsPage[] = [];
    let next: string | null = null;
    do {
      const page = await rest.rooms(next);
      if (page === null) break;
      pages.push(page);
      next = page.next;
    } while (next !== null && pages.length < wanted);
    const isWhole = pages.length === wanted || pages.length > 0 && next === null;
    if (isWhole) {
      list.read(pages, true);
      this.#next = next;
      this.#pages = pages.length;
    }
    this.#end(isWhole);
  }

  async #readMore(after: string): Promise<void> {
    const { rest, list } = this.#parts;
    this.#begin();
    const page = await rest.rooms(after);
    if (page !== null) {
      list.read([page], false);
      this.#next = page.next;
      this.#pages++;
    }
    this.#end(page !== null);
  }

  #begin(): void {
    this.#endWait();
    this.#isAsking = true;
    this.#isStale = false;
    this.#askedAt = this.#parts.now();
    if (this.#state === "failed") this.#state = "loading";
    this.#parts.changed();
  }

  #end(isRead: boolean): void {
    this.#isAsking = false;
    if (isRead) this.#state = "loaded";
    else if (this.#state !== "loaded") this.#state = "failed";
    if (!isRead || this.#isStale) this.#wait(ROOMS_REFRESH_MS);
    this.#parts.changed();
  }
}
