/** A frame as it came, parsed. */
// deno-lint-ignore no-explicit-any
export type AnyFrame = Record<string, any>;

const WAIT_MS = 30_000;

/** A WebSocket client that keeps every frame and lets a test wait for the one it needs. */
export class TestSocket {
  readonly frames: AnyFrame[] = [];
  readonly #socket: WebSocket;
  readonly #waiting = new Set<() => void>();
  closed: { code: number; reason: string } | undefined;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.onmessage = (event) => {
      this.frames.push(JSON.parse(event.data));
      this.#wake();
    };
    socket.onclose = (event) => {
      this.closed = { code: event.code, reason: event.reason };
      this.#wake();
    };
    socket.onerror = () => {};
  }

  /** Connects with the token in the Authorization header. Rejects where the upgrade is refused. */
  static async open(url: string, token?: string, headers: Record<string, string> = {}): Promise<TestSocket> {
    const options = { headers: { ...(token && { authorization: `Bearer ${token}` }), ...headers } };
    const socket = new WebSocket(url, options as unknown as string[]);
    const client = new TestSocket(socket);
    await new Promise<void>((resolve, reject) => {
      socket.addEventListener("open", () => resolve(), { once: true });
      socket.addEventListener(
        "error",
        (event) => reject(new Error(`refused: ${(event as ErrorEvent).message}`)),
        {
          once: true,
        },
      );
    });
    return client;
  }

  /** Opens the realtime stream and waits for the ack. */
  static async stream(wsUrl: string, token: string, handshake: AnyFrame = {}): Promise<TestSocket> {
    const client = await TestSocket.open(`${wsUrl}/v2/realtime/stream`, token);
    client.send({ services: ["finance", "tasks"], version: 1, ...handshake });
    await client.next((frame) => frame.type === "ack");
    return client;
  }

  send(frame: unknown): void {
    this.#socket.send(typeof frame === "string" ? frame : JSON.stringify(frame));
  }

  sendBinary(bytes: Uint8Array<ArrayBuffer>): void {
    this.#socket.send(bytes);
  }

  /** The first frame that fits, whether it has come already or will. */
  async next(fits: (frame: AnyFrame) => boolean): Promise<AnyFrame> {
    return (await this.until(() => this.frames.find(fits)))!;
  }

  /** Waits until `probe` answers something. */
  async until<T>(probe: () => T | undefined | false): Promise<T> {
    const deadline = Date.now() + WAIT_MS;
    for (;;) {
      const found = probe();
      if (found !== undefined && found !== false) return found;
      if (Date.now() > deadline) {
        throw new Error(
          `nothing fits after ${WAIT_MS} ms among ${JSON.stringify(this.frames).slice(0, 2000)}`,
        );
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(done, 100);
        const waiting = this.#waiting;
        function done() {
          clearTimeout(timer);
          waiting.delete(done);
          resolve();
        }
        waiting.add(done);
      });
    }
  }

  whenClosed(): Promise<{ code: number; reason: string }> {
    return this.until(() => this.closed);
  }

  /** Every event received, with the frame's seq. */
  get events(): AnyFrame[] {
    return this.frames.flatMap((frame) => frame.type === "event" ? frame.events : []);
  }

  /** The resume point that the client has reached. */
  get lastSeq(): number {
    let last = 0;
    for (const frame of this.frames) {
      if (frame.type === "reset") last = frame.seq;
      else if (typeof frame.seq === "number") last = Math.max(last, frame.seq);
    }
    return last;
  }

  async close(): Promise<void> {
    if (this.closed === undefined) this.#socket.close(1000);
    await this.whenClosed();
  }

  #wake(): void {
    for (const wake of this.#waiting) wake();
  }
}
