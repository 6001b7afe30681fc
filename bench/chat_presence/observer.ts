const WAIT_MS = 30_000;

/** Somebody in a chat room who notes when others come and go. */
export class Observer {
  readonly #socket: WebSocket;
  readonly #statuses = new Map<string, string>();
  #changed = Promise.withResolvers<void>();

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.onmessage = ({ data }) => this.#take(JSON.parse(data));
  }

  static async join(addr: string, who: { token: string; userId: string; roomId: string }): Promise<Observer> {
    const headers = { authorization: `Bearer ${who.token}` };
    const socket = new WebSocket(
      `ws://${addr}/v2/collaboration/chat/stream`,
      { headers } as unknown as string[],
    );
    const observer = new Observer(socket);
    await new Promise<void>((resolve, reject) => {
      socket.onopen = () => resolve();
      socket.onerror = () => reject(new Error(`Cannot connect to ${addr}`));
    });
    socket.send(JSON.stringify({ roomId: who.roomId, userId: who.userId }));
    await observer.sees(who.userId, "online");
    return observer;
  }

  /** Settles when this person is seen so; answers when that was, as `performance.now()` says. */
  async sees(userId: string, status: string): Promise<number> {
    for (const end = performance.now() + WAIT_MS; performance.now() < end;) {
      if ((this.#statuses.get(userId) ?? "offline") === status) return performance.now();
      let timer: ReturnType<typeof setTimeout> | undefined;
      const late = new Promise<void>((resolve) => timer = setTimeout(resolve, end - performance.now()));
      await Promise.race([this.#changed.promise, late]);
      clearTimeout(timer);
    }
    throw new Error(`${userId} is ${this.#statuses.get(userId)} after ${WAIT_MS} ms, not ${status}`);
  }

  close(): void {
    this.#socket.close();
  }

  // deno-lint-ignore no-explicit-any
  #take(frame: any): void {
    if (frame.type === "joined") {
      for (const { userId, status } of frame.online) this.#statuses.set(userId, status);
    } else if (frame.type === "presence") {
      for (const [userId, status] of Object.entries<string>(frame.users)) this.#statuses.set(userId, status);
    } else {
      return;
    }
    const changed = this.#changed;
    this.#changed = Promise.withResolvers();
    changed.resolve();
  }
}
