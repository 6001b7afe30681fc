import type { NatsConnection } from "@nats-io/transport-node";
import type { Principal } from "@/lib/auth/principal.ts";
import { UPLOAD_CLOSE, type UploadCloseName } from "@/lib/protocol/close_codes.ts";
import {
  CLIENT_FRAMES_MAX,
  CLIENT_FRAMES_WINDOW_MS,
  EXPIRY_WARNING_MS,
  HANDSHAKE_MS,
} from "@/lib/protocol/limits.ts";
import type { Chunk } from "@/lib/upload/chunk.ts";
import { type ChunkEncoding, parseUploadHandshake, type UploadControl } from "@/lib/upload/frames.ts";
import { UPLOAD_ERRORS, type UploadErrorCode, type UploadRefused } from "@/lib/upload/errors.ts";
import { IDLE_MS, PAUSED_MS, WINDOW_CHUNKS } from "@/lib/upload/limits.ts";
import {
  cancelledFrame,
  completeFrame,
  pausedFrame,
  progressFrame,
  readyFrame,
  renewedFrame,
  uploadErrorFrame,
} from "@/lib/upload/server_frames.ts";
import { type AuthDeps, verifyAuthFrame } from "@/services/auth/auth_frame.ts";
import { isFenced, isFull, type LeaseReason } from "@/services/documents/chunk_store.ts";
import { frameOf, inboundOf } from "@/services/documents/inbound.ts";
import { LeaseWatch } from "@/services/documents/lease_watch.ts";
import { Reception } from "@/services/documents/reception.ts";
import { accessRefusal, type Complete, endsUpload, type Uploads } from "@/services/documents/uploads.ts";
import type { Failed } from "@/services/log.ts";
import { isNatsUnreachable } from "@/services/nats/errors.ts";
import { problemOfError } from "@/services/postgres/errors.ts";
import { aboutOf, type Connections, type Held } from "@/services/realtime/connections.ts";
import { ServerSocket } from "@/services/realtime/server_socket.ts";

export interface UploadConnectionDeps extends AuthDeps {
  readonly uploads: Uploads;
  readonly nats: NatsConnection;
  readonly connections: Connections;
  readonly failed: Failed;
}

/** An instance that stops waits so long for chunks under way. */
const SETTLE_MS = 800;
/** Chunks that are told to be stored in one frame, while others are under way. */
const PROGRESS_CHUNKS = WINDOW_CHUNKS / 4;
/** Chunks out of turn that are answered, one after the other. */
const GAPS_MAX = 2 * WINDOW_CHUNKS;
/** Bytes of answers that a client may leave unread while it goes on asking for more of them. */
const UNREAD_BYTES_MAX = 256 * 1024;

/** Refusals of a file for what it is. */
const ABOUT_THE_FILE: ReadonlySet<UploadErrorCode> = new Set<UploadErrorCode>([
  "too_large",
  "size_mismatch",
  "type_unsupported",
  "type_mismatch",
  "checksum_mismatch",
]);

type Phase = "waiting" | "opening" | "open" | "finishing" | "leaving" | "closed";

/** One socket of `GET /v2/documents/upload/stream`: handshake, chunks, control frames, token, time-outs. */
export class UploadConnection implements Held {
  readonly kind = "uploading";
  readonly #socket: ServerSocket;
  readonly #deps: UploadConnectionDeps;
  readonly id = crypto.randomUUID();
  readonly #openedAt = Date.now();
  #principal: Principal;
  #phase: Phase = "waiting";
  #reception: Reception | undefined;
  #encoding: ChunkEncoding = "json";
  #leases: LeaseWatch | undefined;
  #fenced = false;
  /** Every chunk up to this one is told to be stored. */
  #told = 0;
  #gaps = 0;
  #paused = false;
  #warned = false;
  #framedAt = Date.now();
  #controlsSince = Date.now();
  #controls = 0;
  /** Handshake and control frames are worked off one after the other. */
  #work: Promise<void> = Promise.resolve();

  /** Takes over a socket that was just upgraded; `release` gives its place back when it is gone. */
  constructor(socket: WebSocket, principal: Principal, release: () => void, deps: UploadConnectionDeps) {
    this.#principal = principal;
    this.#deps = deps;
    this.#socket = new ServerSocket(socket, release, {
      message: (data) => this.#message(data),
      gone: () => this.#leave(),
      broke: (error) => this.#fail(error),
      failed: (error) => this.#failed(error),
    });
    deps.connections.add(this);
  }

  get principal(): Principal {
    return this.#principal;
  }

  get orgId(): number {
    return this.#principal.orgId;
  }

  tick(now: number): void {
    this.#socket.guard(() => {
      if (this.#phase === "waiting" && now - this.#openedAt >= HANDSHAKE_MS) {
        return this.#end("handshake_timeout");
      }
      // What is being finished ends by itself, and well.
      if (this.#phase !== "waiting" && this.#phase !== "open") return;
      const { expiresAt } = this.#principal;
      if (now >= expiresAt) return this.#end("token_expired");
      if (!this.#warned && now >= expiresAt - EXPIRY_WARNING_MS) {
        this.#warned = true;
        this.#socket.send(uploadErrorFrame("token_expiring"));
      }
      if (this.#reception !== undefined) this.#tickOpen(now, this.#reception);
    });
  }

  #tickOpen(now: number, { upload, underWay }: Reception): void {
    if (now >= Date.parse(upload.expiresAt)) return this.#end("upload_expired");
    // While its chunks are under way, it is us who are slow.
    if (underWay === 0 && now - this.#framedAt >= (this.#paused ? PAUSED_MS : IDLE_MS)) this.#end("idle");
  }

  leave(): void {
    this.#socket.guard(() => {
      // One that finishes is let finish: its client would have to come back for nothing but the answer.
      if (this.#phase === "closed" || this.#phase === "finishing") return;
      this.#phase = "leaving";
      let timer: ReturnType<typeof setTimeout> | undefined;
      const late = new Promise<void>((resolve) => timer = setTimeout(resolve, SETTLE_MS));
      this.#later(async () => {
        await Promise.race([this.#reception?.settled(), late]);
        clearTimeout(timer);
        this.#end("restart");
      });
    });
  }

  /** What is being finished is whole, and was sent while it was allowed. */
  revoke(): void {
    this.#socket.guard(() => {
      if (this.#phase !== "finishing") this.#end("token_revoked");
    });
  }

  #message(data: unknown): void {
    // What is being finished, or cancelled, is out of the hands of its client.
    if (this.#phase === "closed" || this.#phase === "leaving" || this.#phase === "finishing") return;
    const inbound = inboundOf(data);
    if (typeof inbound === "object" && "error" in inbound) return this.#refuse(inbound);
    if (this.#socket.buffered > UNREAD_BYTES_MAX) return this.#end("bad_frame", "answers are not read");
    this.#framedAt = Date.now();
    if (this.#phase === "waiting") {
      this.#phase = "opening";
      return this.#queue(() => this.#handshake(typeof inbound === "string" ? inbound : ""));
    }
    if (this.#phase === "opening") {
      return this.#end("bad_frame", "the answer to the handshake must be waited for");
    }
    const frame = frameOf(inbound);
    if ("error" in frame) return this.#refuse(frame);
    if (frame.type === "chunk") return this.#chunk(frame, this.#reception!);
    if (this.#framedAt - this.#controlsSince > CLIENT_FRAMES_WINDOW_MS) {
      this.#controlsSince = this.#framedAt;
      this.#controls = 0;
    }
    if (++this.#controls > CLIENT_FRAMES_MAX) {
      return this.#end("bad_frame", `more than ${CLIENT_FRAMES_MAX} control frames in a short time`);
    }
    this.#queue(() => this.#control(frame, this.#reception!));
  }

  async #handshake(text: string): Promise<void> {
    const handshake = parseUploadHandshake(text);
    if ("error" in handshake) return this.#refuse(handshake);
    const opened = await this.#deps.uploads.open(this.#principal, handshake, this.id);
    if ("error" in opened) return this.#refuse(opened);
    if ("state" in opened) return this.#complete(handshake.uploadId!, opened);
    if (this.#phase !== "opening") {
      // Its client is gone and was never told its id: it must not count against the quota for a day.
      if (handshake.uploadId === null) await this.#deps.uploads.end(opened.upload, "cancelled");
      return;
    }
    const { upload, lease, stored } = opened;
    this.#reception = new Reception({
      store: this.#deps.uploads.store,
      upload,
      lease,
      stored,
      progressed: () => this.#socket.guard(() => this.#progressed()),
      failed: (error) => this.#socket.guard(() => this.#broke(error)),
    });
    this.#encoding = handshake.encoding;
    this.#told = stored;
    this.#phase = "open";
    this.#leases = this.#watch(upload.id);
    if (handshake.uploadId !== null) this.#leases.look();
    // All of it had come when the connection before this one broke off.
    if (this.#reception.isWhole) return await this.#finish(this.#reception);
    this.#ready(this.#reception);
  }

  #watch(uploadId: string): LeaseWatch {
    const { nats, uploads: { store } } = this.#deps;
    return new LeaseWatch({
      nats,
      store,
      uploadId,
      holder: this.id,
      lost: (reason) => this.#socket.guard(() => this.#lost(reason)),
      failed: (error) => this.#socket.guard(() => this.#fail(error)),
    });
  }

  /** Somebody else has the upload now; one that we finish, or cancel, ourselves tells by itself whether it was fenced. */
  #lost(reason: LeaseReason | undefined): void {
    if (this.#phase === "finishing" && !this.#fenced) return;
    this.#end(
      reason === "cancelled" ? "upload_cancelled" : reason === "expired" ? "upload_expired" : "taken_over",
    );
  }

  #refusedByStream(): void {
    this.#fenced = true;
    this.#leases?.refused();
  }

  #ready({ upload, stored, received }: Reception): void {
    const { id: uploadId, expiresAt } = upload;
    const encoding = this.#encoding;
    this.#socket.send(readyFrame({ uploadId, nextSeq: stored + 1, offset: received, expiresAt, encoding }));
  }

  #chunk(chunk: Chunk, reception: Reception): void {
    this.#paused = false;
    if (chunk.seq - this.#told > WINDOW_CHUNKS && chunk.seq === reception.nextSeq) {
      return this.#end("window_exceeded", `${WINDOW_CHUNKS} are the most`);
    }
    const taken = reception.take(chunk);
    if (typeof taken === "object") return this.#refuse(taken);
    if (taken === "gap") return this.#gap(chunk.seq, reception);
    this.#gaps = 0;
    if (taken === "known" && chunk.seq <= reception.stored) this.#tell(reception);
  }

  #gap(seq: number, { nextSeq }: Reception): void {
    if (++this.#gaps > GAPS_MAX) return this.#end("bad_chunk", `chunk ${nextSeq} is missing`);
    this.#socket.send(uploadErrorFrame("seq_mismatch", `chunk ${seq} came, ${nextSeq} is wanted`, nextSeq));
  }

  #progressed(): void {
    const reception = this.#reception!;
    if (this.#phase !== "open") return;
    const { stored, underWay, isWhole } = reception;
    if (stored > this.#told && (underWay === 0 || stored - this.#told >= PROGRESS_CHUNKS)) {
      this.#tell(reception);
    }
    if (isWhole) this.#later(() => this.#finish(reception));
  }

  #tell({ upload, stored, received }: Reception): void {
    this.#told = stored;
    this.#socket.send(progressFrame(upload.id, stored, received, upload.filesize));
  }

  /** A chunk could not be stored: how far the upload is, the next connection finds out. */
  #broke(error: unknown): void {
    if (isFenced(error)) return this.#refusedByStream();
    if (isFull(error)) return this.#end("storage_full");
    this.#fail(error);
  }

  async #finish(reception: Reception): Promise<void> {
    if (this.#phase !== "open") return;
    this.#phase = "finishing";
    const done = await this.#deps.uploads.finish(this.#principal, reception);
    if (done === "fenced") return this.#refusedByStream();
    if ("error" in done) return this.#refuse(done);
    this.#complete(reception.upload.id, done);
  }

  #complete(uploadId: string, { documentId, size, sha256, status }: Complete): void {
    this.#socket.send(completeFrame({ uploadId, documentId, size, sha256, status }));
    this.#close("done");
  }

  async #control(frame: UploadControl, reception: Reception): Promise<void> {
    if (this.#phase !== "open") return;
    const { upload } = reception;
    if (frame.type === "auth") return await this.#renew(frame, upload.propertyId);
    if (frame.type === "resume") {
      this.#paused = false;
      await reception.settled();
      this.#told = reception.stored;
      return this.#ready(reception);
    }
    if (frame.type === "pause") {
      this.#paused = true;
      return this.#socket.send(pausedFrame(upload.id, upload.expiresAt));
    }
    this.#phase = "finishing";
    const cancelled = await this.#deps.uploads.cancel(this.#principal, upload.id);
    if (typeof cancelled === "object") return this.#refuse(cancelled);
    // Another connection was faster, and finished it.
    if (cancelled === "complete") return this.#end("taken_over");
    this.#socket.send(cancelledFrame(upload.id));
    this.#close("done");
  }

  async #renew(frame: Extract<UploadControl, { type: "auth" }>, propertyId: number): Promise<void> {
    const principal = await verifyAuthFrame(frame, this.#deps, this.#principal);
    if (this.#phase === "closed") return;
    if ("code" in principal) {
      // Where it could not be looked at, the old one holds.
      const detail = principal.detail ?? principal.code;
      return this.#socket.send(uploadErrorFrame("token_invalid", detail));
    }
    const { userId, orgId, expiresAt } = this.#principal;
    if (principal.userId !== userId || principal.orgId !== orgId) {
      return this.#socket.send(uploadErrorFrame("token_mismatch"));
    }
    if (principal.expiresAt > expiresAt) this.#warned = false;
    this.#principal = principal;
    // The new token may allow less than the old one.
    const refusal = accessRefusal(principal, propertyId);
    if (refusal) return this.#refuse(refusal);
    this.#socket.send(renewedFrame(new Date(principal.expiresAt).toISOString()));
  }

  /** Ends the connection with what is wrong, and the upload where it can never be right. */
  #refuse(refused: UploadRefused): void {
    const reception = this.#reception;
    if (ABOUT_THE_FILE.has(refused.error)) {
      const noted = {
        kind: "upload_validation",
        target: reception?.upload.id ?? null,
        detail: refused.error,
      } as const;
      this.#deps.audit.noteOf(this.#principal, noted);
    }
    this.#end(refused.error, refused.detail);
    if (reception === undefined || !endsUpload(refused)) return;
    this.#later(async () => {
      await reception.settled();
      await this.#deps.uploads.refuse(reception.upload, reception.lease);
    });
  }

  #end(error: UploadErrorCode, detail?: string): void {
    if (this.#phase === "closed") return;
    const { retryable, close } = UPLOAD_ERRORS[error];
    const stored = retryable ? this.#reception?.stored : undefined;
    this.#socket.send(uploadErrorFrame(error, detail, stored === undefined ? undefined : stored + 1));
    this.#close(close ?? "internal");
  }

  #close(name: UploadCloseName): void {
    if (this.#phase === "closed") return;
    this.#leave(name);
    this.#socket.close(UPLOAD_CLOSE[name]);
  }

  /** What is being finished goes on. */
  #leave(reason?: UploadCloseName): void {
    if (this.#phase === "closed") return;
    this.#phase = "closed";
    this.#leases?.close();
    this.#deps.connections.remove(this, reason);
  }

  #fail(error: unknown): void {
    const isAway = isNatsUnreachable(error) || problemOfError(error) !== undefined;
    this.#failed(error);
    this.#end(isAway ? "unavailable" : "internal");
  }

  #failed(error: unknown): void {
    this.#deps.failed(error, aboutOf(this));
  }

  #queue(run: () => Promise<void>): void {
    this.#work = this.#work.then(run).catch((error) => this.#socket.guard(() => this.#fail(error)));
  }

  #later(run: () => Promise<void>): void {
    void run().catch((error) => this.#socket.guard(() => this.#fail(error)));
  }
}
