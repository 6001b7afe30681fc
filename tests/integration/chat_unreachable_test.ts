// What chat answers while PostgreSQL cannot be reached: come again, not a fault of ours.
import assert from "node:assert/strict";
import { ChatPeer } from "../harness/chat.ts";
import { call, startDemo } from "../harness/live.ts";

const COLLABORATION = "/v2/collaboration";
const ROOM = `${COLLABORATION}/rooms/property-1`;

/** A way to PostgreSQL that can be taken away. */
class Road {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #ends = new Set<Deno.Conn>();
  readonly #done: Promise<void>;

  constructor(target: URL) {
    this.#done = this.#serve(target);
  }

  get port(): number {
    return (this.#listener.addr as Deno.NetAddr).port;
  }

  async close(): Promise<void> {
    this.#listener.close();
    for (const end of this.#ends) end.close();
    await this.#done;
  }

  async #serve({ hostname, port }: URL): Promise<void> {
    const pipes: Promise<void>[] = [];
    for await (const near of this.#listener) {
      const far = await Deno.connect({ hostname, port: Number(port) });
      for (const end of [near, far]) this.#ends.add(end);
      pipes.push(near.readable.pipeTo(far.writable).catch(() => {}));
      pipes.push(far.readable.pipeTo(near.writable).catch(() => {}));
    }
    await Promise.all(pipes);
  }
}

Deno.test("chat - without PostgreSQL every route says that it cannot be reached, and when to come again", async () => {
  const server = await startDemo();
  const target = new URL(server.database.appUrl);
  const road = new Road(target);
  const databaseUrl = new URL(target);
  databaseUrl.port = String(road.port);
  databaseUrl.hostname = "127.0.0.1";
  const instance = await server.another({ databaseUrl: databaseUrl.href });
  try {
    const token = await server.token({ role: "admin" });
    const peer = await ChatPeer.join("property-1", { wsUrl: instance.wsUrl, token });
    await road.close();
    const asked: [string, string, unknown?][] = [
      ["GET", `${COLLABORATION}/rooms`],
      ["POST", `${COLLABORATION}/rooms`, { name: "x" }],
      ["GET", ROOM],
      ["PATCH", ROOM, { name: "x", version: 1 }],
      ["DELETE", ROOM],
      ["PUT", `${ROOM}/members/u2`, { role: "member" }],
      ["DELETE", `${ROOM}/members/u2`],
      ["GET", `${ROOM}/people`],
      ["GET", `${ROOM}/messages`],
      ["POST", `${ROOM}/messages`, { text: "x" }],
      ["POST", `${COLLABORATION}/rooms/property-2/messages`, { text: "x" }],
      ["GET", `${ROOM}/messages/1/readers`],
      ["GET", `${ROOM}/search?q=x`],
      ["GET", `${ROOM}/online`],
      ["GET", `${ROOM}/stats`],
      ["GET", `${COLLABORATION}/retention`],
      ["PUT", `${COLLABORATION}/retention`, { days: 1 }],
    ];
    for (const [method, path, json] of asked) {
      const answer = await call(instance.url + path, { token, method, ...(json !== undefined && { json }) });
      assert.deepEqual([answer.status, answer.json?.code], [503, "unavailable"], `${method} ${path}`);
      assert.equal(answer.headers.get("retry-after"), "1", `${method} ${path}`);
    }
    const said = await peer.said("x");
    assert.deepEqual([said.type, said.code, said.retryable], ["error", "not_kept", true]);
    peer.send({ type: "delete", id: 1 });
    assert.equal((await peer.next("error")).code, "not_kept");
    peer.send({ type: "join", roomId: "property-2" });
    assert.deepEqual(await peer.refusal(), { code: "unavailable", close: 4500 });
  } finally {
    await instance.stop();
    await server.stop();
  }
});
