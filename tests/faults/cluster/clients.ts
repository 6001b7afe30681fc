// Everyone who writes and reads while faults happen. Each comes back by itself, as the product's own clients do.
import { jetstream } from "@nats-io/jetstream";
import { CLOSE } from "@/lib/protocol/close_codes.ts";
import { connectNats } from "@/services/nats/connect.ts";
import { sha256Of, testFile, TestUpload } from "../../harness/upload.ts";
import { type AnyFrame, TestSocket } from "../../harness/socket.ts";
import { type Acknowledged, Tracker } from "./tracker.ts";

const RETRY_MS = 100;
const REQUEST_MS = 8_000;
/** A client that hears nothing of its peer for so long gives the connection up. */
const SILENT_MS = 6_000;
const PUBLISH_MS = 2_000;

export interface Where {
  readonly url: string;
  /** One of a person with this id, of organisation 1, with all rights. */
  readonly token: (userId: string) => Promise<string>;
}

/** When something worked, and for how long at most it did not. */
export class Service {
  #last = performance.now();
  #longest = 0;
  count = 0;

  /** Counts the time without service from now on. */
  begin(): void {
    this.#last = performance.now();
    this.#longest = 0;
  }

  worked(): void {
    const now = performance.now();
    this.#longest = Math.max(this.#longest, now - this.#last);
    this.#last = now;
    this.count++;
  }

  get longestMs(): number {
    return this.#longest;
  }
}

export interface Client {
  readonly name: string;
  readonly service: Service;
  /** Ends it, and settles when it has ended. */
  close(): Promise<void>;
}

/** Something that is done again and again until it is told to end. */
abstract class Looping implements Client {
  readonly name: string;
  readonly service = new Service();
  readonly ending = new AbortController();
  #loop: Promise<void> | undefined;

  constructor(name: string) {
    this.name = name;
  }

  begin(): this {
    this.#loop = this.#run();
    return this;
  }

  async close(): Promise<void> {
    this.ending.abort();
    await this.#loop;
  }

  /** One round; it may throw, and is begun again. */
  abstract round(): Promise<void>;

  async #run(): Promise<void> {
    while (!this.ending.signal.aborted) {
      try {
        await this.round();
      } catch {
        await pause(RETRY_MS);
      }
    }
  }
}

/** Creates tasks over REST, each with a key of its own, until each is acknowledged. */
export class RestWriter extends Looping {
  readonly acknowledged: Acknowledged[] = [];
  readonly #where: Where;
  readonly #everyMs: number;
  #n = 0;

  constructor(name: string, where: Where, everyMs: number) {
    super(name);
    this.#where = where;
    this.#everyMs = everyMs;
  }

  async round(): Promise<void> {
    const title = `${this.name} ${this.#n}`;
    const answer = await fetch(`${this.#where.url}/tasks/task`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${await this.#where.token(this.name)}`,
        "content-type": "application/json",
        "idempotency-key": title.replaceAll(" ", "-"),
      },
      body: JSON.stringify({ title, propertyId: 1 }),
      signal: AbortSignal.timeout(REQUEST_MS),
    });
    const text = await answer.text();
    if (answer.status !== 201) throw new Error(`${answer.status} ${text}`);
    this.#n++;
    this.acknowledged.push({ key: `task ${JSON.parse(text).id}`, at: performance.now() });
    this.service.worked();
    await pause(this.#everyMs);
  }

  /** Titles of all that were acknowledged. */
  get titles(): string[] {
    return Array.from({ length: this.#n }, (_, n) => `${this.name} ${n}`);
  }
}

/** Publishes events as another system does: the same one again until JetStream says that it has it. */
export class NatsWriter extends Looping {
  readonly acknowledged: Acknowledged[] = [];
  readonly #natsUrl: string;
  readonly #everyMs: number;
  #connection: ReturnType<typeof connectNats> | undefined;
  #n = 0;

  constructor(name: string, natsUrl: string, everyMs: number) {
    super(name);
    this.#natsUrl = natsUrl;
    this.#everyMs = everyMs;
  }

  async round(): Promise<void> {
    this.#connection ??= connectNats(this.#natsUrl, this.name);
    this.#connection.catch(() => this.#connection = undefined);
    const id = `${this.name.replaceAll(" ", "-")}-${this.#n}`;
    const payload = JSON.stringify({ id, data: { title: id } });
    await jetstream(await this.#connection).publish("evt.1.1.tasks.task.noted", payload, {
      msgID: id,
      timeout: PUBLISH_MS,
    });
    this.#n++;
    this.acknowledged.push({ key: id, at: performance.now() });
    this.service.worked();
    await pause(this.#everyMs);
  }

  override async close(): Promise<void> {
    await super.close();
    await (await this.#connection)?.close();
  }
}

/** A socket of the stream that resumes where it was. */
export class StreamReader extends Looping {
  readonly tracker = new Tracker();
  /** Times that it was closed because its token had ended. */
  expired = 0;
  readonly #where: Where;
  #last: { seq: number; epoch: string } | undefined;
  #socket: TestSocket | undefined;

  constructor(name: string, where: Where) {
    super(name);
    this.#where = where;
  }

  async round(): Promise<void> {
    const wsUrl = this.#where.url.replace("http", "ws");
    const socket = await TestSocket.open(
      `${wsUrl}/v2/realtime/stream`,
      await this.#where.token(this.name),
    );
    this.#socket = socket;
    const resume = this.#last && { lastSeq: this.#last.seq, epoch: this.#last.epoch };
    socket.send({ services: ["tasks"], version: 1, ...resume });
    let heardAt = performance.now();
    for (let read = 0; !this.ending.signal.aborted;) {
      for (; read < socket.frames.length; read++) {
        heardAt = performance.now();
        this.#take(socket.frames[read]!);
      }
      if (socket.closed?.code === CLOSE.token_expired.code) this.expired++;
      if (socket.closed !== undefined) throw new Error("closed");
      if (performance.now() - heardAt > SILENT_MS) break;
      await pause(5);
    }
    // A peer that is not there does not answer a close: it is not waited for.
    void socket.close().catch(() => {});
  }

  /** Goes on over another connection. */
  reconnect(): void {
    void this.#socket?.close().catch(() => {});
  }

  #take(frame: AnyFrame): void {
    const now = performance.now();
    if (frame.type === "ack") {
      // Its seq is where this client stands, which is where it said.
      this.#last = { seq: this.#last?.seq ?? frame.seq, epoch: this.#last?.epoch ?? frame.epoch };
      return;
    }
    if (frame.type === "reset") {
      this.#last = { seq: frame.seq, epoch: frame.epoch };
      return this.tracker.reset(frame.seq, frame.epoch, now);
    }
    if (frame.type === "event") {
      for (const event of frame.events) this.tracker.event(keyOf(event), now);
      this.tracker.position(frame.seq, this.#last?.epoch);
      this.service.worked();
    }
    if (typeof frame.seq === "number" && this.#last !== undefined) {
      this.#last = { ...this.#last, seq: Math.max(this.#last.seq, frame.seq) };
    }
  }

  override async close(): Promise<void> {
    await super.close();
    await this.#socket?.close().catch(() => {});
  }
}

/** The long poll of the same service. */
export class Poller extends Looping {
  readonly tracker = new Tracker();
  readonly #where: Where;
  #last: { seq: number; epoch: string } | undefined;

  constructor(name: string, where: Where) {
    super(name);
    this.#where = where;
  }

  async round(): Promise<void> {
    const query = this.#last && `?lastSeq=${this.#last.seq}&epoch=${this.#last.epoch}`;
    const answer = await fetch(`${this.#where.url}/tasks/realtime/subscribe${query ?? "?lastSeq=0"}`, {
      headers: { authorization: `Bearer ${await this.#where.token(this.name)}` },
      signal: AbortSignal.any([this.ending.signal, AbortSignal.timeout(30_000)]),
    });
    const text = await answer.text();
    if (answer.status !== 200) throw new Error(`${answer.status} ${text}`);
    const { events, seq, epoch, reset } = JSON.parse(text);
    const now = performance.now();
    if (reset !== undefined) this.tracker.reset(seq, epoch, now);
    else this.tracker.position(seq, epoch);
    for (const event of events) this.tracker.event(keyOf(event), now);
    this.#last = { seq, epoch };
    this.service.worked();
  }
}

/** Uploads a file, slowly, and goes on where it was on whatever instance answers. */
export class Uploader extends Looping {
  readonly file: Uint8Array<ArrayBuffer>;
  readonly documents: number[] = [];
  readonly #where: Where;
  readonly #everyMs: number;
  #uploadId: string | undefined;

  constructor(name: string, where: Where, { bytes, everyMs }: { bytes: number; everyMs: number }) {
    super(name);
    this.#where = where;
    this.#everyMs = everyMs;
    this.file = testFile(bytes, name.length + bytes);
  }

  async round(): Promise<void> {
    const upload = await TestUpload.begin(this.file, {
      wsUrl: this.#where.url.replace("http", "ws"),
      token: await this.#where.token("uploader"),
      handshake: { sha256: sha256Of(this.file), ...(this.#uploadId && { uploadId: this.#uploadId }) },
    });
    // One whose answer was lost is complete already.
    const first = await withTime(
      upload.until(({ type }) => type === "ready" || type === "complete" || type === "error"),
    );
    if (first.type === "complete") return this.#completed(first.documentId);
    if (upload.socket.closed !== undefined || first.type === "error") throw new Error("closed");
    this.#uploadId = upload.uploadId;
    const chunks = Math.ceil(this.file.length / 65_536);
    for (let told = upload.told; told < chunks; told = upload.told) {
      await withTime(upload.chunks(told + 1, told + 1));
      if (upload.socket.closed !== undefined || this.ending.signal.aborted) throw new Error("closed");
      this.service.worked();
      await pause(this.#everyMs);
    }
    const complete = await withTime(upload.until(({ type }) => type === "complete"));
    this.#completed(complete.documentId);
  }

  #completed(documentId: number): void {
    this.documents.push(documentId);
    this.service.worked();
    this.#uploadId = undefined;
  }

  /** Is every document that was acknowledged there, byte for byte? Answers those that are not. */
  async lost(): Promise<number[]> {
    const lost: number[] = [];
    for (const id of this.documents) {
      const answer = await fetch(`${this.#where.url}/v2/documents/${id}/content`, {
        headers: { authorization: `Bearer ${await this.#where.token("uploader")}` },
      });
      if (sha256Of(await answer.bytes()) !== sha256Of(this.file)) lost.push(id);
    }
    return lost;
  }
}

/** A record's key where the event tells of one of ours, else the event's own. */
function keyOf(event: AnyFrame): string {
  return event.action === "created" ? `task ${event.data.id}` : event.id;
}

function withTime<T>(work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("no answer")), REQUEST_MS);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
