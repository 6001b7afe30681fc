// A client that completes the handshake and then does not read.
import assert from "node:assert/strict";
import FakeTimers from "@sinonjs/fake-timers";
import { CLOSE } from "@/lib/protocol/close_codes.ts";
import { EVENT_BYTES_MAX, FRAME_BYTES_MAX } from "@/lib/protocol/limits.ts";
import { STALLED_MS } from "@/lib/realtime/feed.ts";
import { BUFFERED_BYTES_HIGH } from "@/services/realtime/limits.ts";
import type { RealtimeConnection } from "@/services/realtime/connection.ts";
import { publishMany, startDemo, until, watchSockets } from "../harness/live.ts";
import { RawSocket } from "../harness/raw_socket.ts";
import type { TestServer } from "../harness/server.ts";
import { TestSocket } from "../harness/socket.ts";

const TASKS = "evt.1.1.tasks.task.updated";
const FINANCE = "evt.1.1.finance.revenue.created";
const EVENT_BYTES = 40 * 1024;
const BATCH = 20;
/** What follows while the client is stuck: small, and more than a ring holds. */
const SMALL_EVENTS = 700;
/** A frame that holds one large event may pass its own bound, and fill an empty socket beyond the limit. */
const BUFFERED_BOUND = BUFFERED_BYTES_HIGH + EVENT_BYTES_MAX + FRAME_BYTES_MAX;

let server: TestServer;
let token: string;
Deno.test.beforeAll(async () => {
  server = await startDemo();
  token = await server.token();
});
Deno.test.afterAll(() => server?.stop());

/** A client that has had its ack and reads nothing more, and the server's side of it. */
async function stuckClient(): Promise<{ client: RawSocket; side: RealtimeConnection }> {
  const taken = watchSockets(server);
  const client = await RawSocket.connect(server.wsUrl);
  await client.upgrade(`${server.wsUrl}/v2/realtime/stream`, [`Authorization: Bearer ${token}`]);
  await client.send({ services: ["tasks", "finance"], version: 1 });
  assert.equal((await client.next()).type, "ack");
  return { client, side: taken[0]! };
}

/** Is the value the same as when this was asked before, for so many times? */
function stays<T>(value: () => T, times = 15): () => boolean {
  let last = value();
  let same = 0;
  return () => {
    const now = value();
    same = now === last ? same + 1 : 0;
    last = now;
    return same >= times;
  };
}

/** Waits until those who are behind were tried again so often. */
async function ticks(count: number): Promise<void> {
  const { connections } = server.services;
  const limit = connections.bufferLimit;
  let asked = 0;
  connections.bufferLimit = () => {
    asked++;
    return limit.call(connections);
  };
  await until("the feed ticks", () => asked >= count);
  connections.bufferLimit = limit;
}

/** Publishes until the operating system takes no more for the client. Answers how many events there were. */
async function fill({ side }: { side: RealtimeConnection }): Promise<number> {
  for (let count = BATCH;; count += BATCH) {
    await publishMany(server, TASKS, BATCH, { first: count - BATCH, padding: EVENT_BYTES });
    await until("it takes no more for now", stays(() => side.buffered()));
    if (side.buffered() > 0) return count;
  }
}

Deno.test("slow - a socket that does not read holds little memory, disturbs nobody, and catches up later", async () => {
  const stuck = await stuckClient();
  const { client, side } = stuck;
  const other = await TestSocket.stream(server.wsUrl, token, { services: ["finance"] });
  let most = 0;
  const watching = setInterval(() => most = Math.max(most, side.buffered()), 1);
  const large = await fill(stuck);
  await publishMany(server, FINANCE, SMALL_EVENTS, { first: large });
  const all = [...Array(large + SMALL_EVENTS).keys()];
  await other.until(() => other.events.length === SMALL_EVENTS);
  clearInterval(watching);
  assert.deepEqual(other.events.map(({ data }) => data.n), all.slice(large));
  assert.ok(most <= BUFFERED_BOUND, `${most} bytes were buffered`);
  const seen: number[] = [];
  for (let last = 0; seen.length < all.length;) {
    const frame = await client.next();
    assert.equal(frame.type, "event");
    assert.ok(frame.seq > last, "a frame came twice or out of order");
    last = frame.seq;
    seen.push(...frame.events.map(({ data }: { data: { n: number } }) => data.n));
  }
  assert.deepEqual(seen, all);
  // And it is live again.
  await publishMany(server, TASKS, 1, { first: all.length });
  assert.equal((await client.next()).events[0].data.n, all.length);
  client.close();
  await other.close();
  await until("both are gone", () => server.services.connections.size === 0);
});

Deno.test("slow - one that makes no progress for 30 s is let go with 4008", async () => {
  const stuck = await stuckClient();
  await fill(stuck);
  // It falls behind with the first event that it cannot be sent.
  await publishMany(server, TASKS, 1);
  await ticks(5);
  const { errorCount } = server.services.metrics.instance();
  const jump = (ms: number) => FakeTimers.install({ now: Date.now() + ms, toFake: ["Date"] });
  let clock = jump(STALLED_MS - 1_000);
  await ticks(10);
  clock.uninstall();
  assert.equal(server.services.connections.size, 1);
  clock = jump(STALLED_MS + 1_000);
  await until("it is let go", () => server.services.connections.size === 0);
  clock.uninstall();
  assert.equal(server.services.metrics.instance().errorCount, errorCount + 1);
  const { client } = stuck;
  while (await client.next() !== undefined);
  assert.equal(client.closeCode, CLOSE.slow.code);
  client.close();
});
