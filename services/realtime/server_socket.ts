/** A socket that we closed gives its place back after this time, whether its peer agrees or not. */
const CLOSE_WAIT_MS = 60_000;
/** A socket is closed when nothing has come for so long, */
const CLOSE_QUIET_MS = 20;
/** or after this time. */
const CLOSE_QUIET_MS_MAX = 1_000;

export interface SocketOwner {
  /** A frame came: text, or bytes as an ArrayBuffer. */
  message(data: unknown): void;
  /** The socket is gone, whoever closed it. `broke`: without a close frame. May be told twice; the first time holds. */
  gone(broke: boolean): void;
  /** A callback threw: end what this socket was for. */
  broke(error: unknown): void;
  /** Hears what went wrong where nobody can be told any more. */
  failed(error: unknown): void;
}

/** The server's end of one WebSocket: one guard around every callback, closed once, its place given back once. */
export class ServerSocket {
  readonly #socket: WebSocket;
  readonly #owner: SocketOwner;
  readonly #release: () => void;
  #releasing: ReturnType<typeof setTimeout> | undefined;
  #closed = false;
  /** Messages that came after we had done with it. */
  #unheard = 0;

  /** Takes over a socket that was just upgraded; `release` gives its place back when it is gone. */
  constructor(socket: WebSocket, release: () => void, owner: SocketOwner) {
    this.#socket = socket;
    this.#owner = owner;
    this.#release = release;
    socket.binaryType = "arraybuffer";
    socket.onmessage = (event) => {
      if (this.#closed) this.#unheard++;
      else this.guard(() => owner.message(event.data));
    };
    socket.onclose = (event) => this.guard(() => this.#gone(!event.wasClean));
    socket.onerror = () => this.guard(() => this.#gone(true));
  }

  /** Bytes that wait to be read by the peer. */
  get buffered(): number {
    return this.#socket.bufferedAmount;
  }

  /** A socket that is not open yet, or not any more, is told nothing: sending would throw, or be silent. */
  send(text: string): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(text);
  }

  close({ code, reason }: { readonly code: number; readonly reason: string }): void {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#socket.readyState === WebSocket.CONNECTING) {
      // A peer that never finished the upgrade tells nothing any more.
      this.#socket.close(code, reason);
      return this.#release();
    }
    // One may ignore our close.
    this.#releasing = setTimeout(this.#release, CLOSE_WAIT_MS);
    this.#closeWhenQuiet({ code, reason }, 0);
  }

  /**
   * Deno (2.9.6) cuts a connection off, without the close frame, where a message waits to be handed over when it is
   * closed: its peer would never learn why. So what still comes is let come, and passed over.
   */
  #closeWhenQuiet(close: { readonly code: number; readonly reason: string }, waitedMs: number): void {
    const before = this.#unheard;
    setTimeout(() => {
      const isQuiet = this.#unheard === before || waitedMs >= CLOSE_QUIET_MS_MAX;
      if (isQuiet) this.guard(() => this.#socket.close(close.code, close.reason));
      else this.#closeWhenQuiet(close, waitedMs + CLOSE_QUIET_MS);
    }, CLOSE_QUIET_MS);
  }

  /** Whatever throws inside a socket callback would end the process. */
  guard(run: () => void): void {
    try {
      run();
    } catch (error) {
      try {
        this.#owner.broke(error);
      } catch (again) {
        this.#owner.failed(again);
      }
    }
  }

  /** `close` may be told twice. */
  #gone(broke: boolean): void {
    this.#closed = true;
    clearTimeout(this.#releasing);
    this.#release();
    this.#owner.gone(broke);
  }
}
