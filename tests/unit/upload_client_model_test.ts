import assert from "node:assert/strict";
import fc from "fast-check";
import { UPLOAD_CLOSE } from "@/lib/protocol/close_codes.ts";
import { UploadMachine } from "@/lib/upload/client/upload_machine.ts";
import type { UploadCommand, UploadInput, UploadTimer } from "@/lib/upload/client/upload_types.ts";

/** Of the model: small, so that losses fall everywhere. */
const CHUNK = 10;
const WINDOW = 4;
const SETTLE_MAX = 2_000;
const TIME = new Date(0).toISOString();
const FACTS = {
  filename: "passport.jpg",
  mimetype: "image/jpeg",
  documentType: "passport",
  guestId: 7,
  propertyId: 1,
} as const;
const CODES = [1006, UPLOAD_CLOSE.restart.code, UPLOAD_CLOSE.idle.code, UPLOAD_CLOSE.internal.code];

type Sent = Extract<UploadCommand, { type: "send" | "chunk" }>;

const DOCUMENT_ID = 5;

/** A server with a store of chunks, and the two directions of one connection. */
class ModelServer {
  readonly filesize: number;
  /** Sequence numbers of the chunks as they were stored. */
  stored: number[] = [];
  documents = 0;
  uploads = 0;
  isUp = true;
  /** From the client, and to it; undefined: there is no connection. */
  up: Sent[] | undefined;
  down: string[] | undefined;
  #uploadId: string | null = null;
  #greeted = false;
  isCancelled = false;

  constructor(filesize: number) {
    this.filesize = filesize;
  }

  get chunks(): number {
    return Math.ceil(this.filesize / CHUNK);
  }

  get received(): number {
    return Math.min(this.filesize, this.stored.length * CHUNK);
  }

  connect(): void {
    this.up = [];
    this.down = [];
    this.#greeted = false;
  }

  /** Takes the oldest frame that is under way. */
  take(): void {
    const sent = this.up?.shift();
    if (sent === undefined) return;
    if (sent.type === "chunk") return this.#chunk(sent);
    const frame = JSON.parse(sent.text);
    if (!this.#greeted) return this.#greet(frame);
    if (frame.type === "resume") return this.#ready();
    if (frame.type === "pause") this.down!.push(JSON.stringify({ type: "paused" }));
    if (frame.type === "cancel" && this.remove() === null) {
      this.down!.push(JSON.stringify({ type: "cancelled" }));
    }
  }

  /** Also by REST; the document, where it has become one. */
  remove(): number | null {
    this.isCancelled = this.documents === 0;
    return this.isCancelled ? null : DOCUMENT_ID;
  }

  #greet({ uploadId = null }: { uploadId?: string | null }): void {
    this.#greeted = true;
    if (uploadId === null) {
      this.uploads++;
      this.stored = [];
      this.#uploadId = `u${this.uploads}`;
    } else assert.equal(uploadId, this.#uploadId);
    if (this.documents > 0) return this.#complete();
    this.#ready();
  }

  #ready(): void {
    const [nextSeq, offset] = [this.stored.length + 1, this.received];
    const ready = { type: "ready", uploadId: this.#uploadId, nextSeq, offset, chunkSize: CHUNK };
    this.down!.push(JSON.stringify({ ...ready, window: WINDOW, expiresAt: TIME }));
  }

  #chunk({ seq, offset, bytes, final }: Extract<Sent, { type: "chunk" }>): void {
    assert.equal(offset, (seq - 1) * CHUNK);
    assert.equal(bytes, Math.min(CHUNK, this.filesize - offset));
    assert.equal(final, seq === this.chunks);
    const nextSeq = this.stored.length + 1;
    if (seq > nextSeq) {
      return void this.down!.push(
        JSON.stringify({ type: "error", code: "seq_mismatch", message: "", nextSeq }),
      );
    }
    if (seq === nextSeq) this.stored.push(seq);
    this.down!.push(JSON.stringify({ type: "progress", seq: this.stored.length, received: this.received }));
    if (this.stored.length < this.chunks || this.isCancelled) return;
    this.documents = 1;
    this.#complete();
  }

  #complete(): void {
    this.down!.push(JSON.stringify({ type: "complete", documentId: DOCUMENT_ID }));
  }
}

/** A client that runs the machine against the model, with no time but the model's. */
class Client {
  readonly machine: UploadMachine;
  readonly server: ModelServer;
  readonly timers = new Map<UploadTimer, number>();
  now = 1_000_000;
  shown = 0;
  opening = false;
  hashing = false;
  removing = false;
  /** Chunks handed out on this connection that no `progress` has covered. */
  most = 0;

  constructor(server: ModelServer) {
    this.server = server;
    this.machine = new UploadMachine({ facts: { ...FACTS, filesize: server.filesize }, random: () => 0.5 });
  }

  give(input: UploadInput): void {
    for (const command of this.machine.handle(input, this.now)) this.#do(command);
    const { received } = this.machine.statusAt(this.now);
    assert.ok(received >= this.shown, `progress goes back from ${this.shown} to ${received}`);
    assert.ok(received <= this.server.received, `${received} shown, ${this.server.received} stored`);
    this.shown = received;
  }

  #do(command: UploadCommand): void {
    switch (command.type) {
      case "hash":
        return void (this.hashing = true);
      case "open":
        this.server.up = this.server.down = undefined;
        return void (this.opening = true);
      case "send":
      case "chunk":
        this.server.up?.push(command);
        this.most = Math.max(this.most, this.server.up?.filter(({ type }) => type === "chunk").length ?? 0);
        return;
      case "remove":
        return void (this.removing = true);
      case "drop":
        this.server.up = this.server.down = undefined;
        return void (this.opening = false);
      case "schedule":
        return void this.timers.set(command.timer, this.now + command.ms);
      case "unschedule":
        return void this.timers.delete(command.timer);
    }
  }

  hear(): void {
    const text = this.server.down?.shift();
    if (text !== undefined) this.give({ type: "frame", text });
  }

  open(): void {
    if (!this.opening) return;
    this.opening = false;
    if (!this.server.isUp) return this.give({ type: "closed", code: 1006 });
    this.server.connect();
    this.give({ type: "opened" });
  }

  cut(code: number): void {
    if (this.server.up === undefined) return;
    this.server.up = this.server.down = undefined;
    this.give({ type: "closed", code });
  }

  /** Goes on to the next timer. */
  tick(): void {
    const [timer] = [...this.timers].toSorted((a, b) => a[1] - b[1])[0] ?? [];
    if (timer === undefined) return;
    this.now = Math.max(this.now, this.timers.get(timer)!);
    this.timers.delete(timer);
    this.give({ type: "timer", timer });
  }

  hash(): void {
    if (this.hashing) this.give({ type: "hashed", sha256: "0".repeat(64) });
    this.hashing = false;
  }

  remove(): void {
    if (this.removing) this.give({ type: "removed", documentId: this.server.remove() });
    this.removing = false;
  }

  settle(): void {
    this.server.isUp = true;
    this.give({ type: "online" });
    this.give({ type: "resume" });
    for (let i = 0; i < SETTLE_MAX; i++) {
      const { up, down } = this.server;
      const isOver = ["complete", "failed", "cancelled"].includes(this.machine.statusAt(this.now).state);
      if (isOver && up === undefined && this.timers.size === 0) return;
      if (this.hashing) this.hash();
      else if (this.removing) this.remove();
      else if (this.opening) this.open();
      else if ((down?.length ?? 0) > 0) this.hear();
      else if ((up?.length ?? 0) > 0) this.server.take();
      else this.tick();
    }
    assert.fail(`not settled: ${this.machine.statusAt(this.now).state}`);
  }
}

type Move =
  | "hash"
  | "open"
  | "take"
  | "hear"
  | "tick"
  | "pause"
  | "resume"
  | "offline"
  | "online"
  | "down"
  | "up"
  | "lose"
  | `cut ${number}`;

const anyMoves = fc.array(
  fc.oneof(
    { weight: 24, arbitrary: fc.constantFrom<Move>("take", "hear", "take", "hear", "open", "hash") },
    { weight: 3, arbitrary: fc.constantFrom<Move>("lose", "pause", "resume") },
    { weight: 2, arbitrary: fc.constantFrom<Move>("tick", "offline", "online", "down", "up") },
    { weight: 1, arbitrary: fc.constantFrom(...CODES.map((code): Move => `cut ${code}`)) },
  ),
  { maxLength: 150, size: "max" },
);
/** Half of them begin where chunks are under way: chance alone seldom comes that far. */
const moves = fc.tuple(fc.boolean(), anyMoves).map(([isOpen, moves]): Move[] => {
  return isOpen ? ["hash", "open", "take", "hear", ...moves] : moves;
});

function play(client: Client, move: Move): void {
  const { server } = client;
  switch (move) {
    case "hash":
    case "open":
    case "hear":
    case "tick":
      return client[move]();
    case "take":
      return server.take();
    case "down":
    case "up":
      server.isUp = move === "up";
      return;
    case "lose":
      // The server could not store a chunk: what comes behind it leaves a gap.
      if (server.up?.[0]?.type === "chunk") server.up.shift();
      return;
    case "pause":
    case "resume":
    case "offline":
    case "online":
      return client.give({ type: move });
    default:
      return client.cut(Number(move.slice(4)));
  }
}

Deno.test("upload model - whatever is lost, every chunk is stored once in order, and progress never goes back", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20 * CHUNK }), moves, (filesize, moves) => {
      const server = new ModelServer(filesize);
      const client = new Client(server);
      client.give({ type: "start", online: true });
      for (const move of moves) play(client, move);
      client.settle();
      assert.equal(client.machine.statusAt(client.now).state, "complete");
      assert.deepEqual(server.stored, Array.from({ length: server.chunks }, (_, i) => i + 1));
      assert.equal(server.documents, 1);
      assert.equal(client.shown, filesize);
      assert.ok(client.most <= WINDOW, `${client.most} chunks under way`);
    }),
    { numRuns: 2_000 },
  );
});

Deno.test("upload model - cancelled at any point, the upload is over and nothing is sent any more", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20 * CHUNK }), moves, anyMoves, (filesize, moves, after) => {
      const server = new ModelServer(filesize);
      const client = new Client(server);
      client.give({ type: "start", online: true });
      for (const move of moves) play(client, move);
      client.give({ type: "cancel" });
      for (const move of after) play(client, move);
      client.settle();
      const { state, documentId } = client.machine.statusAt(client.now);
      // What was complete before the server heard of it, is told so, however it heard.
      assert.deepEqual(
        [state, documentId],
        server.documents > 0 ? ["complete", DOCUMENT_ID] : ["cancelled", null],
      );
      assert.equal(client.opening, false);
      assert.equal(server.up, undefined);
      assert.deepEqual([...client.timers.keys()], []);
    }),
    { numRuns: 1_000 },
  );
});
