import assert from "node:assert/strict";
import fc from "fast-check";
import { CLOSE } from "@/lib/protocol/close_codes.ts";
import { ackFrame, eventFrame, parseClientFrame, parseHandshake, resetFrame } from "@/lib/protocol/frames.ts";
import type { Subscription } from "@/lib/protocol/frames.ts";
import { Machine } from "@/lib/client/machine.ts";
import type { Command, Input, Timer } from "@/lib/client/machine_types.ts";

interface Stored {
  seq: number;
  readonly id: string;
  readonly property: number;
}

const CODES = [1006, 1001, CLOSE.restart.code, CLOSE.slow.code, CLOSE.internal.code];
const SERVICES = ["tasks"] as const;
/** Moves that a settling takes at most. */
const SETTLE_MAX = 500;

/** A server with one stream, and a table of everything that ever happened, as its database would have. */
class ModelServer {
  epoch = 1;
  stream: Stored[] = [];
  readonly table = new Map<string, number>();
  #seq = 0;
  /** The connection: what was sent to the client and not received yet. */
  wire: string[] | undefined;
  #cursor = 0;
  #prev = 0;
  #property: number | null = null;

  publish(id: string, property: number): void {
    this.table.set(id, property);
    this.stream.push({ seq: ++this.#seq, id, property });
    this.#pump();
  }

  /** A retry of a publisher that the stream did not notice. */
  publishAgain(): void {
    const last = this.stream.at(-1);
    if (last !== undefined) this.publish(last.id, last.property);
  }

  trim(): void {
    this.stream = this.stream.slice(Math.ceil(this.stream.length / 2));
  }

  recreate(): void {
    this.epoch++;
    this.stream = [];
    this.#seq = 0;
    if (this.wire === undefined) return;
    this.#reset("recreated");
  }

  get position(): { seq: number; epoch: string } {
    return { seq: this.#seq, epoch: `e${this.epoch}` };
  }

  matches({ property }: { property: number }, wish: number | null = this.#property): boolean {
    return wish === null || property === wish;
  }

  accept(): void {
    this.wire = [];
  }

  receive(text: string): void {
    const handshake = parseHandshake(text);
    if (!("error" in handshake)) return this.#greet(handshake, handshake.lastSeq, handshake.epoch);
    const frame = parseClientFrame(text);
    assert.ok(!("error" in frame) && frame.type === "subscribe", text);
    this.#greet(frame, this.#cursor, this.position.epoch);
  }

  /** Takes a frame off the wire without handing it over. */
  lose(): void {
    const next = this.wire?.[0];
    if (next?.includes(`"type":"event"`)) this.wire!.shift();
  }

  #greet({ propertyId }: Subscription, lastSeq: number | null, epoch: string | null): void {
    this.#property = propertyId;
    this.#cursor = lastSeq ?? this.#seq;
    this.#send(ackFrame({
      seq: this.#cursor,
      epoch: epoch ?? this.position.epoch,
      timestamp: new Date(0).toISOString(),
      connectionId: "c",
      heartbeatMs: 30_000,
      expiresAt: new Date(0).toISOString(),
    }));
    const first = this.stream[0]?.seq ?? this.#seq + 1;
    if ((epoch ?? this.position.epoch) !== this.position.epoch) return this.#reset("recreated");
    if (this.#cursor > this.#seq) return this.#reset("ahead");
    if (this.#cursor + 1 < first) return this.#reset("trimmed");
    this.#prev = 0;
    this.#pump();
  }

  #reset(reason: "recreated" | "ahead" | "trimmed"): void {
    this.#cursor = this.#seq;
    this.#prev = 0;
    this.#send(resetFrame(reason, this.#seq, this.position.epoch));
  }

  #pump(): void {
    if (this.wire === undefined) return;
    const waiting = this.stream.filter((event) => event.seq > this.#cursor && this.matches(event));
    for (let rest = waiting; rest.length > 0; rest = rest.slice(2)) {
      const run = rest.slice(0, 2);
      const seq = run.at(-1)!.seq;
      this.#send(eventFrame("tasks", run.map(encode), seq, this.#prev));
      this.#prev = this.#cursor = seq;
    }
    this.#cursor = Math.max(this.#cursor, this.#seq);
  }

  #send(text: string): void {
    this.wire?.push(text);
  }
}

function encode({ id, property }: Stored): { json: string } {
  const event = {
    id,
    entity: "task",
    action: "created",
    propertyId: property,
    at: new Date(0).toISOString(),
  };
  return { json: JSON.stringify({ ...event, data: {} }) };
}

/** A page: a machine, its clocks, and a set of what it knows. */
class ModelPage {
  readonly server = new ModelServer();
  readonly machine: Machine;
  known = new Set<string>();
  readonly delivered = new Map<string, number>();
  property: number | null = null;
  readonly #timers = new Map<Timer, number>();
  #connecting = false;
  #published = 0;
  now = 1;

  constructor(before: number, random: () => number) {
    for (let i = 0; i < before; i++) this.publish(1 + i % 2);
    this.#snapshot();
    const position = this.server.position;
    const subscription = { services: SERVICES, propertyId: null };
    this.machine = new Machine({ orgId: 1, subscription, position, random });
  }

  publish(property: number): void {
    this.server.publish(`id-${++this.#published}`, property);
  }

  input(input: Input): void {
    for (const command of this.machine.handle(input, this.now)) this.#do(command);
  }

  /** The network moves on by one thing. */
  step(): boolean {
    if (this.#connecting) {
      this.#connecting = false;
      this.server.accept();
      this.input({ type: "opened" });
      return true;
    }
    const text = this.server.wire?.shift();
    if (text === undefined) return false;
    this.input({ type: "frame", text });
    return true;
  }

  drop(code: number): void {
    if (!this.#connecting && this.server.wire === undefined) return;
    this.#disconnect();
    this.input({ type: "closed", code });
  }

  /** The next clock strikes. */
  tick(): void {
    const [next] = [...this.#timers].toSorted(([, a], [, b]) => a - b);
    if (next === undefined) return;
    const [timer, due] = next;
    this.#timers.delete(timer);
    this.now = Math.max(this.now, due);
    this.input({ type: "timer", timer });
  }

  choose(property: number | null): void {
    this.property = property;
    this.input({ type: "subscribe", subscription: { services: SERVICES, propertyId: property } });
  }

  settle(): void {
    this.input({ type: "online" });
    for (let i = 0; i < SETTLE_MAX; i++) {
      if (this.step()) continue;
      if (this.machine.status.state === "live") return;
      this.tick();
    }
    assert.fail(`did not settle: ${JSON.stringify(this.machine.status)}`);
  }

  #do(command: Command): void {
    switch (command.type) {
      case "open":
        this.#disconnect();
        this.#connecting = true;
        break;
      case "drop":
        this.#disconnect();
        break;
      case "send":
        this.server.receive(command.text);
        break;
      case "schedule":
        this.#timers.set(command.timer, this.now + command.ms);
        break;
      case "cancel":
        this.#timers.delete(command.timer);
        break;
      case "deliver":
        for (const { id } of command.events) {
          this.known.add(id);
          this.delivered.set(id, (this.delivered.get(id) ?? 0) + 1);
        }
        break;
      case "refetch":
        this.#snapshot();
    }
  }

  #snapshot(): void {
    this.known = new Set(this.expected());
  }

  expected(): string[] {
    const all = [...this.server.table].filter(([, property]) =>
      this.server.matches({ property }, this.property)
    );
    return all.map(([id]) => id);
  }

  #disconnect(): void {
    this.#connecting = false;
    this.server.wire = undefined;
  }
}

const move = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ type: fc.constant("publish" as const), property: fc.integer({ min: 1, max: 2 }) }),
  },
  { weight: 8, arbitrary: fc.constant({ type: "step" as const }) },
  { weight: 3, arbitrary: fc.constant({ type: "tick" as const }) },
  {
    weight: 3,
    arbitrary: fc.record({ type: fc.constant("drop" as const), code: fc.constantFrom(...CODES) }),
  },
  { weight: 2, arbitrary: fc.constant({ type: "lose" as const }) },
  { weight: 1, arbitrary: fc.constant({ type: "again" as const }) },
  { weight: 1, arbitrary: fc.constant({ type: "offline" as const }) },
  { weight: 1, arbitrary: fc.constant({ type: "online" as const }) },
  { weight: 1, arbitrary: fc.constant({ type: "trim" as const }) },
  { weight: 1, arbitrary: fc.constant({ type: "recreate" as const }) },
  {
    weight: 2,
    arbitrary: fc.record({ type: fc.constant("choose" as const), property: fc.constantFrom(null, 1, 2) }),
  },
);

function play(page: ModelPage, next: typeof move extends fc.Arbitrary<infer T> ? T : never): void {
  switch (next.type) {
    case "publish":
      return page.publish(next.property);
    case "step":
      return void page.step();
    case "tick":
      return page.tick();
    case "drop":
      return page.drop(next.code);
    case "lose":
      return page.server.lose();
    case "again":
      return page.server.publishAgain();
    case "trim":
      return page.server.trim();
    case "recreate":
      return page.server.recreate();
    case "choose":
      return page.choose(next.property);
    default:
      return page.input({ type: next.type });
  }
}

Deno.test("client model - whatever the network does, in the end everything is known and nothing came twice", () => {
  fc.assert(
    fc.property(
      fc.array(move, { maxLength: 120 }),
      fc.nat({ max: 3 }),
      fc.float({ min: 0, max: Math.fround(0.99), noNaN: true }),
      (moves, before, random) => {
        const page = new ModelPage(before, () => random);
        page.input({ type: "start", online: true });
        for (const next of moves) play(page, next);
        page.settle();
        // A frame that was lost shows by the next one.
        page.publish(1);
        page.publish(2);
        page.settle();
        const missing = page.expected().filter((id) => !page.known.has(id));
        assert.deepEqual(missing, []);
        const twice = [...page.delivered].filter(([, times]) => times > 1);
        assert.deepEqual(twice, []);
      },
    ),
    { numRuns: 3_000 },
  );
});
