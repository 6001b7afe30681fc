/** A way to a server that can be taken away. */
export class TcpGate {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #ends = new Set<Deno.Conn>();

  constructor(target: URL) {
    void this.#serve(target);
  }

  get port(): number {
    return (this.#listener.addr as Deno.NetAddr).port;
  }

  /** Nobody comes in any more, and who is in is cut off. */
  close(): void {
    this.#listener.close();
    for (const end of this.#ends) {
      try {
        end.close();
      } catch (error) {
        // Its other side was faster.
        if (!(error instanceof Deno.errors.BadResource)) throw error;
      }
    }
  }

  async #serve({ hostname, port }: URL): Promise<void> {
    for await (const near of this.#listener) {
      const far = await Deno.connect({ hostname, port: Number(port) });
      for (const end of [near, far]) this.#ends.add(end);
      near.readable.pipeTo(far.writable).catch(() => {});
      far.readable.pipeTo(near.writable).catch(() => {});
    }
  }
}
