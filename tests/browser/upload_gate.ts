/** Stands before the server and lets the bytes of uploads through as far as a test allows: no line is slow by the clock. */
export interface UploadGate {
  /** `http://127.0.0.1:port` */
  readonly url: string;
  /** Lets so many more bytes of each upload's connection through, then holds; one that comes later has as many. */
  allow(bytes: number): void;
  /** Holds nothing from now on. */
  open(): void;
  stop(): void;
}

const UPLOAD = /^GET \/v2\/documents\/upload\/stream/;

/** Everything but uploads passes at once. */
export function startUploadGate(port: number): UploadGate {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const open = new Set<Deno.Conn>();
  const budgets = new Set<{ left: number }>();
  let first = 0;
  let wake = Promise.withResolvers<void>();
  const more = (bytes: number) => {
    first = bytes;
    for (const budget of budgets) budget.left += bytes;
    wake.resolve();
    wake = Promise.withResolvers<void>();
  };

  /** Holds whatever is more than what is allowed. */
  function held(): TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> {
    const budget = { left: first };
    budgets.add(budget);
    return new TransformStream({
      async transform(chunk, controller) {
        for (let at = 0; at < chunk.length;) {
          while (budget.left <= 0) await wake.promise;
          const bytes = Math.min(budget.left, chunk.length - at);
          budget.left -= bytes;
          controller.enqueue(chunk.subarray(at, at + bytes));
          at += bytes;
        }
      },
    });
  }

  async function serve(client: Deno.Conn): Promise<void> {
    const buffer = new Uint8Array(65_536);
    const length = await client.read(buffer);
    if (length === null) return;
    const head = buffer.subarray(0, length);
    const server = await Deno.connect({ hostname: "127.0.0.1", port });
    open.add(server);
    try {
      for (let at = 0; at < head.length;) at += await server.write(head.subarray(at));
      const up = UPLOAD.test(new TextDecoder().decode(head))
        ? client.readable.pipeThrough(held())
        : client.readable;
      // Whichever side ends first, ends both: one that is held would never notice.
      await Promise.race([up.pipeTo(server.writable), server.readable.pipeTo(client.writable)]);
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
      void serve(client).catch(() => {}).finally(() => close(client));
    }
  })();
  return {
    url: `http://127.0.0.1:${(listener.addr as Deno.NetAddr).port}`,
    allow: more,
    open: () => more(Number.MAX_SAFE_INTEGER / 2),
    stop() {
      more(Number.MAX_SAFE_INTEGER / 2);
      listener.close();
      for (const connection of [...open]) close(connection);
    },
  };
}
