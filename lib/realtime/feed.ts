import { CATCH_UP_EVENTS_MAX } from "@/lib/protocol/limits.ts";
import type { ResetReason } from "@/lib/protocol/frames.ts";
import type { Audience } from "@/lib/realtime/audience.ts";
import type { CatchUp, Read } from "@/lib/realtime/catch_up.ts";
import type { StoredEvent } from "@/lib/realtime/event.ts";
import type { Frame } from "@/lib/realtime/frame.ts";
import { Group } from "@/lib/realtime/group.ts";
import type { Clock, Meter, Sink, StreamState } from "@/lib/realtime/ports.ts";
import { Ring } from "@/lib/realtime/ring.ts";
import { type ResumePoint, Subscriber } from "@/lib/realtime/subscriber.ts";

/** A subscriber that reads nothing for this long is let go. */
export const STALLED_MS = 30_000;
/** Wait after a failed read of the stream. */
export const READ_RETRY_MS = 1_000;

export interface FeedOptions {
  readonly orgId: number;
  readonly state: StreamState;
  readonly catchUp: CatchUp;
  readonly clock: Clock;
  readonly meter: Meter;
  /** Bytes a sink may hold before its subscriber falls behind. */
  readonly bufferLimit: () => number;
  /** Smaller in tests. */
  readonly ringEventsMax?: number;
}

/**
 * Everything that happens in one organisation, once per process: a ring of the latest events, and groups of subscribers
 * that see the same part of them. Resume, a slow socket and a restart of the stream are one path: `#pump`.
 */
export class Feed {
  readonly orgId: number;
  readonly ring: Ring;
  #epoch: string;
  readonly #groups = new Map<string, Group<Subscriber>>();
  readonly #subscribers = new Set<Subscriber>();
  readonly #behind = new Set<Subscriber>();
  /** Those of `#behind` whose cursor another instance has carried beyond this feed's head. */
  readonly #ahead = new Set<Subscriber>();
  readonly #options: FeedOptions;

  constructor(options: FeedOptions) {
    this.orgId = options.orgId;
    const { state, ringEventsMax } = options;
    this.ring = new Ring(state.last, ringEventsMax === undefined ? {} : { eventsMax: ringEventsMax });
    this.#epoch = options.state.epoch;
    this.#options = options;
  }

  get epoch(): string {
    return this.#epoch;
  }

  get head(): number {
    return this.ring.head;
  }

  get size(): number {
    return this.#subscribers.size;
  }

  get behind(): number {
    return this.#behind.size;
  }

  get groups(): number {
    return this.#groups.size;
  }

  /** Takes the next event of the organisation. One at or below the head was seen already. */
  event(event: StoredEvent): void {
    if (event.seq <= this.ring.head) return;
    this.ring.push(event);
    for (const group of this.#groups.values()) {
      if (group.audience.matches(event)) group.push(event);
    }
    this.#wakeAhead();
  }

  /** The organisation had no event up to `seq`: the resume point of quiet subscribers moves along. */
  advance(seq: number): void {
    this.ring.advance(seq);
    this.#wakeAhead();
  }

  /**
   * Adds a subscriber that stands at `from`, or at the head. Nothing is sent before `begin`, so that its position
   * (`cursor`, `epoch`) can be acknowledged first.
   */
  add(sink: Sink, audience: Audience, from: ResumePoint | null): Subscriber {
    const group = this.#join(audience);
    const start = {
      seq: from?.seq ?? this.ring.head,
      epoch: from?.epoch ?? this.#epoch,
      isResuming: from !== null,
    };
    const subscriber = new Subscriber(
      sink,
      group,
      start,
      this.#options.clock.now(),
    );
    this.#subscribers.add(subscriber);
    return subscriber;
  }

  begin(subscriber: Subscriber): void {
    if (subscriber.state !== "new") return;
    this.#fallBehind(subscriber);
    this.#pump(subscriber);
  }

  /** Changes what a subscriber sees, from its present position on. Call `begin` after acknowledging it. */
  change(subscriber: Subscriber, audience: Audience): void {
    subscriber.group.flush();
    this.#stand(subscriber);
    this.#leaveGroup(subscriber);
    subscriber.backlog = undefined;
    subscriber.group = this.#join(audience);
    subscriber.state = "new";
  }

  leave(subscriber: Subscriber): void {
    if (subscriber.state === "gone") return;
    this.#stand(subscriber);
    subscriber.state = "gone";
    this.#subscribers.delete(subscriber);
    this.#leaveGroup(subscriber);
  }

  /** Safe resume point of a subscriber: it has been handed everything up to here. */
  position(subscriber: Subscriber): number {
    return subscriber.state === "live" ? subscriber.group.position(this.ring.head) : subscriber.cursor;
  }

  /**
   * The stream was interrupted or made anew. Answers the sequence at which reading must go on; whoever lost its place
   * is told so.
   */
  restart(state: StreamState): number {
    const { head } = this.ring;
    const same = state.epoch === this.#epoch;
    if (same && head + 1 >= state.first && head <= state.last) return head + 1;
    const reason = !same ? "recreated" : head > state.last ? "ahead" : "trimmed";
    this.#epoch = state.epoch;
    this.ring.clear(state.last);
    for (const group of this.#groups.values()) group.restart();
    for (const subscriber of this.#subscribers) {
      if (subscriber.state === "new") continue;
      this.#fallBehind(subscriber);
      this.#reset(subscriber, reason);
    }
    return state.last + 1;
  }

  /** Tries again for everyone who is behind; called at short intervals while there are any. */
  tick(): void {
    const now = this.#options.clock.now();
    for (const subscriber of this.#behind) {
      const buffered = subscriber.sink.buffered();
      // Whoever has nothing left to read waits for us, not we for them.
      if (buffered < subscriber.bufferedSeen || buffered === 0) subscriber.progressAt = now;
      subscriber.bufferedSeen = buffered;
      if (now - subscriber.progressAt >= STALLED_MS) subscriber.sink.stalled();
      else if (now >= subscriber.retryAt) this.#pump(subscriber);
    }
  }

  #join(audience: Audience): Group<Subscriber> {
    let group = this.#groups.get(audience.key);
    if (group === undefined) {
      const send = (frame: Frame, to: Group<Subscriber>) => this.#broadcast(frame, to);
      group = new Group(audience, this.ring, this.#options.clock, send);
      this.#groups.set(audience.key, group);
    }
    group.members++;
    return group;
  }

  #leaveGroup({ group }: Subscriber): void {
    group.members--;
    if (group.members > 0) return;
    group.restart();
    this.#groups.delete(group.audience.key);
  }

  /** Takes a subscriber out of every set, at the position it has reached. */
  #stand(subscriber: Subscriber): void {
    subscriber.cursor = this.position(subscriber);
    subscriber.group.live.delete(subscriber);
    this.#behind.delete(subscriber);
    this.#ahead.delete(subscriber);
  }

  #fallBehind(
    subscriber: Subscriber,
    cursor = this.position(subscriber),
  ): void {
    subscriber.cursor = cursor;
    subscriber.state = "behind";
    subscriber.progressAt = this.#options.clock.now();
    subscriber.group.live.delete(subscriber);
    this.#behind.add(subscriber);
  }

  #turnLive(subscriber: Subscriber): void {
    const { meter } = this.#options;
    if (subscriber.isResuming) meter.resumed(subscriber.replayed > 0 ? "replayed" : "current");
    if (subscriber.replayed > 0) meter.caughtUp(subscriber.hasRead ? "stream" : "ring");
    subscriber.isResuming = subscriber.hasRead = false;
    subscriber.state = "live";
    subscriber.replayed = 0;
    subscriber.group.live.add(subscriber);
    this.#behind.delete(subscriber);
    this.#ahead.delete(subscriber);
  }

  #broadcast(frame: Frame, group: Group<Subscriber>): void {
    const limit = this.#options.bufferLimit();
    let sent = 0;
    for (const subscriber of group.live) {
      if (!hasRoom(subscriber.sink.buffered(), frame, limit)) {
        this.#fallBehind(subscriber, frame.after);
        continue;
      }
      subscriber.sink.frame(frame);
      sent++;
    }
    if (sent > 0) {
      this.#options.meter.delivered(
        this.orgId,
        frame,
        sent,
        this.#options.clock.now(),
      );
    }
  }

  /** Brings a subscriber on from its cursor: what is left of a chunk, the ring, the stream, and live at the head. */
  #pump(subscriber: Subscriber): void {
    if (subscriber.state !== "behind" || subscriber.reading) return;
    // Nothing is read or encoded for a sink that has no room for it.
    if (subscriber.sink.buffered() > this.#options.bufferLimit()) return;
    if (subscriber.epoch !== this.#epoch) {
      return this.#reset(subscriber, "recreated");
    }
    if (!this.#giveBacklog(subscriber)) return;
    if (subscriber.replayed > CATCH_UP_EVENTS_MAX) {
      return this.#reset(subscriber, "too_far");
    }
    if (subscriber.cursor > this.ring.head) return this.#waitAhead(subscriber);
    if (subscriber.cursor < this.ring.floor) return this.#readOn(subscriber);
    // What is pending goes to the live members first: then the group stands at the head, and so can this one.
    subscriber.group.flush();
    for (;;) {
      const frame = subscriber.group.frameAfter(this.ring, subscriber.cursor);
      if (frame === undefined) break;
      if (!this.#give(subscriber, frame)) return;
    }
    this.#turnLive(subscriber);
  }

  #give(subscriber: Subscriber, frame: Frame): boolean {
    const { sink } = subscriber;
    if (!hasRoom(sink.buffered(), frame, this.#options.bufferLimit())) return false;
    const now = this.#options.clock.now();
    sink.frame(frame);
    subscriber.cursor = frame.seq;
    subscriber.replayed += frame.events.length;
    subscriber.progressAt = now;
    this.#options.meter.delivered(this.orgId, frame, 1, null);
    return true;
  }

  #giveBacklog(subscriber: Subscriber): boolean {
    const { backlog } = subscriber;
    if (backlog === undefined) return true;
    for (; backlog.next < backlog.frames.length; backlog.next++) {
      if (!this.#give(subscriber, backlog.frames[backlog.next]!)) return false;
    }
    subscriber.cursor = Math.max(subscriber.cursor, backlog.end);
    subscriber.backlog = undefined;
    return true;
  }

  #readOn(subscriber: Subscriber): void {
    const { cursor, group } = subscriber;
    this.#await(subscriber, this.#options.catchUp.read(this.orgId, cursor, this.#epoch), (outcome: Read) => {
      if (subscriber.group !== group) return;
      if ("reset" in outcome) return this.#reset(subscriber, outcome.reset);
      const { events, end } = outcome.chunk;
      subscriber.hasRead = true;
      // No further than this feed has come: beyond its head the subscriber would have to wait for it.
      const known = Math.max(events.at(-1)?.seq ?? 0, this.ring.head);
      subscriber.backlog = { frames: outcome.frames(group.audience), next: 0, end: Math.min(end, known) };
    });
  }

  /** Another instance was further on: either this feed gets there in a moment, or nobody ever was there. */
  #waitAhead(subscriber: Subscriber): void {
    if (this.#ahead.has(subscriber)) return;
    const { cursor } = subscriber;
    this.#await(subscriber, this.#options.catchUp.isAhead(cursor, this.#epoch), (ahead) => {
      if (ahead) this.#reset(subscriber, "ahead");
      else this.#ahead.add(subscriber);
    });
  }

  #wakeAhead(): void {
    for (const subscriber of this.#ahead) {
      if (subscriber.cursor > this.ring.head) continue;
      this.#ahead.delete(subscriber);
      this.#pump(subscriber);
    }
  }

  /** Hands on what was read, unless the subscriber stands elsewhere by then. */
  #await<T>(subscriber: Subscriber, pending: Promise<T>, then: (value: T) => void): void {
    const { cursor, epoch } = subscriber;
    subscriber.reading = true;
    pending.then((value) => {
      subscriber.reading = false;
      if (subscriber.state !== "behind") return;
      if (subscriber.cursor === cursor && subscriber.epoch === epoch) then(value);
      this.#pump(subscriber);
    }, () => {
      // Reported once, by who read; everyone who waits tries again.
      subscriber.reading = false;
      subscriber.retryAt = this.#options.clock.now() + READ_RETRY_MS;
    }).catch((error) => this.#options.meter.failed(this.orgId, error));
  }

  /** Tells a subscriber that it lost its place, and lets it go on live from the head. */
  #reset(subscriber: Subscriber, reason: ResetReason): void {
    subscriber.group.flush();
    subscriber.backlog = undefined;
    subscriber.cursor = this.ring.head;
    subscriber.epoch = this.#epoch;
    subscriber.sink.reset(reason, this.ring.head, this.#epoch);
    this.#options.meter.reset(this.orgId, reason);
    if (subscriber.isResuming) this.#options.meter.resumed("reset");
    subscriber.isResuming = false;
    subscriber.replayed = 0;
    this.#turnLive(subscriber);
  }
}

/** A frame may fill an empty sink beyond the limit, so that every frame gets through. */
function hasRoom(buffered: number, frame: Frame, limit: number): boolean {
  return buffered === 0 || buffered + frame.bytes <= limit;
}
