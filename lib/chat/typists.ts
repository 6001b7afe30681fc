import { TYPING_NAMED_MAX } from "@/lib/chat/limits.ts";

export interface Typist {
  readonly userId: string;
  readonly userName: string;
}

/** Typists of one instance in a room, at most; those beyond are not counted. */
export const TYPISTS_MAX = 1_000;

interface Typing {
  readonly typist: Typist;
  /** Unix milliseconds. */
  readonly until: number;
}

/** Who types in a room: what each instance says, merged. */
export class Typists {
  readonly #sources = new Map<string, Map<string, Typing>>();

  get isEmpty(): boolean {
    return this.#sources.size === 0;
  }

  /** Answers whether it is somebody who did not type before. */
  start(source: string, typist: Typist, until: number): boolean {
    let typing = this.#sources.get(source);
    const isNew = typing?.has(typist.userId) !== true;
    if (isNew && (typing?.size ?? 0) >= TYPISTS_MAX) return false;
    if (typing === undefined) this.#sources.set(source, typing = new Map());
    typing.set(typist.userId, { typist, until });
    return isNew;
  }

  /** Answers whether this person typed. */
  stop(source: string, userId: string): boolean {
    const typing = this.#sources.get(source);
    const stopped = typing?.delete(userId) === true;
    if (typing?.size === 0) this.#sources.delete(source);
    return stopped;
  }

  stopEverywhere(userId: string): boolean {
    let stopped = false;
    for (const source of this.#sources.keys()) stopped = this.stop(source, userId) || stopped;
    return stopped;
  }

  /** Those of an instance, in place of those before; who did type keeps the place. */
  replace(source: string, typists: readonly Typist[], until: number): void {
    const known = this.#sources.get(source);
    const ids = new Set(typists.map(({ userId }) => userId));
    for (const userId of [...known?.keys() ?? []]) if (!ids.has(userId)) this.stop(source, userId);
    for (const typist of typists) this.start(source, typist, until);
  }

  /** Forgets those whose time is over. Answers whether there were any. */
  expire(now: number): boolean {
    let expired = false;
    for (const [source, typing] of this.#sources) {
      for (const [userId, { until }] of typing) {
        if (until <= now) expired = this.stop(source, userId) || expired;
      }
    }
    return expired;
  }

  /** Those of one instance. */
  of(source: string): readonly Typist[] {
    return [...this.#sources.get(source)?.values() ?? []].map(({ typist }) => typist);
  }

  /** Everybody, once: who are named, and how many they are. */
  merged(): { readonly users: readonly Typist[]; readonly count: number } {
    const users = new Map<string, Typist>();
    for (const typing of this.#sources.values()) {
      for (const { typist } of typing.values()) {
        if (!users.has(typist.userId)) users.set(typist.userId, typist);
      }
    }
    return { users: [...users.values()].slice(0, TYPING_NAMED_MAX), count: users.size };
  }
}
