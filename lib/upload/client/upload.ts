import type { Renewal } from "@/lib/client/link.ts";
import { Socket, type SocketLike } from "@/lib/client/socket.ts";
import { type After, Timers } from "@/lib/client/timers.ts";
import { Turns } from "@/lib/client/turns.ts";
import { binaryChunk } from "@/lib/upload/chunk.ts";
import { hashOf, type Sliced } from "@/lib/upload/client/hash_file.ts";
import type { UploadMachine } from "@/lib/upload/client/upload_machine.ts";
import type { UploadCommand, UploadInput, UploadTimer } from "@/lib/upload/client/upload_types.ts";

/** What came of removing an upload: it is gone, or it has become a document meanwhile. */
export type Removal = "gone" | "failed" | { readonly documentId: number };

/** What an upload needs of the world. */
export interface UploadWorld {
  readonly WebSocket: new (url: string) => SocketLike;
  /** Asked at each attempt: a ticket in it is good for one. */
  readonly socketUrl: () => string | Promise<string>;
  readonly renew: () => Promise<Renewal>;
  readonly after: After;
  /** Unix milliseconds. */
  readonly now: () => number;
  /** Has the server forget an upload. "failed": it could not be asked. */
  readonly remove: (uploadId: string) => Promise<Removal>;
}

/** Attempts to remove a cancelled upload, and the wait between them; then its time runs out by itself. */
export const REMOVE_ATTEMPTS_MAX = 5;
const REMOVE_RETRY_MS = 5_000;

/** Runs a machine on a real socket, a real file and real clocks; holds no rule of its own. */
export class Upload {
  readonly #machine: UploadMachine;
  readonly #file: Sliced;
  readonly #world: UploadWorld;
  readonly #timers: Timers<UploadTimer>;
  readonly #turns: Turns<UploadInput>;
  readonly #socket: Socket;
  /** Frames leave in order, though chunks must be read first. */
  #outbox: Promise<void> = Promise.resolve();

  constructor(
    { machine, file, world, changed }: {
      machine: UploadMachine;
      file: Sliced;
      world: UploadWorld;
      changed: () => void;
    },
  ) {
    this.#machine = machine;
    this.#file = file;
    this.#world = world;
    this.#turns = new Turns((input) => {
      for (const command of machine.handle(input, world.now())) this.#do(command);
      changed();
    });
    this.#socket = new Socket({
      WebSocket: world.WebSocket,
      url: world.socketUrl,
      input: (input) => this.input(input),
    });
    this.#timers = new Timers(world.after, (timer) => this.input({ type: "timer", timer }));
  }

  input(input: UploadInput): void {
    this.#turns.give(input);
  }

  #do(command: UploadCommand): void {
    switch (command.type) {
      case "hash":
        return void this.#hash();
      case "open":
        return this.#socket.open();
      case "send":
        return this.#send(() => command.text);
      case "chunk":
        return this.#send(() => this.#read(command));
      case "drop":
        return this.#socket.drop();
      case "schedule":
        return this.#timers.schedule(command.timer, command.ms);
      case "unschedule":
        return this.#timers.cancel(command.timer);
      case "token_needed":
        return void this.#renew();
      case "remove":
        return void removeUpload(this.#world, command.uploadId).then((documentId) => {
          this.input({ type: "removed", documentId });
        });
    }
  }

  async #hash(): Promise<void> {
    const isWanted = () => this.#machine.statusAt(this.#world.now()).state !== "cancelled";
    const sha256 = await hashOf(this.#file, isWanted);
    this.input(sha256 === null ? { type: "file_unreadable" } : { type: "hashed", sha256 });
  }

  /** Throws where the file cannot be read: it was moved or changed. */
  async #read(
    { seq, offset, bytes, final }: Extract<UploadCommand, { type: "chunk" }>,
  ): Promise<Uint8Array<ArrayBuffer>> {
    const data = new Uint8Array(await this.#file.slice(offset, offset + bytes).arrayBuffer());
    if (data.length !== bytes) {
      throw new Error(`Cannot read chunk ${seq}: it has ${data.length} bytes of ${bytes}`);
    }
    return binaryChunk({ seq, data, final });
  }

  #send(frame: () => string | Promise<Uint8Array<ArrayBuffer>>): void {
    const { attempt } = this.#socket;
    this.#outbox = this.#outbox.then(async () => {
      if (attempt !== this.#socket.attempt) return;
      let data: string | Uint8Array<ArrayBuffer>;
      try {
        data = await frame();
      } catch {
        return this.input({ type: "file_unreadable" });
      }
      if (attempt !== this.#socket.attempt) return;
      try {
        this.#socket.send(data);
      } catch {
        // It is closing: its close says what follows.
      }
    });
  }

  async #renew(): Promise<void> {
    const renewal = await this.#world.renew();
    if (typeof renewal === "object") return this.input({ type: "renewed", credential: renewal.credential });
    // "elsewhere": another page of the person renews it.
    if (renewal === "elsewhere") return this.input({ type: "renewed", credential: null });
    this.input({ type: renewal === "ended" ? "session_ended" : "renewal_failed" });
  }
}

/** Has the server forget an upload; the document that it has become meanwhile, or null. */
export async function removeUpload(
  { remove, after }: Pick<UploadWorld, "remove" | "after">,
  uploadId: string,
): Promise<number | null> {
  for (let attempt = 1; attempt <= REMOVE_ATTEMPTS_MAX; attempt++) {
    if (attempt > 1) await new Promise<void>((resolve) => after(REMOVE_RETRY_MS, resolve));
    const removal = await remove(uploadId);
    if (removal !== "failed") return removal === "gone" ? null : removal.documentId;
  }
  return null;
}
