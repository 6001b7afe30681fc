import { jetstream } from "@nats-io/jetstream";
import { connectNats } from "@/services/nats/connect.ts";
import type { Mend } from "./drill.ts";
import type { House } from "./house.ts";

const EVENT_BYTES = 40 * 1024;
/** 12 MB for each: more than the system keeps for a connection of this machine. */
const EVENTS = 300;
const AT_ONCE = 20;
const TEXT_FRAME = 0x81;
const MASKED = 0x80;

/** Clients that have asked for a service, do not read any more, and are sent more than fits. */
export async function stuckSockets(house: House, count: number): Promise<Mend> {
  const token = await house.token();
  const sockets = await Promise.all(Array.from({ length: count }, () => stuck(house.apps[0].url, token)));
  const connection = await connectNats(house.cluster.natsUrl, "drill");
  const js = jetstream(connection);
  const payload = JSON.stringify({ data: { id: 1, padding: "x".repeat(EVENT_BYTES) } });
  for (let sent = 0; sent < EVENTS; sent += AT_ONCE) {
    await Promise.all(
      Array.from({ length: AT_ONCE }, () => js.publish("evt.1.1.tasks.task.updated", payload)),
    );
  }
  await connection.close();
  return () => sockets.forEach((socket) => socket.close());
}

/** A bare connection: a WebSocket of the runtime would read by itself. */
async function stuck(url: string, token: string): Promise<Deno.TcpConn> {
  const { hostname, port, host } = new URL(url);
  const socket = await Deno.connect({ hostname, port: Number(port) });
  const request = [
    "GET /v2/realtime/stream HTTP/1.1",
    `Host: ${host}`,
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    `Authorization: Bearer ${token}`,
  ];
  await socket.write(new TextEncoder().encode([...request, "", ""].join("\r\n")));
  // The answer to the upgrade, then the ack.
  const buffer = new Uint8Array(16 * 1024);
  await socket.read(buffer);
  const handshake = new TextEncoder().encode(JSON.stringify({ services: ["tasks"], version: 1 }));
  // Short, and masked with zeros, which leaves the text as it is.
  await socket.write(new Uint8Array([TEXT_FRAME, MASKED | handshake.length, 0, 0, 0, 0, ...handshake]));
  await socket.read(buffer);
  return socket;
}
