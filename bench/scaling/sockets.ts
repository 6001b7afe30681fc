import { SERVICE_NAMES } from "@/lib/protocol/services.ts";

/** Opened at the same time. */
const SLICE = 50;
const HANDSHAKE = JSON.stringify({ services: SERVICE_NAMES, version: 1 });

/** Opens sockets of the stream, some at a time; settles when each has its ack. */
export async function openSockets(
  addr: string,
  count: number,
  token: (n: number) => Promise<string>,
): Promise<WebSocket[]> {
  const open: WebSocket[] = [];
  for (let from = 0; from < count; from += SLICE) {
    const slice = Array.from({ length: Math.min(SLICE, count - from) }, (_, i) => from + i);
    open.push(...await Promise.all(slice.map(async (n) => await openSocket(addr, await token(n)))));
  }
  return open;
}

function openSocket(addr: string, token: string): Promise<WebSocket> {
  const headers = { authorization: `Bearer ${token}` };
  // The type of the second argument is that of browsers, which cannot send headers.
  const socket = new WebSocket(`ws://${addr}/v2/realtime/stream`, { headers } as unknown as string[]);
  return new Promise((resolve, reject) => {
    socket.onopen = () => socket.send(HANDSHAKE);
    socket.onerror = () => reject(new Error(`Cannot connect to ${addr}`));
    socket.onmessage = ({ data }) => {
      if (JSON.parse(data).type === "ack") resolve(socket);
    };
  });
}

export async function closeAll(sockets: readonly WebSocket[]): Promise<void> {
  await Promise.all(sockets.map((socket) =>
    new Promise<void>((resolve) => {
      socket.onclose = () => resolve();
      socket.close();
    })
  ));
}
