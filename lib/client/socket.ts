/** The part of a WebSocket that is used here. */
export interface SocketLike {
  onopen: (() => void) | null;
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  onclose: ((event: { readonly code: number }) => void) | null;
  send(data: string | Uint8Array<ArrayBuffer>): void;
  close(code?: number): void;
}

/** What a socket tells a machine. */
export type SocketInput =
  | { readonly type: "opened" }
  | { readonly type: "frame"; readonly text: string }
  | { readonly type: "closed"; readonly code: number };

export interface SocketParts {
  readonly WebSocket: new (url: string) => SocketLike;
  /** Where to connect to; asked at each attempt, since a ticket in it is good for one. */
  readonly url: () => string | Promise<string>;
  readonly input: (input: SocketInput) => void;
}

/** What a socket that could not even be made closes with. */
const ABNORMAL = 1006;
const NORMAL = 1000;

/** One socket at a time: what an earlier one still has to say is not heard. */
export class Socket {
  readonly #parts: SocketParts;
  #socket: SocketLike | undefined;
  /** Counts the attempts: one that was given up must not open a socket later. */
  #attempt = 0;

  constructor(parts: SocketParts) {
    this.#parts = parts;
  }

  /** Changes whenever a socket is opened or dropped. */
  get attempt(): number {
    return this.#attempt;
  }

  open(): void {
    this.drop();
    const attempt = this.#attempt;
    const failed = () => {
      if (attempt === this.#attempt) this.#parts.input({ type: "closed", code: ABNORMAL });
    };
    let url: string | Promise<string>;
    try {
      url = this.#parts.url();
    } catch {
      return failed();
    }
    if (typeof url === "string") return this.#connect(url);
    url.then((url) => attempt === this.#attempt && this.#connect(url), failed);
  }

  send(data: string | Uint8Array<ArrayBuffer>): void {
    this.#socket?.send(data);
  }

  drop(): void {
    this.#attempt++;
    const socket = this.#socket;
    if (socket === undefined) return;
    this.#socket = undefined;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close(NORMAL);
  }

  #connect(url: string): void {
    const { WebSocket, input } = this.#parts;
    let socket: SocketLike;
    try {
      socket = new WebSocket(url);
    } catch {
      return input({ type: "closed", code: ABNORMAL });
    }
    socket.onopen = () => input({ type: "opened" });
    socket.onmessage = ({ data }) => {
      if (typeof data === "string") input({ type: "frame", text: data });
    };
    socket.onclose = ({ code }) => {
      this.#socket = undefined;
      input({ type: "closed", code });
    };
    this.#socket = socket;
  }
}
