/** Where pages in development learn of new builds; `client_dev.ts` knows it too. */
const ALIVE_URL = "/_frsh/alive";
/** Editors write a file in several steps: wait for quiet before building. */
const QUIET_MS = 100;

/** Tells open pages which build is current, and builds again when files change. */
export class LiveReload {
  #sockets = new Set<WebSocket>();
  // A restarted server counts as a new build: its own code may have changed.
  #started = Date.now();
  #revision: string;

  constructor(buildId: string) {
    this.#revision = `${this.#started}:${buildId}`;
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

  announce(buildId: string): void {
    this.#revision = `${this.#started}:${buildId}`;
    for (const socket of this.#sockets) socket.send(this.#revision);
  }

  /** Calls `rebuild` after changes to `paths`, until the signal; a failed build is logged and the old one stays. */
  async watch(
    paths: string[],
    { rebuild, signal }: {
      rebuild: () => Promise<void>;
      signal: AbortSignal | undefined;
    },
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
      timer = setTimeout(() => {
        rebuild().catch((error) => console.error(error));
      }, QUIET_MS);
    }
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
