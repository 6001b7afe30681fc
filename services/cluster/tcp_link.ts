import type { Link } from "./members.ts";

/** Connections that one link carries at once. */
const CONNECTIONS_MAX = 2_000;
const READ_BYTES = 64 * 1024;
/** How long a stalled link looks whether it is whole again. */
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
  readonly #listeners: Deno.Listener[] = [];
  readonly #open = new Set<Deno.Conn>();
  #state: State = "whole";
  #delayMs = 0;
  #closed = false;

  constructor(name: string, ends: readonly LinkEnd[]) {
    this.name = name;
    for (const end of ends) this.#listeners.push(this.#listen(end));
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

  #listen({ port, target }: LinkEnd): Deno.Listener {
    const listener = Deno.listen({ hostname: "127.0.0.1", port });
    void (async () => {
      for await (const near of listener) void this.#carry(near, target);
    })();
    return listener;
  }

  async #carry(near: Deno.Conn, target: LinkEnd["target"]): Promise<void> {
    if (this.#state === "cut" || this.#open.size >= 2 * CONNECTIONS_MAX) return close(near);
    this.#open.add(near);
    let far: Deno.Conn | undefined;
    try {
      far = await Deno.connect(target);
      this.#open.add(far);
      await Promise.race([this.#pipe(near, far), this.#pipe(far, near)]);
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

  async #pipe(from: Deno.Conn, to: Deno.Conn): Promise<void> {
    let written = Promise.resolve();
    for (;;) {
      const bytes = new Uint8Array(READ_BYTES);
      const length = await from.read(bytes);
      if (length === null) return await written;
      const part = bytes.subarray(0, length);
      const due = performance.now() + this.#delayMs;
      written = written.then(() => this.#write(to, part, due));
      // Later bytes are read while earlier ones are under way, where those are only late.
      if (this.#delayMs === 0) await written;
      else written.catch(() => close(from));
    }
  }

  async #write(to: Deno.Conn, bytes: Uint8Array, due: number): Promise<void> {
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
