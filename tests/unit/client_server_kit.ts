// A server for tests of the browser client: one stream, one table, sockets and long polls, all in memory.
import assert from "node:assert/strict";
import { CLOSE } from "@/lib/protocol/close_codes.ts";
import {
  ackFrame,
  downgradeFrame,
  errorFrame,
  eventFrame,
  parseClientFrame,
  parseHandshake,
  pingFrame,
  resetFrame,
  type ResetReason,
  type Subscription,
} from "@/lib/protocol/frames.ts";
import { PING_MS } from "@/lib/protocol/limits.ts";
import { isService, type Service, serviceOfBase } from "@/lib/protocol/services.ts";
import type { Position } from "@/lib/client/position.ts";
import type { SocketLike } from "@/lib/client/socket.ts";
import { isWished } from "@/lib/client/wishes.ts";

export interface Happened {
  readonly id: string;
  readonly service: Service;
  readonly property: number | null;
}

interface Stored extends Happened {
  readonly seq: number;
}

/** Events in a frame, and in the answer of a poll. */
const FRAME_EVENTS = 2;
const ANSWER_EVENTS = 3;
const TIME = new Date(0).toISOString();
const NEVER = "9999-01-01T00:00:00.000Z";

/** One stream, and a table of everything that ever happened, as its database would have. */
export class ModelServer {
  readonly table: Happened[] = [];
  readonly connections = new Set<ModelConnection>();
  isUp = true;
  streaming = true;
  /** Do upgrades get through on the way here? */
  upgrades = true;
  readonly longPollOff = new Set<Service>();
  /** What the person may not see. */
  readonly forbidden = new Set<Service>();
  /** Upgrades that were tried. */
  attempts = 0;
  #stream: Stored[] = [];
  #seq = 0;
  #epoch = 1;

  get position(): { seq: number; epoch: string } {
    return { seq: this.#seq, epoch: `e${this.#epoch}` };
  }

  publish(service: Service, property: number | null, id = `id-${this.table.length + 1}`): string {
    this.table.push({ id, service, property });
    this.#store({ id, service, property });
    return id;
  }

  /** A retry of a publisher that the stream did not notice. */
  publishAgain(): void {
    const last = this.#stream.at(-1);
    if (last !== undefined) this.#store(last);
  }

  trim(): void {
    this.#stream = this.#stream.slice(Math.ceil(this.#stream.length / 2));
  }

  recreate(): void {
    this.#epoch++;
    this.#stream = [];
    this.#seq = 0;
    for (const connection of this.connections) connection.reset("recreated");
  }

  /** All its connections end: in order, or as if a plug were pulled. */
  restart(inOrder: boolean): void {
    for (const connection of this.connections) {
      if (!inOrder) connection.wire = [];
      connection.close(inOrder ? CLOSE.restart.code : 1006);
    }
  }

  switchStreaming(on: boolean): void {
    this.streaming = on;
    if (on) return;
    for (const connection of this.connections) {
      connection.wire.push(downgradeFrame("switched_off", 1_000));
      connection.close(CLOSE.downgrade.code);
    }
  }

  /** What keeps connections alive. */
  ping(): void {
    for (const connection of this.connections) connection.ping();
  }

  get flags(): { streaming: boolean; longPoll: Service[] } {
    const longPoll = (["finance", "tasks"] as const).filter((name) => !this.longPollOff.has(name));
    return { streaming: this.streaming, longPoll };
  }

  /** What a snapshot holds for this wish. */
  expected(wish: Subscription): string[] {
    return this.table.filter(({ service, property }) => isWished(wish, service, property)).map(({ id }) =>
      id
    );
  }

  /** Can nobody go on from there? */
  resetFrom({ seq, epoch }: Position): ResetReason | null {
    if (epoch !== null && epoch !== this.position.epoch) return "recreated";
    if (seq > this.#seq) return "ahead";
    return seq + 1 < (this.#stream[0]?.seq ?? this.#seq + 1) ? "trimmed" : null;
  }

  behind(seq: number, wish: Subscription): Stored[] {
    return this.#stream.filter((event) => event.seq > seq && isWished(wish, event.service, event.property));
  }

  /** Answers a long poll; undefined while there is nothing to tell and its time is not up. */
  poll(path: string, isTimeUp: boolean): { status: number; body: object } | undefined {
    const url = new URL(path, "http://server");
    const [, base = "", ...rest] = url.pathname.split("/");
    assert.equal(rest.join("/"), "realtime/subscribe");
    const service = serviceOfBase(base);
    assert.ok(isService(service), path);
    if (this.longPollOff.has(service)) return { status: 503, body: { code: "long_poll_off" } };
    const query = url.searchParams;
    const seq = Number(query.get("lastSeq"));
    const epoch = query.get("epoch");
    if (seq === 0 && epoch === null) {
      return isTimeUp ? { status: 200, body: { events: [], ...this.position } } : undefined;
    }
    const reason = this.resetFrom({ seq, epoch });
    if (reason !== null) return { status: 200, body: { events: [], ...this.position, reset: reason } };
    const property = query.get("propertyId");
    const wish = { services: [service], propertyId: property === null ? null : Number(property) };
    const waiting = this.behind(seq, wish);
    if (waiting.length === 0 && !isTimeUp) return undefined;
    const events = waiting.slice(0, ANSWER_EVENTS);
    const isAll = events.length === waiting.length;
    const reached = isAll ? this.#seq : events.at(-1)!.seq;
    return {
      status: 200,
      body: { events: events.map(wireOf), seq: reached, epoch: this.position.epoch },
    };
  }

  #store(event: Happened): void {
    this.#stream.push({ ...event, seq: ++this.#seq });
    for (const connection of this.connections) connection.pump();
  }
}

/** The server's end of a socket, and the line between: what was sent and not received yet. */
export class ModelConnection {
  readonly #server: ModelServer;
  /** Frames, and the code of a close. */
  wire: (string | number)[] = [];
  #isClosed = false;
  #wish: Subscription | undefined;
  #cursor = 0;
  #prev = 0;

  constructor(server: ModelServer) {
    this.#server = server;
    server.connections.add(this);
  }

  receive(text: string): void {
    if (this.#isClosed) return;
    const handshake = parseHandshake(text);
    if (!("error" in handshake)) return this.#greet(handshake, handshake.lastSeq, handshake.epoch);
    const frame = parseClientFrame(text);
    assert.ok(!("error" in frame) && frame.type === "subscribe", text);
    if (frame.services.some((service) => this.#server.forbidden.has(service))) {
      return void this.wire.push(errorFrame("service_forbidden"));
    }
    this.#greet(frame, this.#cursor, this.#server.position.epoch);
  }

  close(code: number): void {
    if (!this.#isClosed) this.wire.push(code);
    this.end();
  }

  end(): void {
    this.#isClosed = true;
    this.#server.connections.delete(this);
  }

  /** Takes a frame of events off the wire without handing it over. The next one tells, unless an ack or a ping leads beyond it. */
  lose(): void {
    const [next] = this.wire;
    if (!isOf(next, "event") || this.wire.some((frame) => isOf(frame, "ack") || isOf(frame, "ping"))) return;
    this.wire.shift();
    for (const service of ["finance", "tasks"] as const) this.#server.publish(service, null);
  }

  ping(): void {
    if (this.#wish !== undefined) this.wire.push(pingFrame(this.#cursor, TIME));
  }

  pump(): void {
    if (this.#wish === undefined || this.#isClosed) return;
    let run: Stored[] = [];
    const flush = () => {
      const last = run.at(-1);
      if (last === undefined) return;
      this.wire.push(eventFrame(last.service, run.map(encode), last.seq, this.#prev));
      this.#prev = last.seq;
      run = [];
    };
    for (const event of this.#server.behind(this.#cursor, this.#wish)) {
      if (run.length === FRAME_EVENTS || run[0] !== undefined && run[0].service !== event.service) flush();
      run.push(event);
    }
    flush();
    this.#cursor = Math.max(this.#cursor, this.#server.position.seq);
  }

  reset(reason: ResetReason): void {
    const { seq, epoch } = this.#server.position;
    this.#cursor = seq;
    this.#prev = 0;
    this.wire.push(resetFrame(reason, seq, epoch));
  }

  #greet({ services, propertyId }: Subscription, lastSeq: number | null, asked: string | null): void {
    const { seq: head, epoch: present } = this.#server.position;
    this.#wish = { services, propertyId };
    const seq = this.#cursor = lastSeq ?? head;
    const epoch = asked ?? present;
    const facts = { connectionId: "c", timestamp: TIME, heartbeatMs: PING_MS, expiresAt: NEVER };
    this.wire.push(ackFrame({ seq, epoch, ...facts }));
    const reason = this.#server.resetFrom({ seq, epoch });
    if (reason !== null) return this.reset(reason);
    this.#prev = 0;
    this.pump();
  }
}

/** The client's end of a socket. */
export class ModelSocket implements SocketLike {
  onopen: (() => void) | null = null;
  onmessage: ((event: { readonly data: unknown }) => void) | null = null;
  onclose: ((event: { readonly code: number }) => void) | null = null;
  readonly #server: ModelServer;
  #connection: ModelConnection | undefined;
  #isConnecting = true;

  constructor(server: ModelServer) {
    this.#server = server;
  }

  get isOver(): boolean {
    return !this.#isConnecting && this.#connection === undefined;
  }

  get line(): ModelConnection | undefined {
    return this.#connection;
  }

  send(text: string): void {
    this.#connection?.receive(text);
  }

  close(): void {
    this.#isConnecting = false;
    this.#connection?.end();
    this.#connection = undefined;
  }

  canStep(isOnline: boolean): boolean {
    return this.#isConnecting || isOnline && (this.#connection?.wire.length ?? 0) > 0;
  }

  /** One thing happens: it opens, fails to, or receives. */
  step(isOnline: boolean): void {
    if (this.#isConnecting) {
      this.#server.attempts++;
      const { isUp, streaming, upgrades } = this.#server;
      if (!isOnline || !isUp || !streaming || !upgrades) return this.drop();
      this.#isConnecting = false;
      this.#connection = new ModelConnection(this.#server);
      return this.onopen?.();
    }
    const next = this.#connection?.wire.shift();
    if (typeof next === "number") return this.drop(next);
    if (next !== undefined) this.onmessage?.({ data: next });
  }

  drop(code = 1006): void {
    this.close();
    this.onclose?.({ code });
  }
}

function isOf(frame: string | number | undefined, type: "event" | "ack" | "ping"): boolean {
  return typeof frame === "string" && frame.includes(`"type":"${type}"`);
}

function encode(event: Stored): { json: string } {
  return { json: JSON.stringify(wireOf(event)) };
}

function wireOf({ id, service, property }: Stored): object {
  return { id, entity: service, action: "created", propertyId: property, at: TIME, data: {} };
}

/** As much of a response as a client reads. */
export function responseOf({ status, body }: { status: number; body: object }): Response {
  const response = {
    status,
    ok: status === 200,
    bodyUsed: false,
    headers: new Headers(),
    text: () => Promise.resolve(JSON.stringify(body)),
    json: () => Promise.resolve(body),
  };
  return response as unknown as Response;
}
