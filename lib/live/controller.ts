import { Connection, type Notice, type SocketLike } from "@/lib/client/connection.ts";
import { Machine } from "@/lib/client/machine.ts";
import type { Status } from "@/lib/client/machine_types.ts";
import { Feed } from "@/lib/live/feed.ts";
import type { LivePage, Snapshot } from "@/lib/live/page.ts";
import type { Service } from "@/lib/protocol/services.ts";

/** Attempts to read the snapshot again before the person is told. */
const SNAPSHOT_ATTEMPTS_MAX = 4;
/** Wait after the first failed one; each next one waits twice as long. */
const SNAPSHOT_RETRY_MS = 1_000;
const UNAUTHORIZED = 401;

/** The world around the page. */
export interface LiveParts {
  readonly socketUrl: string;
  readonly WebSocket: new (url: string) => SocketLike;
  /** An HTTP GET as the person who is signed in. */
  readonly get: (path: string) => Promise<Response>;
  /** Calls back once after `ms`; what it returns stops that. */
  readonly after: (ms: number, run: () => void) => () => void;
  readonly now: () => number;
  readonly random: () => number;
  /** Must this card not move now? */
  readonly isHeld: (service: Service) => boolean;
  /** Something is to be drawn anew. */
  readonly changed: () => void;
}

/** What the person must know or do, beside the state of the connection. */
export type Warning =
  | { readonly type: "session_ends" }
  | { readonly type: "snapshot_failed" }
  | { readonly type: "refused"; readonly message: string };

/** The live page without its looks: one connection, one feed, and what ties them together. */
export class LiveController {
  readonly feed: Feed;
  readonly #parts: LiveParts;
  readonly #machine: Machine;
  readonly #connection: Connection;
  #warning: Warning | null = null;
  /** Counts the snapshots asked for: only the answer to the last one is shown. */
  #asked = 0;

  constructor(page: LivePage, parts: LiveParts) {
    const { WebSocket, socketUrl, after, now, random } = parts;
    this.#parts = parts;
    this.feed = new Feed(page);
    this.#machine = new Machine({
      orgId: page.orgId,
      subscription: { services: this.feed.services, propertyId: page.propertyId },
      position: page.position,
      random,
    });
    const notice = (said: Notice) => this.#take(said);
    this.#connection = new Connection({
      machine: this.#machine,
      url: () => socketUrl,
      WebSocket,
      after,
      now,
      notice,
    });
  }

  get status(): Status {
    return this.#machine.status;
  }

  get warning(): Warning | null {
    return this.#warning;
  }

  start(online: boolean): void {
    // Whoever may see no service has nothing to connect for.
    if (this.feed.services.length > 0) this.#connection.input({ type: "start", online });
  }

  stop(): void {
    this.#asked++;
    this.#connection.input({ type: "stop" });
  }

  network(online: boolean): void {
    this.#connection.input({ type: online ? "online" : "offline" });
  }

  retry(): void {
    this.#connection.input({ type: "retry" });
  }

  /** Changes whose events are shown, on the connection as it stands. */
  choose(propertyId: number | null): void {
    this.feed.narrow(propertyId);
    this.#connection.input({ type: "subscribe", subscription: { services: this.feed.services, propertyId } });
    this.#parts.changed();
  }

  release(service: Service): void {
    this.feed.release(service);
    this.#parts.changed();
  }

  dismiss(): void {
    this.#warning = null;
    this.#parts.changed();
  }

  #take(notice: Notice): void {
    switch (notice.type) {
      case "deliver":
        this.feed.deliver(notice, this.#parts.now(), this.#parts.isHeld(notice.service));
        break;
      case "refetch":
        void this.#refetch();
        break;
      case "check_session":
        void this.#checkSession();
        break;
      case "token_needed":
        this.#warning = { type: "session_ends" };
        break;
      case "refused":
        this.#warning = { type: "refused", message: notice.message };
        this.feed.narrow(notice.subscription.propertyId);
        break;
      case "status":
        break;
    }
    this.#parts.changed();
  }

  async #refetch(): Promise<void> {
    const turn = ++this.#asked;
    for (let attempt = 0; attempt < SNAPSHOT_ATTEMPTS_MAX && turn === this.#asked; attempt++) {
      if (attempt > 0) await this.#wait(SNAPSHOT_RETRY_MS * 2 ** (attempt - 1));
      const snapshot = await this.#read();
      if (turn !== this.#asked) return;
      if (snapshot === undefined) continue;
      this.feed.replace(snapshot);
      return this.#parts.changed();
    }
    if (turn !== this.#asked) return;
    this.#warning = { type: "snapshot_failed" };
    this.#parts.changed();
  }

  async #read(): Promise<Snapshot | undefined> {
    const { propertyId } = this.feed;
    try {
      const response = await this.#parts.get(
        `/live/snapshot${propertyId === null ? "" : `?property=${propertyId}`}`,
      );
      if (response.status === UNAUTHORIZED) this.#connection.input({ type: "session_ended" });
      return response.ok ? await response.json() : undefined;
    } catch {
      // No network: tried again.
      return undefined;
    }
  }

  async #checkSession(): Promise<void> {
    try {
      const { status } = await this.#parts.get("/session");
      if (status === UNAUTHORIZED) this.#connection.input({ type: "session_ended" });
    } catch {
      // No network is no answer: the connection goes on trying.
    }
  }

  #wait(ms: number): Promise<void> {
    return new Promise((resolve) => this.#parts.after(ms, resolve));
  }
}
