/** Stands between a browser and the server, as networks of companies do. */
export interface Proxy {
  /** `http://127.0.0.1:port` */
  readonly url: string;
  /** Upgrades to WebSockets that were refused. */
  readonly refused: number;
  /** Refuses every upgrade from now on, or lets them through. */
  blockUpgrades(on: boolean): void;
  stop(): void;
}

const REFUSAL = "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
const UPGRADE = /\r\nupgrade: *websocket\r\n/i;

/** A proxy in front of `target`. It looks at the first request of each connection: browsers make a new one to upgrade. */
export function startProxy(target: string): Proxy {
  const { hostname, port } = new URL(target);
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const open = new Set<Deno.Conn>();
  let blocks = false;
  let refused = 0;

  async function serve(client: Deno.Conn): Promise<void> {
    const first = new Uint8Array(65_536);
    const length = await client.read(first);
    if (length === null) return;
    const head = first.subarray(0, length);
    if (blocks && UPGRADE.test(new TextDecoder().decode(head))) {
      refused++;
      await client.write(new TextEncoder().encode(REFUSAL));
      return;
    }
    const server = await Deno.connect({ hostname, port: Number(port) });
    open.add(server);
    try {
      for (let at = 0; at < head.length;) at += await server.write(head.subarray(at));
      await Promise.all([
        client.readable.pipeTo(server.writable),
        server.readable.pipeTo(client.writable),
      ]);
    } finally {
      close(server);
    }
  }

  function close(connection: Deno.Conn): void {
    open.delete(connection);
    try {
      connection.close();
    } catch (error) {
      if (!(error instanceof Deno.errors.BadResource)) throw error;
    }
  }

  void (async () => {
    for await (const client of listener) {
      open.add(client);
      // However it ends, it is the end of both sides.
      void serve(client).catch(() => {}).finally(() => close(client));
    }
  })();
  return {
    url: `http://127.0.0.1:${(listener.addr as Deno.NetAddr).port}`,
    get refused() {
      return refused;
    },
    blockUpgrades: (on) => blocks = on,
    stop() {
      listener.close();
      for (const connection of [...open]) close(connection);
    },
  };
}
