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
/** 40 MB: more than any operating system keeps for a connection. */
const FILL_EVENTS_MAX = 1_000;
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
function stays<T>(value: () => T, times = 40): () => boolean {
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

/** Publishes until the operating system takes no more for any of these. Answers how many events there were. */
async function fill(sides: readonly RealtimeConnection[]): Promise<number> {
  const delivered = () => server.services.metrics.instance().eventsDelivered;
  const before = delivered();
  for (let count = BATCH; count <= FILL_EVENTS_MAX; count += BATCH) {
    await publishMany(server, TASKS, BATCH, { first: count - BATCH, padding: EVENT_BYTES });
    const all = () => delivered() === before + count * sides.length;
    const stands = stays(() => [delivered(), ...sides.map((side) => side.buffered())].join());
    await until("all is delivered, or nothing goes on", () => all() || stands());
    if (!all() && sides.every((side) => side.buffered() > 0)) return count;
  }
  throw new Error(`${FILL_EVENTS_MAX} events of ${EVENT_BYTES} bytes went to a client that does not read`);
}

Deno.test("slow - of two sockets that stop reading, one reads on and catches up, one is let go with 4008", async () => {
  const reading = await stuckClient();
  const stuck = await stuckClient();
  const other = await TestSocket.stream(server.wsUrl, token, { services: ["finance"] });
  let most = 0;
  const watching = setInterval(() => {
    most = Math.max(most, reading.side.buffered(), stuck.side.buffered());
  }, 1);
  const large = await fill([reading.side, stuck.side]);
  await publishMany(server, FINANCE, SMALL_EVENTS, { first: large });
  const all = [...Array(large + SMALL_EVENTS).keys()];
  // Nobody else is disturbed.
  await other.until(() => other.events.length === SMALL_EVENTS);
  assert.deepEqual(other.events.map(({ data }) => data.n), all.slice(large));
  assert.deepEqual(await readUntil(reading.client, all.length), all);
  clearInterval(watching);
  assert.ok(most <= BUFFERED_BOUND, `${most} bytes were buffered`);
  // And it is live again.
  await publishMany(server, TASKS, 1, { first: all.length });
  assert.deepEqual(await readUntil(reading.client, 1), [all.length]);
  await assertLetGo(stuck);
  reading.client.close();
  await other.close();
});

/** Reads so many events; every frame must lie above the one before. */
async function readUntil(client: RawSocket, count: number): Promise<number[]> {
  const seen: number[] = [];
  for (let last = 0; seen.length < count;) {
    const frame = await client.next();
    assert.equal(frame.type, "event");
    assert.ok(frame.seq > last, "a frame came twice or out of order");
    last = frame.seq;
    seen.push(...frame.events.map(({ data }: { data: { n: number } }) => data.n));
  }
  return seen;
}

async function assertLetGo({ client }: { client: RawSocket }): Promise<void> {
  const { connections, metrics } = server.services;
  const held = connections.size;
  const { errorCount } = metrics.instance();
  const jump = (ms: number) => FakeTimers.install({ now: Date.now() + ms, toFake: ["Date"] });
  let clock = jump(STALLED_MS - 10_000);
  await ticks(10);
  clock.uninstall();
  assert.equal(connections.size, held);
  clock = jump(STALLED_MS + 1_000);
  await until("it is let go", () => connections.size === held - 1);
  clock.uninstall();
  assert.equal(metrics.instance().errorCount, errorCount + 1);
  while (await client.next() !== undefined);
  assert.equal(client.closeCode, CLOSE.slow.code);
  client.close();
}
