// The proxy before the apps of a cluster on one machine: TCP, so that WebSockets and uploads pass as they are.

/** Connections at once; more are closed at once. */
const CONNECTIONS_MAX = 8_000;
const HEALTH_MS = 250;
const HEALTH_TIMEOUT_MS = 1_000;

/** One app behind the proxy. */
interface Upstream {
  readonly hostname: string;
  readonly port: number;
  healthy: boolean;
}

/**
 * Accepts on `port` and hands each connection to the next app that says it is ready; where that one cannot be reached
 * any more, to another one. What an app has taken is its own: nothing is sent twice.
 */
export function startProxy(port: number, ports: readonly number[]): void {
  const upstreams: Upstream[] = ports.map((port) => ({ hostname: "127.0.0.1", port, healthy: false }));
  for (const upstream of upstreams) void watch(upstream);
  const listener = Deno.listen({ hostname: "127.0.0.1", port });
  let next = 0;
  let open = 0;
  const serve = async (client: Deno.TcpConn) => {
    if (open >= CONNECTIONS_MAX) return client.close();
    open++;
    try {
      const turn = next++;
      const inTurn = upstreams.map((_, i) => upstreams[(turn + i) % upstreams.length]!);
      const server = await connect([
        ...inTurn.filter((one) => one.healthy),
        ...inTurn.filter((one) => !one.healthy),
      ]);
      if (server === undefined) return client.close();
      client.setNoDelay();
      server.setNoDelay();
      await Promise.allSettled([
        client.readable.pipeTo(server.writable),
        server.readable.pipeTo(client.writable),
      ]);
    } finally {
      open--;
    }
  };
  void (async () => {
    for await (const client of listener) void serve(client).catch(() => {});
  })();
}

async function connect(upstreams: readonly Upstream[]): Promise<Deno.TcpConn | undefined> {
  for (const upstream of upstreams) {
    try {
      return await Deno.connect({ hostname: upstream.hostname, port: upstream.port });
    } catch {
      upstream.healthy = false;
    }
  }
  return undefined;
}

async function watch(upstream: Upstream): Promise<void> {
  const url = `http://${upstream.hostname}:${upstream.port}/health/ready`;
  for (;;) {
    try {
      const answer = await fetch(url, { signal: AbortSignal.timeout(HEALTH_TIMEOUT_MS) });
      await answer.body?.cancel();
      upstream.healthy = answer.status === 200;
    } catch {
      upstream.healthy = false;
    }
    await new Promise((resolve) => setTimeout(resolve, HEALTH_MS));
  }
}

if (import.meta.main) {
  const [port, ...ports] = Deno.args.map(Number);
  startProxy(port!, ports);
  console.log("ready");
}
