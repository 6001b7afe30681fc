// Any mix of publishes, dropped connections, sockets that do not read, broken streams and restarts: a client that
// follows the protocol ends with exactly the matching events, in order, or was told `reset`.
import assert from "node:assert/strict";
import fc from "fast-check";
import type { ResetReason } from "@/lib/protocol/frames.ts";
import type { Service } from "@/lib/protocol/services.ts";
import { Audience } from "@/lib/realtime/audience.ts";
import { CatchUp } from "@/lib/realtime/catch_up.ts";
import type { StoredEvent } from "@/lib/realtime/event.ts";
import { Feed } from "@/lib/realtime/feed.ts";
import type { Frame } from "@/lib/realtime/frame.ts";
import type { Sink } from "@/lib/realtime/ports.ts";
import type { Subscriber } from "@/lib/realtime/subscriber.ts";
import { ManualClock, MemoryLog, settle } from "../harness/memory_log.ts";

const ORG = 7;
const LIMIT_BYTES = 200;

type Wire =
  | { type: "ack" | "ping" | "reset"; seq: number; epoch: string; reason?: ResetReason }
  | { type: "event"; frame: Frame; prevSeq: number };

/** A client that obeys the protocol, behind a socket whose buffer it empties frame by frame. */
class Client implements Sink {
  audience: Audience;
  lastSeq: number | null = null;
  epoch: string | null = null;
  seen: StoredEvent[] = [];
  /** What it has by its snapshot: everything up to here, in the stream of `baseEpoch`. */
  base = 0;
  baseEpoch = "";
  resets = 0;
  stuck = false;
  subscriber: Subscriber | undefined;
  #wire: Wire[] = [];

  constructor(audience: Audience) {
    this.audience = audience;
  }

  buffered(): number {
    return this.#wire.reduce((sum, wire) => sum + (wire.type === "event" ? wire.frame.text.length : 20), 0);
  }

  frame(frame: Frame): void {
    this.#wire.push({ type: "event", frame, prevSeq: JSON.parse(frame.text).prevSeq });
  }

  reset(reason: ResetReason, seq: number, epoch: string): void {
    this.#wire.push({ type: "reset", reason, seq, epoch });
  }

  stalled(): void {
    assert.fail("nobody stalls in this model: the clock moves too little");
  }

  tell(type: "ack" | "ping", seq: number, epoch: string): void {
    this.#wire.push({ type, seq, epoch });
  }

  drop(): void {
    this.#wire = [];
    this.subscriber = undefined;
  }

  read(frames: number): void {
    for (const wire of this.#wire.splice(0, frames)) this.#take(wire);
  }

  #take(wire: Wire): void {
    if (wire.type === "event") {
      const { frame, prevSeq } = wire;
      assert.ok(
        this.lastSeq !== null && prevSeq <= this.lastSeq,
        "prevSeq above lastSeq: something was lost",
      );
      assert.ok(frame.seq > this.lastSeq, "a frame came twice on one connection");
      assert.equal(frame.seq, frame.events.at(-1)!.seq);
      assert.ok(frame.events.length <= 100);
      for (const event of frame.events) {
        assert.ok(this.audience.matches(event), "an event of another audience");
        assert.equal(event.service, frame.service);
        assert.ok(event.seq > this.lastSeq, "an event came twice on one connection");
        this.seen.push(event);
      }
      this.lastSeq = frame.seq;
    } else if (wire.type === "reset") {
      this.resets++;
      this.seen = [];
      this.base = wire.seq;
      this.baseEpoch = wire.epoch;
      this.lastSeq = wire.seq;
      this.epoch = wire.epoch;
    } else {
      if (this.epoch === null) {
        this.base = wire.seq;
        this.baseEpoch = wire.epoch;
      }
      assert.ok(
        this.lastSeq === null || wire.seq >= this.lastSeq,
        `${wire.type} moved the resume point back`,
      );
      this.lastSeq = wire.seq;
      this.epoch = wire.epoch;
    }
  }
}

/** A feed with its stream, and what travels between them. */
class World {
  readonly log = new MemoryLog();
  readonly clock = new ManualClock();
  readonly feed: Feed;
  readonly clients: Client[];
  #travelling: StoredEvent[] = [];
  #epochs = 1;

  constructor() {
    this.feed = new Feed({
      orgId: ORG,
      state: this.log.now(),
      catchUp: new CatchUp(this.log, this.clock, () => {}),
      clock: this.clock,
      meter: {
        delivered: () => {},
        reset: () => {},
        resumed: () => {},
        caughtUp: () => {},
        failed: () => {},
      },
      bufferLimit: () => LIMIT_BYTES,
      ringEventsMax: 8,
    });
    this.clients = [
      new Client(new Audience(["finance", "tasks"], "*")),
      new Client(new Audience(["finance", "tasks"], "*")),
      new Client(new Audience(["finance"], [1])),
      new Client(new Audience(["finance", "tasks"], [2])),
    ];
  }

  publish(service: Service, propertyId: number | null): void {
    this.#travelling.push(this.log.append(ORG, service, propertyId));
  }

  deliver(count: number): void {
    for (const event of this.#travelling.splice(0, count)) this.feed.event(event);
  }

  connect(client: Client): void {
    if (client.subscriber !== undefined) return;
    const from = client.lastSeq === null ? null : { seq: client.lastSeq, epoch: client.epoch };
    const subscriber = this.feed.add(client, client.audience, from);
    client.subscriber = subscriber;
    client.tell("ack", subscriber.cursor, subscriber.epoch);
    this.feed.begin(subscriber);
  }

  disconnect(client: Client): void {
    if (client.subscriber === undefined) return;
    this.feed.leave(client.subscriber);
    client.drop();
  }

  ping(client: Client): void {
    const { subscriber } = client;
    if (subscriber === undefined || client.buffered() > LIMIT_BYTES) return;
    client.tell("ping", this.feed.position(subscriber), subscriber.epoch);
  }

  /** The client comes from another instance, whose feed has handed it everything already. */
  wander(client: Client): void {
    if (client.epoch !== this.log.epoch || client.lastSeq === null) return;
    this.disconnect(client);
    for (const event of this.log.history) {
      if (event.seq > client.lastSeq && client.audience.matches(event)) client.seen.push(event);
    }
    client.lastSeq = this.log.last;
  }

  /** The client sees something else from now on, where it stands; what it has seen so far is judged on its own. */
  change(client: Client, audience: Audience): void {
    const { subscriber } = client;
    if (subscriber === undefined || client.epoch === null) return;
    client.read(Infinity);
    this.feed.change(subscriber, audience);
    client.read(Infinity);
    client.audience = audience;
    client.seen = [];
    client.base = subscriber.cursor;
    client.baseEpoch = subscriber.epoch;
    client.tell("ack", subscriber.cursor, subscriber.epoch);
    client.read(Infinity);
    this.feed.begin(subscriber);
  }

  /** The consumer is made anew, as after a lost connection. */
  restart(): void {
    const from = this.feed.restart(this.log.now());
    this.#travelling = this.log.events.filter((event) => event.seq >= from);
  }

  recreate(): void {
    this.log.recreate(`e${++this.#epochs}`);
    this.#travelling = [];
    this.restart();
  }

  async finish(): Promise<void> {
    // What was trimmed before the feed saw it is noticed at the next restart, as it is in the process.
    this.restart();
    this.deliver(Infinity);
    for (const client of this.clients) {
      client.stuck = false;
      this.connect(client);
    }
    for (let round = 0; round < 200; round++) {
      await settle();
      this.deliver(Infinity);
      this.clock.advance(1_100);
      for (const client of this.clients) client.read(Infinity);
      this.feed.tick();
      await settle();
    }
    for (const client of this.clients) client.read(Infinity);
  }
}

type Op = (world: World) => void | Promise<void>;

const client = fc.nat({ max: 3 });
const op: fc.Arbitrary<readonly [string, Op]> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.tuple(fc.constantFrom<Service>("finance", "tasks", "guest"), fc.constantFrom(1, 2, null))
      .map(([service, property]) =>
        [`publish ${service} ${property}`, (w: World) => w.publish(service, property)] as const
      ),
  },
  {
    weight: 5,
    arbitrary: fc.integer({ min: 1, max: 6 }).map((n) =>
      [`deliver ${n}`, (w: World) => w.deliver(n)] as const
    ),
  },
  {
    weight: 4,
    arbitrary: fc.integer({ min: 1, max: 80 })
      .map((ms) => [`pass ${ms} ms`, (w: World) => w.clock.advance(ms)] as const),
  },
  {
    weight: 4,
    arbitrary: client.map((i) => [`connect ${i}`, (w: World) => w.connect(w.clients[i]!)] as const),
  },
  {
    weight: 3,
    arbitrary: client.map((i) => [`disconnect ${i}`, (w: World) => w.disconnect(w.clients[i]!)] as const),
  },
  {
    weight: 5,
    arbitrary: fc.tuple(client, fc.integer({ min: 1, max: 5 }))
      .map(([i, n]) => [`read ${i} ${n}`, (w: World) => w.clients[i]!.read(n)] as const),
  },
  { weight: 2, arbitrary: client.map((i) => [`ping ${i}`, (w: World) => w.ping(w.clients[i]!)] as const) },
  { weight: 3, arbitrary: fc.constant(["tick", (w: World) => w.feed.tick()] as const) },
  { weight: 3, arbitrary: fc.constant(["settle", settle] as const) },
  {
    weight: 2,
    arbitrary: client.map((i) => [`wander ${i}`, (w: World) => w.wander(w.clients[i]!)] as const),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(
      client,
      fc.constantFrom("*" as const, [1], [2]),
      fc.constantFrom<Service[]>(["tasks"], ["finance", "tasks"]),
    )
      .map(([i, properties, services]) =>
        [
          `change ${i} ${services} ${properties}`,
          (w: World) => w.change(w.clients[i]!, new Audience(services, properties)),
        ] as const
      ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom<[string, Op]>(
      ["trim in a read", (w) => void (w.log.duringRead = () => w.log.trim(w.log.last - 1))],
      ["publish in a read", (w) => void (w.log.duringRead = () => w.publish("finance", 1))],
      ["recreate in a read", (w) => void (w.log.duringRead = () => w.recreate())],
    ),
  },
  { weight: 1, arbitrary: fc.constant(["restart", (w: World) => w.restart()] as const) },
  {
    weight: 1,
    arbitrary: fc.nat({ max: 30 }).map((n) => [`trim ${n}`, (w: World) => w.log.trim(n)] as const),
  },
  { weight: 1, arbitrary: fc.constant(["recreate", (w: World) => w.recreate()] as const) },
  { weight: 1, arbitrary: fc.constant(["reads fail", (w: World) => void (w.log.failing = 2)] as const) },
  {
    weight: 1,
    arbitrary: fc.constant(
      ["advance", (w: World) => {
        // As the process does: only when nothing of the organisation is on its way.
        if (w.feed.epoch === w.log.epoch && w.feed.head === (w.log.history.at(-1)?.seq ?? w.feed.head)) {
          w.feed.advance(w.log.last);
        }
      }] as const,
    ),
  },
);

Deno.test("feed - whatever happens, a client ends with exactly its events in order, or was told reset", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(op, { maxLength: 80, size: "max" }), async (ops) => {
      const world = new World();
      for (const [, run] of ops) await run(world);
      await world.finish();
      for (const [index, client] of world.clients.entries()) {
        const { log } = world;
        assert.equal(client.epoch, log.epoch, `client ${index} is in another stream`);
        assert.equal(
          client.baseEpoch,
          log.epoch,
          `client ${index} counts from another stream without a reset`,
        );
        // All that was ever published in this stream, kept or trimmed since: a gap is only allowed with a reset.
        const expected = log.history.filter((event) =>
          event.seq > client.base && client.audience.matches(event)
        );
        assert.deepEqual(
          client.seen.map((event) => event.seq),
          expected.map((event) => event.seq),
          `client ${index}`,
        );
      }
      assert.equal(world.feed.behind, 0);
    }),
    { numRuns: 1500, verbose: 0 },
  );
});
