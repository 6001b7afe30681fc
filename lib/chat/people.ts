import type { PresenceStatus, Present } from "@/lib/chat/message.ts";

/** Somebody who is in a room, on one instance. */
export interface Person {
  readonly userName: string;
  readonly status: "online" | "away";
}

/** People of a room that one instance tells of, at most; those beyond are not shown. */
export const PEOPLE_MAX = 5_000;

const RANK: Readonly<Record<PresenceStatus, number>> = { online: 3, away: 2, unknown: 1, offline: 0 };

/** Of two statuses of one person the one that says more: online, away, unknown, offline. */
export function strongest(a: PresenceStatus, b: PresenceStatus): PresenceStatus {
  return RANK[a] >= RANK[b] ? a : b;
}

/** What is to be told of people: who changed how, and the names of those who were not there. */
export interface PeopleChange {
  readonly users: Readonly<Record<string, PresenceStatus>>;
  readonly names: Readonly<Record<string, string>>;
}

/** Who is in a room: what each instance says, merged. */
export class RoomPeople {
  readonly #own: string;
  readonly #sources = new Map<string, Map<string, Person>>();
  readonly #present = new Map<string, Present>();
  /** As it was told last. */
  readonly #told = new Map<string, PresenceStatus>();
  readonly #changed = new Set<string>();
  /** Those whom some have seen in another way than others: they are told whatever becomes of them. */
  readonly #mixed = new Set<string>();
  #isCut = false;

  /** `own`: the instance whose people are known also where nothing arrives from others. */
  constructor(own: string) {
    this.#own = own;
  }

  get size(): number {
    return this.#present.size;
  }

  get all(): readonly Present[] {
    return [...this.#present.values()];
  }

  /** Those on one instance. */
  of(source: string): ReadonlyMap<string, Person> {
    return this.#sources.get(source) ?? new Map();
  }

  /** `person` null: not there any more. */
  set(source: string, userId: string, person: Person | null): void {
    let people = this.#sources.get(source);
    if (people === undefined) this.#sources.set(source, people = new Map());
    if (person === null) people.delete(userId);
    else if (people.has(userId) || people.size < PEOPLE_MAX) people.set(userId, person);
    if (people.size === 0) this.#sources.delete(source);
    this.#merge(userId);
  }

  /** All of them on this instance, in place of those before. */
  replace(source: string, people: ReadonlyMap<string, Person>): void {
    for (const userId of [...this.of(source).keys()]) {
      if (!people.has(userId)) this.set(source, userId, null);
    }
    for (const [userId, person] of people) this.set(source, userId, person);
  }

  /** Says whether what others tell arrives. Where it does not, their people are `unknown`. */
  cut(isCut: boolean): void {
    if (this.#isCut === isCut) return;
    this.#isCut = isCut;
    for (const [source, people] of this.#sources) {
      if (source !== this.#own) { for (const userId of people.keys()) this.#merge(userId); }
    }
  }

  /** Somebody is shown who is there now, with what has not been told yet to those who came before. */
  shown(): void {
    for (const userId of this.#changed) {
      if (this.#told.get(userId) !== this.#present.get(userId)?.status) this.#mixed.add(userId);
    }
  }

  /** What has changed since this was asked before; undefined where nothing has. */
  takeChange(): PeopleChange | undefined {
    const users: Record<string, PresenceStatus> = {};
    const names: Record<string, string> = {};
    for (const userId of this.#changed) {
      const present = this.#present.get(userId);
      const before = this.#told.get(userId) ?? "offline";
      const now = present?.status ?? "offline";
      const isMixed = this.#mixed.has(userId);
      if (now === before && !isMixed) continue;
      define(users, userId, now);
      if (present === undefined) {
        this.#told.delete(userId);
      } else {
        this.#told.set(userId, now);
        if (before === "offline" || isMixed) define(names, userId, present.userName);
      }
    }
    this.#changed.clear();
    this.#mixed.clear();
    return Object.keys(users).length === 0 ? undefined : { users, names };
  }

  #merge(userId: string): void {
    let merged: Present | undefined;
    for (const [source, people] of this.#sources) {
      const person = people.get(userId);
      if (person === undefined) continue;
      const status = this.#isCut && source !== this.#own ? "unknown" : person.status;
      if (merged === undefined || strongest(merged.status, status) !== merged.status) {
        merged = { userId, userName: person.userName, status };
      }
    }
    if (merged === undefined) this.#present.delete(userId);
    else this.#present.set(userId, merged);
    this.#changed.add(userId);
  }
}

/** A user id may be `__proto__`: an assignment would be lost. */
function define<T>(record: Record<string, T>, key: string, value: T): void {
  Object.defineProperty(record, key, { value, enumerable: true, configurable: true, writable: true });
}
