import type { Principal } from "@/lib/auth/principal.ts";
import type { Since } from "@/lib/chat/client_frames.ts";
import type { ChatRefused } from "@/lib/chat/errors.ts";
import { SENDS_MAX, SENDS_WINDOW_MS } from "@/lib/chat/limits.ts";
import type { NewMessage, Present } from "@/lib/chat/message.ts";
import { RoomPeople } from "@/lib/chat/people.ts";
import { heardPeople } from "@/lib/chat/told.ts";
import { Window } from "@/lib/chat/window.ts";
import type { Registry } from "@/lib/metrics/registry.ts";
import { chatSubject } from "@/lib/protocol/subjects.ts";
import type { Clock } from "@/lib/realtime/ports.ts";
import { Slots } from "@/lib/realtime/slots.ts";
import { Alive } from "@/services/chat/alive.ts";
import type { Bus } from "@/services/chat/bus.ts";
import { ASK_MS, OrgHub } from "@/services/chat/org_hub.ts";
import type { Entry } from "@/services/chat/members.ts";
import type { Peer } from "@/services/chat/peer.ts";
import type { ChatRecord, Kept } from "@/services/chat/ports.ts";
import { Room, ROOM_UNAVAILABLE } from "@/services/chat/room.ts";
import { NOTHING_READ } from "@/services/chat/room_log.ts";

/** People whose sends are counted at once. */
export const SENDERS_MAX = 20_000;
/** Who is let in while members change is asked again, so often at most. */
const ENTRIES_MAX = 5;
/** Reads for those who join, at once: after a drop thousands come back, and others want the database, too. */
export const ENTERING_AT_ONCE = 16;
const TICK_MS = 1_000;

export interface ChatOptions {
  readonly record: ChatRecord;
  readonly bus: Bus;
  readonly clock: Clock;
  /** The name of this instance: one token of a subject. */
  readonly instance: string;
  readonly registry: Registry;
  readonly failed: (error: unknown) => void;
}

/** Who is in a room now, on all instances. */
export interface Who {
  readonly online: readonly Present[];
  readonly people: number;
  readonly connections: number;
}

/** What somebody wants to be different about a message: another text, or that it is taken back. */
export type Change =
  | {
    readonly roomId: string;
    readonly id: number;
    readonly text: string;
    readonly mentions: readonly string[];
  }
  | { readonly roomId: string; readonly id: number; readonly text?: undefined };

/** Chat on this instance. One for a process. */
export class Chat {
  readonly #options: ChatOptions;
  readonly #hubs = new Map<number, OrgHub>();
  readonly #alive: Alive;
  readonly #sends = new Window({ max: SENDS_MAX, ms: SENDS_WINDOW_MS, keysMax: SENDERS_MAX });
  readonly #entering = new Slots(ENTERING_AT_ONCE);
  #cancelTick: () => void;

  constructor(options: ChatOptions) {
    const { bus, clock, instance } = options;
    this.#options = options;
    this.#alive = new Alive({
      bus,
      clock,
      instance,
      gone: (gone, silentMs) => {
        if (silentMs !== null) {
          options.registry.observe("innstream_chat_presence_detect_seconds", {}, silentMs / 1000);
        }
        this.#each((hub) => hub.gone(gone));
      },
      back: () => this.#each((hub) => hub.back()),
      cut: () => this.#each((hub) => hub.cut()),
      healed: (sinceMs) => this.#each((hub) => hub.healed(clock.now() - sinceMs)),
    });
    this.#cancelTick = clock.after(TICK_MS, () => this.#tick());
  }

  /** Begins with a socket; what it answers ends that. `watches`: it is told of rooms it has not joined. */
  async attach(peer: Peer): Promise<() => void> {
    const hub = this.#hub(peer.principal.orgId);
    const release = hub.hold();
    try {
      if (peer.watches) await hub.watch(peer);
    } catch (error) {
      release();
      throw error;
    }
    return () => {
      hub.watchers.remove(peer);
      release();
    };
  }

  /** Joins a room; `admitted` is told, in the same moment, what the peer is to be sent first. */
  async join(
    peer: Peer,
    { roomId, since }: { roomId: string; since: Since },
    admitted: (room: Room, joined: string) => void,
  ): Promise<ChatRefused | undefined> {
    const hub = this.#hub(peer.principal.orgId);
    const release = hub.hold();
    try {
      for (let tries = 0; tries < ENTRIES_MAX; tries++) {
        const entry = hub.members.entering(roomId);
        try {
          const entered = await this.#enter(peer, hub, { entry, since, admitted });
          if (entered !== "again") return entered;
        } finally {
          hub.members.entered(entry);
        }
      }
      return ROOM_UNAVAILABLE;
    } finally {
      release();
    }
  }

  /** Sets the gauges. */
  measure(): void {
    const joined = this.#hubs.values().reduce((sum, hub) => sum + hub.joined, 0);
    this.#options.registry.set("innstream_chat_joined", {}, joined);
  }

  /** May this person still be in the room? */
  async mayEnter(principal: Principal, roomId: string): Promise<boolean> {
    return !("error" in await this.#options.record.enter(principal, roomId));
  }

  /** Says something, over a socket or without one. Whatever is answered as kept is committed. Never rejects. */
  async say(principal: Principal, message: NewMessage): Promise<Kept | ChatRefused> {
    const { clock, registry } = this.#options;
    const began = clock.now();
    const said = this.#counted(principal) ?? await this.#inRoom(principal, message.roomId, (room) => {
      return room.say(principal, message);
    });
    if (!("error" in said) && said.isNew) {
      registry.count("innstream_chat_messages_total", {});
      registry.observe("innstream_chat_send_seconds", {}, (clock.now() - began) / 1000);
    }
    return said;
  }

  /** Edits a message, or deletes it. Never rejects. */
  async change(principal: Principal, change: Change): Promise<Kept | ChatRefused> {
    const { record } = this.#options;
    return this.#counted(principal) ?? await this.#inRoom(principal, change.roomId, async (room) => {
      const outcome = change.text === undefined
        ? await record.remove(principal, change)
        : await record.edit(principal, change);
      if (!("error" in outcome)) room.kept(outcome);
      return outcome;
    });
  }

  /** The `seq` of a message of a room that is open; undefined where it has none such. */
  async seqOf(orgId: number, room: Room, id: number): Promise<number | undefined> {
    return room.log.recent.find(id)?.seq ?? await this.#options.record.seqOf(orgId, room.roomId, id);
  }

  /** Call after a commit: who is in a topic, or what it is called, has changed. */
  membersChanged(orgId: number, roomId: string): void {
    this.#hub(orgId).membersChanged(roomId);
  }

  /** People in a room, where it is open here; else 0. */
  online(orgId: number, roomId: string): number {
    return this.#hubs.get(orgId)?.room(roomId)?.presence.size ?? 0;
  }

  /** Who is in a room; where it is not open here the others are asked. Whether the caller may know is the caller's. */
  async who(orgId: number, roomId: string): Promise<Who> {
    const presence = this.#hubs.get(orgId)?.room(roomId)?.presence;
    if (presence !== undefined) {
      return { online: presence.all, people: presence.size, connections: presence.sockets };
    }
    const { bus, instance } = this.#options;
    const subject = chatSubject(orgId, roomId, "ask", instance);
    const answers = await bus.ask(subject, { ms: ASK_MS, max: this.#alive.others });
    const people = new RoomPeople(instance);
    let connections = 0;
    for (const [at, answer] of answers.entries()) {
      const told = heardPeople(answer);
      connections += told?.sockets ?? 0;
      for (const [userId, person] of told?.people ?? []) people.set(String(at), userId, person);
    }
    return { online: people.all, people: people.size, connections };
  }

  /** Ends it, after the sockets have left: the others hear that this instance stops. */
  async close(): Promise<void> {
    this.#cancelTick();
    this.#alive.close();
    await Promise.all(this.#hubs.values().map((hub) => hub.close()));
    this.#hubs.clear();
  }

  async #enter(
    peer: Peer,
    hub: OrgHub,
    { entry, since, admitted }: {
      entry: Entry;
      since: Since;
      admitted: (room: Room, joined: string) => void;
    },
  ): Promise<ChatRefused | undefined | "again"> {
    const { principal } = peer;
    const { record, clock, registry } = this.#options;
    const began = clock.now();
    const entered = await this.#entering.run(
      () => record.enter(principal, entry.roomId),
      principal.orgId,
    );
    if ("error" in entered) return entered;
    const room = await hub.open(entry.roomId);
    if (room === undefined) return ROOM_UNAVAILABLE;
    const letGo = room.hold();
    try {
      const catchingUp = room.log.needsRead(since)
        ? this.#entering.run(() => room.log.catchUp(since), principal.orgId)
        : NOTHING_READ;
      const [caughtUp] = await Promise.all([catchingUp, hub.asked(room)]);
      if (peer.isClosed) return undefined;
      // Somebody may have been taken out meanwhile, or have a token that covers less.
      if (entry.isStale || principal !== peer.principal) return "again";
      admitted(room, room.join(peer, entered, since, caughtUp));
      registry.observe("innstream_chat_history_seconds", {}, (clock.now() - began) / 1000);
      return undefined;
    } finally {
      letGo();
    }
  }

  #counted({ orgId, userId }: Principal): ChatRefused | undefined {
    const retryAfterMs = this.#sends.take(`${orgId}/${userId}`, this.#options.clock.now());
    if (retryAfterMs === 0) return undefined;
    this.#options.registry.count("innstream_rate_limited_total", { limit: "messages" });
    return {
      error: "too_many_messages",
      detail: `at most ${SENDS_MAX} in ${SENDS_WINDOW_MS} ms`,
      retryAfterMs,
    };
  }

  /** Somebody who says something need not have joined the room. */
  async #inRoom(
    principal: Principal,
    roomId: string,
    run: (room: Room) => Promise<Kept | ChatRefused>,
  ): Promise<Kept | ChatRefused> {
    const hub = this.#hub(principal.orgId);
    const release = hub.hold();
    try {
      let room = hub.room(roomId);
      if (room === undefined) {
        const entered = await this.#options.record.enter(principal, roomId);
        if ("error" in entered) return entered;
        room = await hub.open(roomId);
      }
      if (room === undefined) return ROOM_UNAVAILABLE;
      const letGo = room.hold();
      return await run(room).finally(letGo);
    } catch (error) {
      this.#options.failed(error);
      return { error: "not_kept", detail: "the database did not answer" };
    } finally {
      release();
    }
  }

  #hub(orgId: number): OrgHub {
    let hub = this.#hubs.get(orgId);
    if (hub === undefined) {
      hub = new OrgHub({ ...this.#options, orgId, alive: this.#alive });
      this.#hubs.set(orgId, hub);
    }
    return hub;
  }

  #each(run: (hub: OrgHub) => void): void {
    for (const hub of this.#hubs.values()) {
      try {
        run(hub);
      } catch (error) {
        this.#options.failed(error);
      }
    }
  }

  #tick(): void {
    const { clock, failed } = this.#options;
    this.#cancelTick = clock.after(TICK_MS, () => this.#tick());
    const now = clock.now();
    this.#each((hub) => hub.tick(now));
    for (const [orgId, hub] of this.#hubs) {
      if (!hub.isIdle(now)) continue;
      this.#hubs.delete(orgId);
      void hub.close().catch(failed);
    }
  }
}
