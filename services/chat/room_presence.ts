import { Coalesced } from "@/lib/chat/coalesced.ts";
import { type PeopleChange, type Person, RoomPeople, strongest } from "@/lib/chat/people.ts";
import type { ToldPeople } from "@/lib/chat/told.ts";
import type { Clock } from "@/lib/realtime/ports.ts";
import { nameOf } from "@/services/chat/access.ts";
import type { Peer } from "@/services/chat/peer.ts";

/** Changes of who is there are told at once after quiet, then at most once in this time. */
export const PRESENCE_FLUSH_MS = 250;
/** Who asks for all of them is answered at once after quiet, then at most once in this time. */
export const WHOLE_FLUSH_MS = 50;
/** A person whose last connection was closed in order is offline after this time: a page that is loaded anew comes back. */
export const OFFLINE_GRACE_MS = 1_500;

interface OwnPerson {
  readonly peers: Set<Peer>;
  /** What it is as long as no peer says otherwise. */
  person: Person;
  cancelOffline: (() => void) | undefined;
}

interface Waiting {
  readonly others: number;
  readonly then: () => void;
  readonly cancel: () => void;
}

export interface RoomPresenceOptions {
  readonly clock: Clock;
  readonly instance: string;
  /** Tells people here. */
  readonly changed: (change: PeopleChange) => void;
  /** Tells the other instances. */
  readonly tell: (told: ToldPeople) => void;
  /** Asks the others to tell all of their people. */
  readonly ask: () => void;
}

/** Who is in one room: the people of this instance, told to the others, and those that the others tell of. */
export class RoomPresence {
  readonly #options: RoomPresenceOptions;
  readonly #people: RoomPeople;
  readonly #own = new Map<string, OwnPerson>();
  /** Of the others: the version up to which their people are known, and their sockets. */
  readonly #others = new Map<string, { version: number; sockets: number }>();
  readonly #flush: Coalesced;
  readonly #asks: Coalesced;
  readonly #wholes: Coalesced;
  readonly #untold = new Set<string>();
  /** Who waits for what others tell. */
  readonly #waiting = new Set<Waiting>();
  #sockets = 0;
  #toldSockets = 0;
  #isToldWhole = false;
  #version: number;

  constructor(options: RoomPresenceOptions) {
    this.#options = options;
    // Above what this instance told when it had the room before.
    this.#version = options.clock.now();
    this.#people = new RoomPeople(options.instance);
    this.#flush = new Coalesced(options.clock, PRESENCE_FLUSH_MS, () => this.#tell());
    this.#wholes = new Coalesced(options.clock, WHOLE_FLUSH_MS, () => this.#tellOthers(true));
    this.#asks = new Coalesced(options.clock, PRESENCE_FLUSH_MS, () => options.ask());
  }

  /** Everybody. */
  get all(): RoomPeople["all"] {
    return this.#people.all;
  }

  get size(): number {
    return this.#people.size;
  }

  /** Sockets in the room, on all instances. */
  get sockets(): number {
    return this.#others.values().reduce((sum, { sockets }) => sum + sockets, this.#sockets);
  }

  /** Is nobody of this instance there? */
  get isEmpty(): boolean {
    return this.#own.size === 0;
  }

  /** Somebody is about to be shown who is there. */
  shown(): void {
    this.#people.shown();
  }

  /** Calls back when so many other instances have told of their people, or after a time. */
  whenHeardFrom(others: number, ms: number, then: () => void): void {
    if (this.#others.size >= others) return then();
    const waiting = { others, then, cancel: this.#options.clock.after(ms, () => this.#waited(waiting)) };
    this.#waiting.add(waiting);
  }

  add(peer: Peer): void {
    const { userId } = peer.principal;
    let own = this.#own.get(userId);
    if (own === undefined) {
      const person = { userName: nameOf(peer.principal), status: peer.status };
      this.#own.set(userId, own = { peers: new Set(), person, cancelOffline: undefined });
    }
    own.cancelOffline?.();
    own.cancelOffline = undefined;
    if (!own.peers.has(peer)) this.#sockets++;
    own.peers.add(peer);
    this.#settle(userId, own);
  }

  /**
   * `isClean`: the connection was closed in order, or the room was left. Answers whether this person has no other
   * connection here.
   */
  remove(peer: Peer, isClean: boolean): boolean {
    const { userId } = peer.principal;
    const own = this.#own.get(userId);
    if (own?.peers.delete(peer) !== true) return false;
    this.#sockets--;
    if (own.peers.size > 0) {
      this.#settle(userId, own);
      return false;
    }
    if (isClean) {
      own.cancelOffline = this.#options.clock.after(OFFLINE_GRACE_MS, () => this.#offline(userId));
      this.#flush.call();
    } else {
      this.#offline(userId);
    }
    return true;
  }

  /** The status of one of its peers is another one. */
  update(peer: Peer): void {
    const own = this.#own.get(peer.principal.userId);
    if (own?.peers.has(peer)) this.#settle(peer.principal.userId, own);
  }

  /** What another instance tells. */
  heard(instance: string, told: ToldPeople): void {
    const known = this.#others.get(instance);
    if (!told.isWhole && (known === undefined || told.version !== known.version + 1)) {
      // An older one came late, and what is newer has come already; or one is missing.
      if (known === undefined || told.version > known.version) this.#asks.call();
      return;
    }
    this.#others.set(instance, { version: told.version, sockets: told.sockets });
    if (told.isWhole) {
      const people = [...told.people].filter((one): one is [string, Person] => one[1] !== null);
      this.#people.replace(instance, new Map(people));
    } else {
      for (const [userId, person] of told.people) this.#people.set(instance, userId, person);
    }
    this.#flush.call();
    for (const waiting of this.#waiting) {
      if (this.#others.size >= waiting.others) this.#waited(waiting);
    }
  }

  gone(instance: string): void {
    this.#others.delete(instance);
    this.#people.replace(instance, new Map());
    this.#flush.call();
  }

  cut(isCut: boolean): void {
    this.#people.cut(isCut);
    this.#flush.call();
  }

  /** Has the others told of all people here. */
  tellWhole(): void {
    this.#wholes.call();
  }

  /** All of its people, as they are. */
  whole(): ToldPeople {
    const people = this.#people.of(this.#options.instance);
    return { version: this.#version, isWhole: true, sockets: this.#sockets, people };
  }

  close(): void {
    this.#flush.close();
    this.#asks.close();
    this.#wholes.close();
    for (const { cancelOffline } of this.#own.values()) cancelOffline?.();
    for (const waiting of this.#waiting) this.#waited(waiting);
  }

  #waited(waiting: Waiting): void {
    waiting.cancel();
    if (this.#waiting.delete(waiting)) waiting.then();
  }

  #settle(userId: string, own: OwnPerson): void {
    let status: Person["status"] = "away";
    for (const peer of own.peers) status = strongest(status, peer.status) as Person["status"];
    const userName = nameOf(own.peers.values().next().value!.principal);
    own.person = { userName, status };
    this.#set(userId, own.person);
  }

  #offline(userId: string): void {
    this.#own.delete(userId);
    this.#set(userId, null);
  }

  #set(userId: string, person: Person | null): void {
    this.#people.set(this.#options.instance, userId, person);
    this.#untold.add(userId);
    this.#flush.call();
  }

  #tell(): void {
    const change = this.#people.takeChange();
    // The first that the others hear is all of it.
    if (this.#untold.size > 0 || this.#toldSockets !== this.#sockets) this.#tellOthers(!this.#isToldWhole);
    if (change !== undefined) this.#options.changed(change);
  }

  #tellOthers(isWhole: boolean): void {
    const version = ++this.#version;
    if (isWhole) {
      this.#isToldWhole = true;
      this.#options.tell(this.whole());
    } else {
      const own = this.#people.of(this.#options.instance);
      const people = new Map([...this.#untold].map((userId) => [userId, own.get(userId) ?? null]));
      this.#options.tell({ version, isWhole, sockets: this.#sockets, people });
    }
    this.#untold.clear();
    this.#toldSockets = this.#sockets;
  }
}
