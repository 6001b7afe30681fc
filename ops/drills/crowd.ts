import type { App, House } from "./house.ts";

const OPEN_MS = 15_000;
/** The people who are always there see this service: floods of others do not reach them. */
const QUIET_SERVICE = "staff";

/** A socket of the stream that has had its ack. */
export async function openStream(app: App, token: string, services = [QUIET_SERVICE]): Promise<WebSocket> {
  const socket = await open(`${app.wsUrl}/v2/realtime/stream`, token);
  await answered(socket, { services, version: 1 }, "ack");
  return socket;
}

/** A socket of the chat that has joined the room of property 1. */
export async function openChat(app: App, token: string, userId: string): Promise<WebSocket> {
  const socket = await open(`${app.wsUrl}/v2/collaboration/chat/stream`, token);
  await answered(socket, { roomId: "property-1", userId }, "joined");
  return socket;
}

/** Opens a socket; rejects where it is refused. */
export function open(url: string, token: string): Promise<WebSocket> {
  // Deno takes headers here; the type is the browsers'.
  const options = { headers: { authorization: `Bearer ${token}` } } as unknown as string[];
  const socket = new WebSocket(url, options);
  const { promise, resolve, reject } = Promise.withResolvers<WebSocket>();
  const late = setTimeout(() => reject(new Error(`${url} does not answer within ${OPEN_MS} ms`)), OPEN_MS);
  socket.addEventListener("open", () => resolve(socket));
  socket.addEventListener("error", () => reject(new Error(`${url} refuses the socket`)));
  return promise.finally(() => clearTimeout(late));
}

/** Sends a frame and waits for the first of a type. */
export function answered(socket: WebSocket, frame: unknown, type: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const late = setTimeout(() => reject(new Error(`no ${type} within ${OPEN_MS} ms`)), OPEN_MS);
  const listen = ({ data }: MessageEvent) => JSON.parse(data).type === type && resolve();
  socket.addEventListener("message", listen);
  socket.addEventListener("close", () => reject(new Error(`closed before ${type}`)));
  socket.send(JSON.stringify(frame));
  return promise.finally(() => {
    clearTimeout(late);
    socket.removeEventListener("message", listen);
  });
}

/** The people who have a page open: so many sockets at each app. */
export class Crowd {
  readonly #house: House;
  readonly #open = new Map<App, Set<WebSocket>>();

  constructor(house: House) {
    this.#house = house;
  }

  count(app: App): number {
    return this.#open.get(app)?.size ?? 0;
  }

  /** Opens or closes sockets until the app has so many of ours. */
  async hold(app: App, count: number): Promise<void> {
    const sockets = this.#open.get(app) ?? new Set();
    this.#open.set(app, sockets);
    for (const socket of [...sockets].slice(count)) {
      sockets.delete(socket);
      socket.close(1000);
    }
    const token = await this.#house.token();
    const missing = Math.max(0, count - sockets.size);
    await Promise.all(Array.from({ length: missing }, async () => {
      const socket = await openStream(app, token);
      sockets.add(socket);
      socket.addEventListener("close", () => sockets.delete(socket));
    }));
  }
}
