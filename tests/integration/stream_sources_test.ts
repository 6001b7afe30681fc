// One contract, two sources: a consumer for each organisation, and one consumer for all of them.
import assert from "node:assert/strict";
import { connect, type NatsConnection } from "@nats-io/transport-node";
import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import type { StoredEvent } from "@/lib/realtime/event.ts";
import type { EventLog, StreamState } from "@/lib/realtime/ports.ts";
import { Registry } from "@/lib/metrics/registry.ts";
import { audienceOf } from "@/lib/realtime/audience.ts";
import type { Frame } from "@/lib/realtime/frame.ts";
import { APP_METRICS } from "@/services/metrics/app_metrics.ts";
import { systemClock } from "@/services/realtime/clock.ts";
import { Metrics } from "@/services/realtime/metrics.ts";
import { Feeds } from "@/services/feeds/feeds.ts";
import { OrgSource } from "@/services/feeds/org_source.ts";
import { ProcessSource } from "@/services/feeds/process_source.ts";
import type { Reader, Reading, Source } from "@/services/feeds/source.ts";
import { JetStreamLog } from "@/services/nats/event_log.ts";
import { declareStreams, EVENTS, renewEpoch } from "@/services/nats/streams.ts";
import { chatPerson } from "../harness/chat.ts";
import { until } from "../harness/live.ts";
import { testNats } from "../harness/nats.ts";

/** How long a request hangs that was asked while NATS was away; surely longer than NATS is. */
const REQUEST_MS = 2_500;
/** Longer than the window of a batch. */
const HEARD_MS = 300;
const SOURCES = { OrgSource, ProcessSource };

/** Takes events as a feed does: what lies at or below the head was seen. */
class Recorder implements Reader {
  readonly orgId: number;
  head: number;
  seen: number[] = [];

  constructor(orgId: number, head: number) {
    this.orgId = orgId;
    this.head = head;
  }

  event(event: StoredEvent): void {
    assert.equal(event.orgId, this.orgId, "an event of another organisation");
    if (event.seq <= this.head) return;
    this.head = event.seq;
    this.seen.push(JSON.parse(event.json).data.n);
  }

  advance(seq: number): void {
    this.head = Math.max(this.head, seq);
  }
}

interface Bench {
  nats: Awaited<ReturnType<typeof testNats>>;
  connection: NatsConnection;
  log: JetStreamLog;
  source: Source;
  publish(orgId: number, n: number): Promise<number>;
  /** As a feed opens it: from where the source stands now. */
  open(orgId: number): Promise<{ recorder: Recorder; reading: Reading }>;
  /** As the feeds restart it, once the connection is there again. */
  restart(recorders: readonly Recorder[]): Promise<void>;
  /** Starts NATS, and waits until the connection is there again. */
  reconnect(): Promise<void>;
}

function contract(what: string, run: (bench: Bench) => Promise<void>): void {
  for (const [name, Kind] of Object.entries(SOURCES)) {
    Deno.test(`source (${name}) - ${what}`, async () => {
      const nats = await testNats();
      const connection = await connect({
        servers: nats.url,
        reconnectTimeWait: 100,
        maxReconnectAttempts: -1,
      });
      const js = jetstream(connection, { timeout: REQUEST_MS });
      const jsm = await jetstreamManager(connection, { timeout: REQUEST_MS });
      await declareStreams(jsm, { replicas: 1, documentBytes: 1024 ** 3, newEpoch: () => "e1" });
      const log = new JetStreamLog(jsm);
      const source = new Kind(js);
      let reconnects = 0;
      void (async () => {
        for await (const { type } of connection.status()) if (type === "reconnect") reconnects++;
      })();
      await run({
        nats,
        connection,
        log,
        source,
        publish: async (orgId, n) => {
          const payload = JSON.stringify({ data: { n } });
          return (await js.publish(`evt.${orgId}.1.tasks.task.updated`, payload)).seq;
        },
        open: async (orgId) => {
          const { last } = source.start(await log.state());
          const recorder = new Recorder(orgId, last);
          return { recorder, reading: await source.open(orgId, recorder) };
        },
        restart: async (recorders) => {
          const state = await log.state();
          await source.restart(state, startsOf(state, recorders));
        },
        reconnect: async () => {
          const before = reconnects;
          await nats.restart();
          await until("the connection is there again", () => reconnects > before);
        },
      });
      await source.close();
      await connection.close();
      await nats.stop();
    });
  }
}

function startsOf(state: StreamState, recorders: readonly Recorder[]): Map<number, number> {
  return new Map(recorders.map((recorder) => {
    if (recorder.head > state.last) recorder.head = state.last;
    return [recorder.orgId, recorder.head + 1];
  }));
}

function upTo(count: number): number[] {
  return [...Array(count).keys()];
}

function complete(recorder: Recorder, count: number): Promise<boolean> {
  return until(`organisation ${recorder.orgId} has ${count}`, () => recorder.seen.length >= count);
}

contract(
  "every organisation gets its own events, all of them, in stream order",
  async ({ open, publish }) => {
    const recorders = [];
    for (const orgId of [1, 2, 12]) recorders.push((await open(orgId)).recorder);
    for (const n of upTo(300)) await Promise.all(recorders.map(({ orgId }) => publish(orgId, n)));
    for (const recorder of recorders) {
      await complete(recorder, 300);
      assert.deepEqual(recorder.seen, upTo(300));
    }
  },
);

contract("reading begins right after where it said it starts", async ({ source, log, publish }) => {
  await publish(1, -1);
  const { last } = source.start(await log.state());
  const recorder = new Recorder(1, last);
  const opening = source.open(1, recorder);
  // Above the start, and likely before the first consumer is there.
  for (const n of upTo(5)) await publish(1, n);
  await opening;
  for (const n of upTo(5)) await publish(1, 5 + n);
  await complete(recorder, 10);
  assert.deepEqual(recorder.seen, upTo(10));
});

contract(
  "an organisation opened late gets everything above its start while others are read",
  async ({ open, publish }) => {
    const { recorder: first } = await open(1);
    const publishing = (async () => {
      for (const n of upTo(400)) await Promise.all([publish(1, n), publish(2, n)]);
    })();
    await complete(first, 50);
    const { recorder: late } = await open(2);
    await publishing;
    await complete(first, 400);
    await until("the late one has the last", () => late.seen.at(-1) === 399);
    assert.deepEqual(late.seen, upTo(400).slice(late.seen[0]!));
  },
);

contract(
  "what is invalid is left out, and the reader's head moves over it",
  async ({ open, publish, connection }) => {
    const { recorder } = await open(1);
    await publish(1, 0);
    const { seq } = await jetstream(connection).publish("evt.1.1.tasks.task.updated", "not JSON");
    await until("the head is there", () => recorder.head === seq);
    await publish(1, 1);
    await complete(recorder, 2);
    assert.deepEqual(recorder.seen, [0, 1]);
  },
);

contract("what is closed gets nothing more, and can be opened again", async ({ open, publish }) => {
  const { recorder: closed, reading } = await open(1);
  const { recorder: other } = await open(2);
  await publish(1, 0);
  await complete(closed, 1);
  await reading.close();
  await publish(1, 1);
  await publish(2, 0);
  await complete(other, 1);
  const { recorder: again } = await open(1);
  await publish(1, 2);
  await complete(again, 1);
  assert.deepEqual([closed.seen, again.seen], [[0], [2]]);
});

contract("after NATS was restarted reading goes on where it stood", async (bench) => {
  const { open, publish, restart, reconnect } = bench;
  const recorders = [(await open(1)).recorder, (await open(2)).recorder];
  for (const n of upTo(20)) await Promise.all(recorders.map(({ orgId }) => publish(orgId, n)));
  await reconnect();
  await restart(recorders);
  for (const n of upTo(20)) await Promise.all(recorders.map(({ orgId }) => publish(orgId, 20 + n)));
  for (const recorder of recorders) {
    await complete(recorder, 40);
    assert.deepEqual(recorder.seen, upTo(40));
  }
});

contract("a restart that fails is made good by the next one", async (bench) => {
  const { source, log, open, publish, restart, nats, reconnect } = bench;
  const recorders = [(await open(1)).recorder, (await open(2)).recorder];
  for (const { orgId } of recorders) await publish(orgId, 0);
  for (const recorder of recorders) await complete(recorder, 1);
  for (const { orgId } of recorders) await publish(orgId, 1);
  const state = await log.state();
  await nats.kill();
  await assert.rejects(source.restart(state, startsOf(state, recorders)));
  await reconnect();
  await restart(recorders);
  for (const { orgId } of recorders) await publish(orgId, 2);
  for (const recorder of recorders) {
    await complete(recorder, 3);
    assert.deepEqual(recorder.seen, [0, 1, 2]);
  }
});

contract("a restart need not wait for one before it that hangs", async (bench) => {
  const { source, log, connection, open, publish, restart, nats, reconnect } = bench;
  const { recorder } = await open(1);
  await publish(1, 0);
  await complete(recorder, 1);
  const state = await log.state();
  await nats.kill();
  let hangs = true;
  const hanging = source.restart(state, startsOf(state, [recorder])).catch(() => {}).finally(() => {
    hangs = false;
  });
  await reconnect();
  await restart([recorder]);
  await publish(1, 1);
  await complete(recorder, 2);
  assert.ok(hangs, "it did not hang: the test says nothing");
  await hanging;
  await publish(1, 2);
  await complete(recorder, 3);
  assert.deepEqual(recorder.seen, [0, 1, 2]);
  const jsm = await jetstreamManager(connection);
  await until("one consumer is pulled from", async () => {
    const consumers = await jsm.consumers.list(EVENTS).next();
    return consumers.filter(({ num_waiting }) => (num_waiting ?? 0) > 0).length === 1;
  });
});

contract(
  "in a stream made anew reading begins where it is told",
  async ({ open, publish, restart, connection }) => {
    const { recorder } = await open(1);
    for (const n of upTo(5)) await publish(1, n);
    await complete(recorder, 5);
    const jsm = await jetstreamManager(connection);
    await jsm.streams.delete(EVENTS);
    await declareStreams(jsm, { replicas: 1, documentBytes: 1024 ** 3, newEpoch: () => "e2" });
    await restart([recorder]);
    await publish(1, 5);
    await complete(recorder, 6);
    assert.deepEqual([recorder.seen, recorder.head], [upTo(6), 1]);
  },
);

// The server's consumer learns of a message a moment after the stream has it: asking it how far it is loses events.
contract("how far it has read is never told before everything up to there has arrived", async (bench) => {
  const { log, open, publish } = bench;
  const rounds = 60;
  await Promise.all(
    upTo(20).map(async (index) => {
      const { recorder, reading } = await open(index + 1);
      for (const n of upTo(rounds)) {
        const seq = await publish(recorder.orgId, n);
        const reached = await reading.reached(await log.state());
        assert.ok(
          reached < seq || recorder.seen.length === n + 1,
          `${reached} is told before ${seq} has arrived`,
        );
      }
      await complete(recorder, rounds);
    }),
  );
});

contract("how far it has read is told of quiet organisations too", async ({ log, open, publish }) => {
  const { recorder: busy } = await open(1);
  const { recorder: quiet, reading } = await open(2);
  await publish(2, 0);
  const last = await publish(1, 0);
  await complete(busy, 1);
  await complete(quiet, 1);
  await until("the quiet one is at the end", async () => await reading.reached(await log.state()) === last);
});

interface Listening {
  feeds: Feeds;
  /** `data.n` of what is heard, and resets. */
  told: (number | "reset")[];
}

/** The feeds of a process, with somebody who listens to organisation 1. */
async function listen(source: Source, log: Pick<EventLog, "state" | "read">): Promise<Listening> {
  const told: (number | "reset")[] = [];
  const feeds = new Feeds({
    source,
    log,
    clock: systemClock,
    meter: new Metrics(new Registry(APP_METRICS), () => {}),
    bufferLimit: () => 1024 ** 2,
    failed: (error) => {
      throw error;
    },
  });
  const feed = await feeds.acquire(1);
  const person = chatPerson("u1", { services: new Set(["tasks" as const]) });
  const audience = audienceOf(person, { services: ["tasks"], propertyId: null });
  assert.ok(!("error" in audience));
  const sink = {
    buffered: () => 0,
    frame: ({ shown }: Frame) => told.push(...shown.map(({ json }) => JSON.parse(json).data.n)),
    reset: () => told.push("reset"),
    stalled: () => {},
  };
  feed.begin(feed.add(sink, audience, null));
  return { feeds, told };
}

contract("nobody is told twice what happens while the stream's epoch changes in place", async (bench) => {
  const { connection, source, log, publish } = bench;
  const races: (() => Promise<unknown>)[] = [];
  const { feeds, told } = await listen(source, {
    state: async () => {
      const state = await log.state();
      // An event that is stored between this answer and what is made of it.
      await races.shift()?.();
      return state;
    },
    read: (orgId, seq, state) => log.read(orgId, seq, state),
  });
  await publish(1, 1);
  await until("it is heard", () => told.includes(1));
  await renewEpoch(await jetstreamManager(connection), () => "e2");
  races.push(async () => {
    await publish(1, 2);
    await until("it is heard under the old epoch", () => told.includes(2));
  }, async () => {
    await publish(1, 3);
    // Long enough for it to be heard, were the stream still read.
    await until("it is heard", () => told.includes(3), HEARD_MS).catch(() => {});
  });
  await feeds.restart();
  await publish(1, 4);
  await until("it goes on", () => told.includes(4));
  assert.deepEqual(told, [1, 2, "reset", 3, 4]);
  await feeds.close();
});

contract("a leader that does not say at once how far the stream goes sends nobody back", async (bench) => {
  const { source, log, publish } = bench;
  let behind = 0;
  const { feeds, told } = await listen(source, {
    state: async () => {
      const state = await log.state();
      return behind-- > 0 ? { ...state, last: state.last - 1 } : state;
    },
    read: (orgId, seq, state) => log.read(orgId, seq, state),
  });
  for (const n of [1, 2]) await publish(1, n);
  await until("both are heard", () => told.includes(2));
  behind = 2;
  await feeds.restart();
  await publish(1, 3);
  await until("it goes on", () => told.includes(3));
  assert.deepEqual(told, [1, 2, 3]);
  behind = Infinity;
  await feeds.restart();
  assert.deepEqual(told, [1, 2, 3, "reset"]);
  await feeds.close();
});
