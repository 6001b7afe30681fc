/** Where pages in development learn of new builds; `client_dev.ts` knows it too. */
const ALIVE_URL = "/_frsh/alive";
/** Editors write a file in several steps: wait for quiet before building. */
const QUIET_MS = 100;

/** Tells open pages of each new build. */
export class LiveReload {
  #sockets = new Set<WebSocket>();
  // A restarted server is a new build too: its own code may have changed.
  #started = Date.now();
  #builds = 0;

  get #revision(): string {
    return `${this.#started}.${this.#builds}`;
  }

  /** Upgrades a request of a page's reload script, leaves any other (`null`). */
  connect(req: Request): Response | null {
    if (new URL(req.url).pathname !== ALIVE_URL) return null;
    if (req.headers.get("upgrade")?.toLowerCase() !== "websocket") {
      return new Response(null, { status: 501 });
    }
    const { socket, response } = Deno.upgradeWebSocket(req);
    socket.onopen = () => {
      this.#sockets.add(socket);
      socket.send(this.#revision);
    };
    socket.onclose = () => this.#sockets.delete(socket);
    return response;
  }

  announce(): void {
    this.#builds++;
    for (const socket of this.#sockets) socket.send(this.#revision);
  }
}

/** Calls `rebuild` after changes to `paths`, until the signal; a failed build is logged. */
export async function watch(
  paths: string[],
  rebuild: () => Promise<void>,
  signal: AbortSignal | undefined,
): Promise<void> {
  const existing = paths.filter((path) => exists(path));
  if (existing.length === 0 || signal?.aborted) return;
  const watcher = Deno.watchFs(existing);
  let timer: ReturnType<typeof setTimeout> | undefined;
  signal?.addEventListener("abort", () => {
    clearTimeout(timer);
    watcher.close();
  });
  for await (const { kind } of watcher) {
    if (kind === "access") continue;
    clearTimeout(timer);
    timer = setTimeout(() => rebuild().catch((error) => console.error(error)), QUIET_MS);
  }
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}
