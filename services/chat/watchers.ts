import { coversProperty, type Principal } from "@/lib/auth/principal.ts";
import { Coalesced } from "@/lib/chat/coalesced.ts";
import type { ChatMessage } from "@/lib/chat/message.ts";
import type { Position } from "@/lib/chat/positions.ts";
import { parseRoomId } from "@/lib/chat/room_id.ts";
import { chatFrame } from "@/lib/chat/server_frames.ts";
import type { Clock } from "@/lib/realtime/ports.ts";
import type { Peer } from "@/services/chat/peer.ts";
import type { TopicMembers } from "@/services/chat/ports.ts";

/** What happens in a room is told to who watches at once after quiet, then at most once in this time. */
export const ACTIVITY_MS = 500;
/** Rooms of an organisation whose activity is held back at once; of those beyond it is not told. */
export const ACTIVE_ROOMS_MAX = 5_000;

interface Active {
  message: ChatMessage;
  propertyId: number | null;
  isTold: boolean;
  readonly flush: Coalesced;
}

/** The sockets of one organisation that are told of rooms they have not joined. */
export class Watchers {
  readonly #clock: Clock;
  /** Each with the topics that its person is a member of. */
  readonly #topics = new Map<Peer, Set<string>>();
  /** What has changed of the topics of somebody for whom they are being read. */
  readonly #reading = new Set<{ readonly userId: string; readonly changed: Map<string, boolean> }>();
  readonly #active = new Map<string, Active>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Tells a peer of its topics, which are read: what is heard of them meanwhile holds. Answers whether they are others
   * than those before.
   */
  async read(peer: Peer, topicsOf: () => Promise<readonly string[]>): Promise<boolean> {
    const reading = { userId: peer.principal.userId, changed: new Map<string, boolean>() };
    this.#reading.add(reading);
    try {
      const topics = new Set(await topicsOf());
      for (const [roomId, isIn] of reading.changed) {
        if (isIn) topics.add(roomId);
        else topics.delete(roomId);
      }
      if (peer.isClosed) return false;
      const before = this.#topics.get(peer);
      this.#topics.set(peer, topics);
      return before !== undefined && topics.symmetricDifference(before).size > 0;
    } finally {
      this.#reading.delete(reading);
    }
  }

  remove(peer: Peer): void {
    this.#topics.delete(peer);
  }

  /** A message was said, edited or deleted in a room of this property. */
  said(message: ChatMessage, propertyId: number | null): void {
    if (this.#topics.size === 0) return;
    const { roomId } = message;
    let active = this.#active.get(roomId);
    if (active === undefined) {
      if (this.#active.size >= ACTIVE_ROOMS_MAX) return;
      const flush = new Coalesced(this.#clock, ACTIVITY_MS, () => this.#tell(roomId));
      this.#active.set(roomId, active = { message, propertyId, isTold: true, flush });
    } else if (message.seq < active.message.seq || message.rev <= active.message.rev) {
      // An edit of an older one is no news of this room, and neither is what comes twice.
      return;
    }
    Object.assign(active, { message, propertyId, isTold: false });
    active.flush.call();
  }

  /** People have read further: their other devices hear of it. */
  advanced(roomId: string, positions: readonly Position[]): void {
    if (this.#topics.size === 0) return;
    const ahead = new Map(positions.map(({ userId, readUpTo }) => [userId, readUpTo]));
    for (const peer of this.#topics.keys()) {
      const readUpTo = ahead.get(peer.principal.userId);
      if (readUpTo === undefined || readUpTo === 0 || peer.hasJoined(roomId)) continue;
      peer.send(chatFrame({ type: "position", roomId, readUpTo }));
    }
  }

  /** A topic has other members, or another name; undefined: there is none such any more. */
  members(roomId: string, members: TopicMembers | undefined): void {
    for (const { userId, changed } of this.#reading) {
      changed.set(roomId, members?.userIds.has(userId) === true);
    }
    const text = chatFrame({ type: "rooms" });
    for (const [peer, topics] of this.#topics) {
      const isIn = members?.userIds.has(peer.principal.userId) === true;
      if (!isIn && !topics.has(roomId)) continue;
      if (isIn) topics.add(roomId);
      else topics.delete(roomId);
      peer.send(text);
    }
  }

  /** Reads anew which topics everybody is in, one after the other. Rejects with the first that fails. */
  async reload(topicsOf: (peer: Peer) => Promise<readonly string[]>): Promise<void> {
    for (const peer of [...this.#topics.keys()]) {
      if (await this.read(peer, () => topicsOf(peer))) peer.send(chatFrame({ type: "rooms" }));
    }
  }

  /** Forgets rooms that have been quiet; called about once a second. */
  tick(): void {
    for (const [roomId, { isTold, flush }] of this.#active) {
      if (isTold && flush.isQuiet) this.#active.delete(roomId);
    }
  }

  close(): void {
    for (const { flush } of this.#active.values()) flush.close();
    this.#active.clear();
  }

  #tell(roomId: string): void {
    const active = this.#active.get(roomId)!;
    active.isTold = true;
    const text = chatFrame({ type: "activity", message: active.message });
    const { kind } = parseRoomId(roomId)!;
    for (const [peer, topics] of this.#topics) {
      if (peer.hasJoined(roomId)) continue;
      const isIn = kind !== "topic" || topics.has(roomId);
      if (isIn && maySee(peer.principal, kind, active.propertyId)) peer.send(text);
    }
  }
}

function maySee(principal: Principal, kind: string, propertyId: number | null): boolean {
  return coversProperty(principal, propertyId) && (kind !== "room" || principal.services.has("properties"));
}
