import { type Audience, audienceOf } from "@/lib/realtime/audience.ts";
import type { Feed } from "@/lib/realtime/feed.ts";
import type { Frame } from "@/lib/realtime/frame.ts";
import type { Sink } from "@/lib/realtime/ports.ts";
import type { Subscriber } from "@/lib/realtime/subscriber.ts";
import type { Principal } from "@/lib/auth/principal.ts";
import { CLOSE, type CloseName } from "@/lib/protocol/close_codes.ts";
import {
  ackFrame,
  type ClientFrame,
  downgradeFrame,
  errorFrame,
  type FrameErrorCode,
  type LeaveReason,
  parseClientFrame,
  parseHandshake,
  pingFrame,
  resetFrame,
  type ResetReason,
  type Subscription,
} from "@/lib/protocol/frames.ts";
import {
  CLIENT_FRAME_BYTES_MAX,
  CLIENT_FRAMES_MAX,
  CLIENT_FRAMES_WINDOW_MS,
  EXPIRY_WARNING_MS,
  HANDSHAKE_MS,
  PING_MS,
} from "@/lib/protocol/limits.ts";
import { type AuthDeps, verifyAuthFrame } from "@/services/auth/auth_frame.ts";
import type { Feeds } from "@/services/feeds/feeds.ts";
import type { Failed } from "@/services/log.ts";
import { aboutOf, type Connections, type Held } from "@/services/realtime/connections.ts";
import type { Metrics } from "@/services/realtime/metrics.ts";
import { ServerSocket } from "@/services/realtime/server_socket.ts";

export interface ConnectionDeps extends AuthDeps {
  readonly feeds: Feeds;
  readonly metrics: Metrics;
  readonly connections: Connections;
  readonly failed: Failed;
}

/** One socket of `GET /v2/realtime/stream`: handshake, subscription, token, pings. What it sees comes from its feed. */
export class RealtimeConnection implements Held, Sink {
  readonly kind = "streaming";
  readonly #socket: ServerSocket;
  readonly #deps: ConnectionDeps;
  readonly id = crypto.randomUUID();
  readonly #openedAt = Date.now();
  #principal: Principal;
  #feed: Feed | undefined;
  #subscriber: Subscriber | undefined;
  #wish: Subscription | undefined;
  #closed = false;
  #warned = false;
  #pingedAt = Date.now();
  #framesSince = Date.now();
  #frames = 0;
  /** Frames of the client are worked off one after the other; CLIENT_FRAMES_MAX bounds how many wait. */
  #work: Promise<void> = Promise.resolve();

  /** Takes over a socket that was just upgraded; `release` gives its place back when it is gone. */
  constructor(socket: WebSocket, principal: Principal, release: () => void, deps: ConnectionDeps) {
    this.#principal = principal;
    this.#deps = deps;
    this.#socket = new ServerSocket(socket, release, {
      message: (data) => this.#message(data),
      gone: () => this.#leave(),
      broke: (error) => this.#fail(error),
      failed: (error) => this.#failed(error),
    });
    deps.connections.add(this);
    deps.metrics.opened(principal.orgId);
  }

  buffered(): number {
    return this.#socket.buffered;
  }

  frame(frame: Frame): void {
    this.#socket.send(frame.text);
  }

  reset(reason: ResetReason, seq: number, epoch: string): void {
    this.#socket.send(resetFrame(reason, seq, epoch));
  }

  stalled(): void {
    this.#end("slow");
  }

  tick(now: number): void {
    this.#socket.guard(() => {
      if (this.#closed) return;
      const { expiresAt } = this.#principal;
      if (now >= expiresAt) return this.#end("token_expired", "token_expired");
      if (this.#subscriber === undefined) {
        if (now - this.#openedAt >= HANDSHAKE_MS) this.#end("handshake_timeout", "handshake_timeout");
        return;
      }
      if (!this.#warned && now >= expiresAt - EXPIRY_WARNING_MS) {
        this.#warned = true;
        this.#socket.send(errorFrame("token_expiring"));
      }
      if (now - this.#pingedAt >= PING_MS) this.#ping(now);
    });
  }

  leave(why: LeaveReason, reconnectInMs: number): void {
    this.#socket.guard(() => {
      if (this.#closed) return;
      this.#socket.send(downgradeFrame(why, reconnectInMs));
      this.#end(why === "restart" ? "restart" : "downgrade");
    });
  }

  revoke(): void {
    this.#socket.guard(() => this.#end("token_revoked", "token_revoked"));
  }

  get principal(): Principal {
    return this.#principal;
  }

  get orgId(): number {
    return this.#principal.orgId;
  }

  #message(data: unknown): void {
    if (this.#closed) return;
    if (typeof data !== "string") {
      return this.#end("bad_frame", "bad_frame", "binary frames have no meaning here");
    }
    if (isLonger(data, CLIENT_FRAME_BYTES_MAX)) {
      return this.#end("too_big", "frame_too_big", `at most ${CLIENT_FRAME_BYTES_MAX} bytes`);
    }
    const now = Date.now();
    if (now - this.#framesSince > CLIENT_FRAMES_WINDOW_MS) {
      this.#framesSince = now;
      this.#frames = 0;
    }
    if (++this.#frames > CLIENT_FRAMES_MAX) return this.#end("too_many_frames", "too_many_frames");
    this.#work = this.#work.then(() => this.#closed ? undefined : this.#take(data)).catch((error) =>
      this.#fail(error)
    );
  }

  async #take(text: string): Promise<void> {
    if (this.#subscriber === undefined) return await this.#handshake(text);
    const frame = parseClientFrame(text);
    if ("error" in frame) {
      this.#error(frame.error, frame.detail);
    } else if (frame.type === "auth") {
      await this.#refresh(frame);
    } else {
      const audience = audienceOf(this.#principal, frame);
      if ("error" in audience) this.#error(audience.error, audience.detail);
      else this.#change(frame, audience);
    }
  }

  async #handshake(text: string): Promise<void> {
    const wish = parseHandshake(text);
    if ("error" in wish) return this.#end("bad_frame", wish.error, wish.detail);
    const audience = audienceOf(this.#principal, wish);
    if ("error" in audience) return this.#end("forbidden", audience.error, audience.detail);
    const feed = await this.#deps.feeds.acquire(this.#principal.orgId);
    if (this.#closed) return;
    const from = wish.lastSeq === null ? null : { seq: wish.lastSeq, epoch: wish.epoch };
    this.#wish = wish;
    this.#feed = feed;
    this.#subscriber = feed.add(this, audience, from);
    this.#acknowledge(feed, this.#subscriber);
  }

  #change(wish: Subscription, audience: Audience): void {
    this.#wish = wish;
    this.#feed!.change(this.#subscriber!, audience);
    this.#acknowledge(this.#feed!, this.#subscriber!);
  }

  async #refresh(frame: Extract<ClientFrame, { type: "auth" }>): Promise<void> {
    const principal = await verifyAuthFrame(frame, this.#deps, this.#principal);
    if (this.#closed) return;
    if ("code" in principal) {
      const code = principal.code === "unavailable" ? "unavailable" : "token_invalid";
      return this.#error(code, principal.detail ?? principal.code);
    }
    const { userId, orgId } = this.#principal;
    if (principal.userId !== userId || principal.orgId !== orgId) return this.#error("token_mismatch");
    // Where it ends no later, its end was told already: a client that asks again would get the same again.
    if (principal.expiresAt > this.#principal.expiresAt) this.#warned = false;
    this.#principal = principal;
    // The new token may allow less than the old one.
    const audience = audienceOf(principal, this.#wish!);
    if ("error" in audience) return this.#end("forbidden", audience.error, audience.detail);
    this.#change(this.#wish!, audience);
  }

  #acknowledge(feed: Feed, subscriber: Subscriber): void {
    this.#socket.send(ackFrame({
      seq: subscriber.cursor,
      epoch: subscriber.epoch,
      timestamp: new Date().toISOString(),
      connectionId: this.id,
      heartbeatMs: PING_MS,
      expiresAt: new Date(this.#principal.expiresAt).toISOString(),
    }));
    this.#pingedAt = Date.now();
    feed.begin(subscriber);
  }

  #ping(now: number): void {
    if (this.buffered() > this.#deps.connections.bufferLimit()) return;
    this.#pingedAt = now;
    this.#socket.send(pingFrame(this.#feed!.position(this.#subscriber!), new Date(now).toISOString()));
  }

  #error(code: FrameErrorCode, detail?: string): void {
    this.#deps.metrics.error(this.#principal.orgId);
    this.#socket.send(errorFrame(code, detail));
  }

  /** Ends the connection: an error frame where there is one to tell, then the close code. */
  #end(close: CloseName, error?: FrameErrorCode, detail?: string): void {
    if (this.#closed) return;
    this.#leave(close);
    if (error !== undefined) this.#error(error, detail);
    else if (close === "slow") this.#deps.metrics.error(this.#principal.orgId);
    this.#socket.close(CLOSE[close]);
  }

  #leave(reason?: CloseName): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#deps.connections.remove(this, reason);
    this.#deps.metrics.closed(this.#principal.orgId);
    if (this.#subscriber !== undefined) this.#feed?.leave(this.#subscriber);
  }

  #fail(error: unknown): void {
    this.#failed(error);
    this.#end("internal", "internal");
  }

  #failed(error: unknown): void {
    this.#deps.failed(error, aboutOf(this));
  }
}

const UTF8_BYTES_PER_UNIT_MAX = 3;

/** Is this text more than `bytes` long in UTF-8? Encodes it only where its length leaves that open. */
function isLonger(text: string, bytes: number): boolean {
  if (text.length > bytes) return true;
  return text.length * UTF8_BYTES_PER_UNIT_MAX > bytes && new TextEncoder().encode(text).length > bytes;
}
