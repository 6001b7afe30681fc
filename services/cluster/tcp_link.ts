import type { Link } from "./members.ts";

/** Connections that one link carries at once; more are closed at once. */
export const LINK_CONNECTIONS_MAX = 2_000;
/** What one direction of a connection may hold back while it is late; then nothing more is read. */
export const LINK_QUEUED_BYTES_MAX = 4 * 1024 * 1024;
const READ_BYTES = 64 * 1024;
/** How often a stalled link looks whether it is whole again. */
const STALL_POLL_MS = 25;

type State = "whole" | "cut" | "stalled";

/** One listener of a link and what it leads to. */
export interface LinkEnd {
  readonly port: number;
  readonly target: { readonly hostname: string; readonly port: number };
}

/** Carries TCP between two parts, and fails on purpose. */
export class TcpLink implements Link {
  readonly name: string;
  readonly #listeners: Deno.TcpListener[] = [];
  readonly #open = new Set<Deno.TcpConn>();
  #state: State = "whole";
  #delayMs = 0;
  #closed = false;

  constructor(name: string, ends: readonly LinkEnd[]) {
    this.name = name;
    for (const end of ends) this.#listeners.push(this.#listen(end));
  }

  /** Connections that it carries now. */
  get connections(): number {
    return Math.ceil(this.#open.size / 2);
  }

  cut(): void {
    this.#state = "cut";
    for (const connection of this.#open) close(connection);
  }

  delay(ms: number): void {
    this.#delayMs = ms;
  }

  stall(): void {
    this.#state = "stalled";
  }

  restore(): void {
    this.#state = "whole";
    this.#delayMs = 0;
  }

  close(): void {
    this.#closed = true;
    for (const listener of this.#listeners) listener.close();
    for (const connection of this.#open) close(connection);
  }

  #listen({ port, target }: LinkEnd): Deno.TcpListener {
    const listener = Deno.listen({ hostname: "127.0.0.1", port });
    void (async () => {
      for await (const near of listener) void this.#carry(near, target);
    })();
    return listener;
  }

  async #carry(near: Deno.TcpConn, target: LinkEnd["target"]): Promise<void> {
    if (this.#state === "cut" || this.connections >= LINK_CONNECTIONS_MAX) return close(near);
    this.#open.add(near);
    let far: Deno.TcpConn | undefined;
    try {
      far = await Deno.connect(target);
      // It may have been cut meanwhile.
      if (!this.#open.has(near) || this.#isCut()) return;
      this.#open.add(far);
      near.setNoDelay();
      far.setNoDelay();
      await Promise.all([this.#pipe(near, far), this.#pipe(far, near)]);
    } catch {
      // Whoever speaks through the link sees that its connection is gone.
    } finally {
      for (const connection of [near, far]) {
        if (connection === undefined) continue;
        this.#open.delete(connection);
        close(connection);
      }
    }
  }

  #isCut(): boolean {
    return this.#state === "cut";
  }

  /** Until the one side has said all; then the other side is told so, and may still answer. */
  async #pipe(from: Deno.TcpConn, to: Deno.TcpConn): Promise<void> {
    let written = Promise.resolve();
    let queued = 0;
    for (;;) {
      const bytes = new Uint8Array(READ_BYTES);
      const length = await from.read(bytes);
      if (length === null) break;
      const due = performance.now() + this.#delayMs;
      queued += length;
      written = written.then(() => this.#write(to, bytes.subarray(0, length), due)).then(() => {
        queued -= length;
      });
      // Later bytes are read while earlier ones are under way, where those are only late.
      if (this.#delayMs === 0 || queued >= LINK_QUEUED_BYTES_MAX) await written;
      else written.catch(() => close(from));
    }
    await written;
    await to.closeWrite();
  }

  async #write(to: Deno.TcpConn, bytes: Uint8Array, due: number): Promise<void> {
    const wait = due - performance.now();
    if (wait > 0) await pause(wait);
    while (this.#state === "stalled" && !this.#closed) await pause(STALL_POLL_MS);
    for (let at = 0; at < bytes.length;) at += await to.write(bytes.subarray(at));
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function close(connection: Deno.Conn): void {
  try {
    connection.close();
  } catch (error) {
    if (!(error instanceof Deno.errors.BadResource)) throw error;
  }
}
