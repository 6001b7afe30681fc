import type { UploadErrorFrame, UploadReady } from "@/lib/upload/server_frames.ts";
import type { Credential } from "@/lib/client/machine_types.ts";
import { Arrived } from "@/lib/upload/client/arrived.ts";
import { handshakeText } from "@/lib/upload/client/client_frames.ts";
import { closeRule, isLikelyToRepeat } from "@/lib/upload/client/close_rule.ts";
import { TIMER_MS } from "@/lib/upload/client/limits.ts";
import { readUploadFrame } from "@/lib/upload/client/server_frames.ts";
import { Tries } from "@/lib/upload/client/tries.ts";
import { CANCELLING, CONNECTED, type UploadPhase, uploadStateOf } from "@/lib/upload/client/upload_phase.ts";
import { SendWindow } from "@/lib/upload/client/window.ts";
import type {
  UploadCommand,
  UploadFacts,
  UploadFailure,
  UploadInput,
  UploadMachineOptions,
  UploadStatus,
  UploadTimer,
} from "@/lib/upload/client/upload_types.ts";

const UNREADABLE: UploadFailure = { code: "file_unreadable", message: "", again: "no" };
const SESSION_ENDED: UploadFailure = { code: "session_ended", message: "", again: "resume" };

/**
 * One upload over `GET /v2/documents/upload/stream` as a state machine: inputs in, commands out, with neither clock,
 * network nor file of its own. Whatever happens on the way, each chunk is stored once and in order, and progress is what
 * the server has acknowledged.
 */
export class UploadMachine {
  readonly #facts: UploadFacts;
  readonly #random: () => number;
  readonly #tries = new Tries();
  readonly #window: SendWindow;
  #phase: UploadPhase = "idle";
  #out: UploadCommand[] = [];
  #isPaused = false;
  #online = true;
  #wasLive = false;
  /** A `resume` or a handshake is not answered yet. */
  #awaitsReady = false;
  #begun: Pick<UploadStatus, "uploadId" | "sha256" | "expiresAt">;
  readonly #arrived: Arrived;
  #documentId: number | null = null;
  #error: UploadErrorFrame | null = null;
  #failure: UploadFailure | null = null;
  #retryAt: number | null = null;

  constructor({ facts, random, begun }: UploadMachineOptions) {
    this.#facts = facts;
    this.#random = random;
    this.#window = new SendWindow(facts.filesize);
    const { received, ...known } = begun ?? { uploadId: null, sha256: null, expiresAt: null, received: 0 };
    this.#begun = known;
    this.#arrived = new Arrived(facts.filesize, received);
  }

  statusAt(now: number): UploadStatus {
    const state = uploadStateOf({
      phase: this.#phase,
      isPaused: this.#isPaused,
      isComplete: this.#documentId !== null,
      hasFailed: this.#failure !== null,
      comesBack: this.#wasLive || this.#tries.attempts.areMany,
      awaitsReady: this.#awaitsReady,
      isAllAcked: this.#window.isAllAcked,
    });
    return {
      state,
      received: this.#arrived.bytes,
      bytesPerSecond: state === "sending" ? this.#arrived.bytesPerSecond(now) : null,
      retryAt: this.#retryAt,
      ...this.#begun,
      documentId: this.#documentId,
      failure: this.#failure,
    };
  }

  /** Takes one input at `now` (Unix milliseconds) and answers what is to be done. */
  handle(input: UploadInput, now: number): UploadCommand[] {
    this.#out = [];
    if (this.#phase !== "ended" || input.type === "retry") this.#take(input, now);
    return this.#out;
  }

  #take(input: UploadInput, now: number): void {
    switch (input.type) {
      case "start":
        if (this.#phase !== "idle") return;
        this.#online = input.online;
        return this.#begin();
      case "hashed":
        if (this.#phase !== "hashing") return;
        this.#begun = { ...this.#begun, sha256: input.sha256 };
        return this.#isPaused ? this.#rest() : this.#connect();
      case "file_unreadable":
        return CANCELLING.has(this.#phase) ? undefined : this.#fail(UNREADABLE);
      case "opened":
        return this.#opened();
      case "frame":
        return this.#frame(input.text, now);
      case "closed":
        return this.#closed(input.code, now);
      case "timer":
        return this.#fired(input.timer, now);
      case "online":
        this.#online = true;
        this.#tries.attempts.forget();
        return this.#phase === "offline" || this.#phase === "backoff" ? this.#connect() : undefined;
      case "offline":
        return this.#wentOffline();
      case "pause":
        return this.#pause();
      case "resume":
        return this.#isPaused ? this.#resume() : undefined;
      case "cancel":
        return this.#cancel();
      case "removed":
        if (this.#phase !== "removing") return;
        return input.documentId === null ? this.#end() : this.#complete(input.documentId);
      case "retry":
        return this.#retry();
      case "renewed":
        return this.#gotToken(input.credential);
      case "renewal_failed":
        return this.#phase === "renewing" ? this.#lost(now, false) : undefined;
      case "session_ended":
        return this.#phase === "renewing" ? this.#fail(SESSION_ENDED) : undefined;
    }
  }

  #begin(): void {
    if (this.#begun.sha256 !== null) return this.#isPaused ? this.#rest() : this.#connect();
    this.#phase = "hashing";
    this.#out.push({ type: "hash" });
  }

  #connect(): void {
    this.#unschedule("retry");
    this.#retryAt = null;
    if (!this.#online) return void (this.#phase = "offline");
    if (this.#tries.wantsToken) return this.#renew();
    this.#open();
  }

  #open(): void {
    this.#phase = "connecting";
    this.#error = null;
    this.#out.push({ type: "open" });
    this.#schedule("open");
  }

  #renew(): void {
    this.#phase = "renewing";
    this.#tries.renews();
    this.#out.push({ type: "token_needed" });
    this.#schedule("renew");
  }

  #gotToken(credential: Credential | null): void {
    this.#unschedule("renew");
    if (this.#phase === "renewing") return this.#open();
    if (this.#phase === "live" && credential !== null) this.#send({ type: "auth", ...credential });
  }

  #opened(): void {
    if (this.#phase !== "connecting") return;
    this.#phase = "greeting";
    this.#tries.opened();
    this.#unschedule("open");
    this.#out.push({ type: "send", text: handshakeText(this.#facts, this.#begun) });
    this.#awaitsReady = true;
    this.#schedule("ready");
  }

  #frame(text: string, now: number): void {
    if (!CONNECTED.has(this.#phase)) return;
    const frame = readUploadFrame(text);
    switch (frame?.type) {
      case "ready":
        return this.#ready(frame, now);
      case "progress":
        this.#window.acknowledge(frame.seq);
        if (this.#arrived.add(frame.received, now)) this.#tries.progressed();
        return this.#pump();
      case "complete":
        return this.#complete(frame.documentId);
      case "cancelled":
        return this.#phase === "cancelling" ? this.#end() : undefined;
      case "error":
        return this.#refused(frame);
    }
  }

  #ready(frame: UploadReady, now: number): void {
    this.#begun = { ...this.#begun, uploadId: frame.uploadId, expiresAt: frame.expiresAt };
    if (this.#phase === "cancelling") return this.#send({ type: "cancel" });
    this.#unschedule("ready");
    if (this.#phase === "greeting") {
      this.#tries.greeted();
      this.#schedule("stable");
    }
    this.#phase = "live";
    this.#wasLive = true;
    this.#awaitsReady = false;
    this.#window.grant(frame);
    this.#arrived.goesOn(frame.offset, now);
    if (this.#isPaused) return this.#send({ type: "pause" });
    this.#pump();
  }

  /** Sends as much as the window has room for, and watches that it is answered. */
  #pump(): void {
    if (this.#phase !== "live" || this.#isPaused || this.#awaitsReady) return;
    for (let piece = this.#window.take(); piece !== null; piece = this.#window.take()) {
      this.#out.push({ type: "chunk", ...piece });
    }
    if (this.#window.isAllAcked) {
      this.#unschedule("stall");
      this.#schedule("finish");
    } else this.#schedule("stall");
  }

  #complete(documentId: number): void {
    this.#documentId = documentId;
    this.#arrived.isAll();
    this.#end();
  }

  #refused(error: UploadErrorFrame): void {
    switch (error.code) {
      case "token_expiring":
        return void this.#out.push({ type: "token_needed" });
      case "seq_mismatch":
        if (error.nextSeq !== undefined) this.#window.rewind(error.nextSeq);
        return this.#pump();
    }
    this.#error = error;
  }

  #closed(code: number, now: number): void {
    const phase = this.#phase;
    if (!CONNECTED.has(phase)) return;
    if (phase === "cancelling") return this.#remove();
    const rule = closeRule(code, this.#error);
    switch (rule) {
      case "with_new_token":
        this.#leave();
        if (this.#isPaused) return this.#rest();
        return this.#tries.hasRenewed ? this.#lost(now, false) : this.#renew();
      case "backoff":
      case "at_once":
        if (isLikelyToRepeat(this.#error) && !this.#isPaused && this.#tries.refused()) {
          return this.#fail(this.#said("resume"));
        }
        return this.#lost(now, rule === "at_once" || phase === "live");
      default:
        return this.#fail(this.#said(rule));
    }
  }

  #said(again: UploadFailure["again"]): UploadFailure {
    return { code: this.#error?.code ?? "closed", message: this.#error?.message ?? "", again };
  }

  /** The connection is no good: let it go and come back, from where the server says. */
  #lost(now: number, atOnce: boolean): void {
    const wasUpgrading = this.#phase === "connecting";
    this.#leave();
    if (this.#isPaused) return this.#rest();
    this.#tries.lost(wasUpgrading);
    if (!this.#online) return void (this.#phase = "offline");
    this.#phase = "backoff";
    const ms = this.#tries.attempts.wait(atOnce, this.#random);
    this.#retryAt = now + ms;
    this.#out.push({ type: "schedule", timer: "retry", ms });
  }

  /** Lets the socket go, with everything that belonged to it. */
  #leave(): void {
    this.#unschedule("open", "ready", "stall", "finish", "stable", "renew");
    this.#awaitsReady = false;
    this.#arrived.rests();
    this.#out.push({ type: "drop" });
  }

  #wentOffline(): void {
    this.#online = false;
    if (this.#phase === "cancelling") return this.#remove();
    if (!CONNECTED.has(this.#phase) && this.#phase !== "backoff" && this.#phase !== "renewing") return;
    this.#unschedule("retry");
    this.#leave();
    this.#rest();
    if (!this.#isPaused) this.#phase = "offline";
  }

  #pause(): void {
    if (this.#isPaused || CANCELLING.has(this.#phase)) return;
    this.#isPaused = true;
    switch (this.#phase) {
      case "live":
        this.#unschedule("stall", "finish");
        this.#arrived.rests();
        return this.#awaitsReady ? undefined : this.#send({ type: "pause" });
      case "renewing":
      case "backoff":
      case "offline":
        this.#unschedule("renew", "retry");
        return this.#rest();
    }
  }

  #rest(): void {
    this.#phase = "resting";
    this.#retryAt = null;
  }

  #resume(): void {
    this.#isPaused = false;
    if (this.#phase === "resting") return this.#connect();
    // A `ready` that is under way says where to go on.
    if (this.#phase !== "live" || this.#awaitsReady) return;
    this.#awaitsReady = true;
    this.#send({ type: "resume" });
    this.#schedule("ready");
  }

  #cancel(): void {
    if (CANCELLING.has(this.#phase)) return;
    if (this.#phase !== "live" && this.#phase !== "greeting") return this.#remove();
    // Before `ready` there is nothing yet that could be cancelled: then it is sent with that.
    if (this.#phase === "live") this.#send({ type: "cancel" });
    this.#phase = "cancelling";
    this.#unschedule("ready", "stall", "finish");
    this.#schedule("cancel");
  }

  /** Without the server's word for it on the stream: it is asked by REST, and says what it has become. */
  #remove(): void {
    const { uploadId } = this.#begun;
    this.#end();
    if (uploadId === null) return;
    this.#phase = "removing";
    this.#out.push({ type: "remove", uploadId });
  }

  #retry(): void {
    if (this.#phase === "backoff") return this.#connect();
    if (this.#failure === null || this.#failure.again === "no") return;
    if (this.#failure.again === "anew") {
      this.#begun = { ...this.#begun, uploadId: null, expiresAt: null };
      this.#arrived.startsAnew();
    }
    this.#failure = null;
    this.#isPaused = false;
    this.#tries.forget();
    this.#begin();
  }

  #fail(failure: UploadFailure): void {
    this.#failure = failure;
    this.#end();
    // Nobody can go on with what came: it shall not count as unfinished for a day.
    const { uploadId } = this.#begun;
    if (failure === UNREADABLE && uploadId !== null) this.#out.push({ type: "remove", uploadId });
  }

  #end(): void {
    this.#leave();
    this.#unschedule("retry", "cancel");
    this.#retryAt = null;
    this.#phase = "ended";
  }

  #fired(timer: UploadTimer, now: number): void {
    switch (timer) {
      case "retry":
        return this.#phase === "backoff" ? this.#connect() : undefined;
      case "stable":
        return this.#tries.attempts.lasted();
      case "cancel":
        return this.#phase === "cancelling" ? this.#remove() : undefined;
      default:
        // Something did not come in time.
        return CONNECTED.has(this.#phase) || this.#phase === "renewing" ? this.#lost(now, false) : undefined;
    }
  }

  #send(frame: object): void {
    this.#out.push({ type: "send", text: JSON.stringify(frame) });
  }

  #schedule(timer: keyof typeof TIMER_MS): void {
    this.#out.push({ type: "schedule", timer, ms: TIMER_MS[timer] });
  }

  #unschedule(...timers: readonly UploadTimer[]): void {
    for (const timer of timers) this.#out.push({ type: "unschedule", timer });
  }
}
