import { connect, createServer, type Socket } from "node:net";

/** How a link behaves, in each direction. */
export interface LinkShape {
  /** One way. */
  readonly delayMs: number;
  /** Infinity: as fast as loopback. */
  readonly bytesPerS: number;
}

/** A link between clients and a server. */
export interface Link {
  /** `127.0.0.1:port` */
  readonly addr: string;
  /** Bytes from clients so far. */
  readonly sent: number;
  /** Breaks every connection, once, when clients have sent so many bytes more. */
  cutAfter(bytes: number): void;
  stop(): void;
}

/** What a link holds besides what is on its way: the queue of a router. */
const QUEUE_BYTES = 256 * 1024;

/** A TCP proxy on loopback in front of `target` (`host:port`): all its connections share the rate of the link. */
export async function startLink(target: string, shape: LinkShape): Promise<Link> {
  const [host = "", port = ""] = target.split(":");
  const open = new Set<Socket>();
  const [up, down] = [new Line(shape), new Line(shape)];
  let sent = 0;
  let cutAt = Infinity;
  // Sockets of Node: a Deno connection that is closed while it is read stays open to its peer.
  const server = createServer({ noDelay: true }, (client) => {
    const behind = connect({ host, port: Number(port), noDelay: true });
    const end = () => {
      for (const socket of [client, behind]) {
        open.delete(socket);
        socket.destroy();
      }
    };
    for (const socket of [client, behind]) {
      open.add(socket);
      socket.on("close", end).on("error", end);
    }
    up.carry(client, behind, (bytes) => {
      sent += bytes;
      if (sent < cutAt) return true;
      cutAt = Infinity;
      for (const socket of open) socket.resetAndDestroy();
      return false;
    });
    down.carry(behind, client, () => true);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    addr: `127.0.0.1:${(server.address() as { port: number }).port}`,
    get sent() {
      return sent;
    },
    cutAfter: (bytes) => cutAt = sent + bytes,
    stop() {
      server.close();
      for (const socket of open) socket.destroy();
    },
  };
}

/** One direction of a link. */
class Line {
  readonly #shape: LinkShape;
  /** When the line is free for the next byte. */
  #freeAt = 0;

  constructor(shape: LinkShape) {
    this.#shape = shape;
  }

  /** Hands on what comes in, in order, each piece when it is due; `passes` sees how many bytes come. */
  carry(from: Socket, to: Socket, passes: (bytes: number) => boolean): void {
    const { delayMs, bytesPerS } = this.#shape;
    const most = QUEUE_BYTES + (Number.isFinite(bytesPerS) ? bytesPerS * delayMs / 1000 : QUEUE_BYTES);
    let held = 0;
    let before = Promise.resolve();
    from.on("data", (bytes) => {
      if (!passes(bytes.length)) return;
      this.#freeAt = Math.max(this.#freeAt, performance.now()) + bytes.length / bytesPerS * 1000;
      const due = this.#freeAt + delayMs;
      held += bytes.length;
      if (held > most) from.pause();
      before = before.then(async () => {
        await pause(due - performance.now());
        if (!to.destroyed && !to.write(bytes)) await drained(to);
        held -= bytes.length;
        if (held <= most) from.resume();
      });
    });
    from.on("end", () => void before.then(() => to.end()));
  }
}

/** Settles when it takes more, or takes nothing any more. */
function drained(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      socket.off("drain", done).off("close", done);
      resolve();
    };
    socket.on("drain", done).on("close", done);
  });
}

function pause(ms: number): Promise<void> {
  return ms <= 0 ? Promise.resolve() : new Promise((resolve) => setTimeout(resolve, ms));
}
