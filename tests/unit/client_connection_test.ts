import assert from "node:assert/strict";
import { Connection, type Notice } from "@/lib/client/connection.ts";
import type { SocketLike } from "@/lib/client/socket.ts";
import { Machine } from "@/lib/client/machine.ts";
import { ackFrame, eventFrame } from "@/lib/protocol/frames.ts";

const WAIT_MS = 10_000;
const ACK = ackFrame({
  seq: 5,
  epoch: "e1",
  timestamp: new Date(0).toISOString(),
  connectionId: "c",
  heartbeatMs: 30_000,
  expiresAt: new Date(0).toISOString(),
});

/** A real server of real sockets that answers each handshake with an ack. */
class Server {
  readonly sockets: WebSocket[] = [];
  readonly heard: string[] = [];
  readonly #server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (req) => {
    const { socket, response } = Deno.upgradeWebSocket(req);
    this.sockets.push(socket);
    socket.onmessage = ({ data }) => {
      this.heard.push(data);
      if (!data.includes(`"type"`)) socket.send(ACK);
    };
    return response;
  });

  get url(): string {
    return `ws://127.0.0.1:${this.#server.addr.port}/`;
  }

  stop(): Promise<void> {
    return this.#server.shutdown();
  }
}

class Client {
  readonly notices: Notice[] = [];
  readonly timers = new Set<ReturnType<typeof setTimeout>>();
  readonly connection: Connection;

  constructor(url: string, WebSocketClass: new (url: string) => SocketLike = WebSocket as never) {
    const machine = new Machine({
      orgId: 1,
      subscription: { services: ["tasks"], propertyId: null },
      random: () => 0,
    });
    this.connection = new Connection({
      machine,
      url: () => url,
      WebSocket: WebSocketClass,
      now: () => Date.now(),
      notice: (notice) => this.notices.push(notice),
      after: (ms, run) => {
        const timer = setTimeout(() => {
          this.timers.delete(timer);
          run();
        }, ms);
        this.timers.add(timer);
        return () => {
          clearTimeout(timer);
          this.timers.delete(timer);
        };
      },
    });
  }

  get states(): string[] {
    return this.notices.flatMap((notice) => notice.type === "status" ? [notice.status.state] : []);
  }
}

async function until(probe: () => boolean): Promise<void> {
  const deadline = Date.now() + WAIT_MS;
  while (!probe()) {
    if (Date.now() > deadline) throw new Error(`did not come true: ${probe}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

Deno.test("client connection - connects, delivers, comes back after a drop, and leaves nothing behind", async () => {
  const server = new Server();
  const client = new Client(server.url);
  try {
    client.connection.input({ type: "start", online: true });
    await until(() => client.states.at(-1) === "live");
    const event = {
      id: "a",
      entity: "task",
      action: "created",
      propertyId: 1,
      at: new Date(0).toISOString(),
      data: {},
    };
    server.sockets[0]!.send(eventFrame("tasks", [{ json: JSON.stringify(event) }], 6, 5));
    await until(() => client.notices.some(({ type }) => type === "deliver"));
    server.sockets[0]!.close(4500);
    await until(() => server.sockets.length === 2 && client.states.at(-1) === "live");
    assert.deepEqual(JSON.parse(server.heard[1]!), {
      services: ["tasks"],
      version: 1,
      lastSeq: 6,
      epoch: "e1",
    });
    assert.deepEqual(client.states, ["connecting", "live", "catching_up", "catching_up", "live"]);
  } finally {
    client.connection.input({ type: "stop" });
    await server.stop();
  }
  assert.equal(client.states.at(-1), "stopped");
  assert.equal(client.timers.size, 0);
});

Deno.test("client connection - a dropped socket is listened to no longer", async () => {
  const server = new Server();
  const client = new Client(server.url);
  try {
    client.connection.input({ type: "start", online: true });
    await until(() => client.states.at(-1) === "live");
    client.connection.input({ type: "offline" });
    server.sockets[0]!.send("broken");
    client.connection.input({ type: "online" });
    await until(() => client.states.at(-1) === "live");
    await until(() => server.sockets[0]!.readyState === WebSocket.CLOSED);
    assert.equal(client.states.at(-1), "live");
  } finally {
    client.connection.input({ type: "stop" });
    await server.stop();
  }
});

Deno.test("client connection - a socket that cannot even be made counts as lost", () => {
  class Forbidden {
    onopen = null;
    onmessage = null;
    onclose = null;
    constructor() {
      throw new DOMException("not from here", "SecurityError");
    }
    send(): void {}
    close(): void {}
  }
  const client = new Client("ws://127.0.0.1:1/", Forbidden);
  client.connection.input({ type: "start", online: true });
  assert.equal(client.timers.size, 1, "the next attempt");
  client.connection.input({ type: "stop" });
  assert.equal(client.timers.size, 0);
});
