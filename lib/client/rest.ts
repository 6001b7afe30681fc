import { type Problem, type ProblemCode, PROBLEMS } from "@/lib/protocol/problems.ts";
import type { ClientRecord, RecordPage } from "@/lib/client/collection.ts";
import { isObject } from "@/lib/client/server_frames.ts";
import type { After } from "@/lib/client/timers.ts";

export type RestAnswer<T> = ({ readonly ok: true } & T) | { readonly ok: false; readonly problem: Problem };

export interface RestWorld {
  /** An HTTP request as the person who is signed in. */
  readonly call: (path: string, init: RequestInit) => Promise<Response>;
  readonly after: After;
}

/** A request that was not answered by then is given up. */
export const REQUEST_MS = 15_000;

/** The five verbs of the REST API, with expected failures as values. `path` is that of a list: `/finance/revenue`. */
export class Rest {
  readonly #world: RestWorld;

  constructor(world: RestWorld) {
    this.#world = world;
  }

  list(path: string, query: Readonly<Record<string, string>>): Promise<RestAnswer<{ page: RecordPage }>> {
    return this.#ask(`${path}?${new URLSearchParams(query)}`, {}, (page) => ({ page: page as RecordPage }));
  }

  get(path: string, id: number): Promise<RestAnswer<{ record: ClientRecord }>> {
    return this.#ask(`${path}/${id}`, {}, (record) => ({ record: record as ClientRecord }));
  }

  /** With the same `key` again nothing is created twice. */
  create(path: string, body: object, key: string): Promise<RestAnswer<{ record: ClientRecord }>> {
    const init = { method: "POST", body: JSON.stringify(body), headers: { "idempotency-key": key } };
    return this.#ask(path, init, (record) => ({ record: record as ClientRecord }));
  }

  /** `version` is the one that the person saw. */
  update(
    path: string,
    { id, version, changes }: { id: number; version: number; changes: object },
  ): Promise<RestAnswer<{ record: ClientRecord }>> {
    const init = { method: "PATCH", body: JSON.stringify(changes), headers: { "if-match": `"${version}"` } };
    return this.#ask(`${path}/${id}`, init, (record) => ({ record: record as ClientRecord }));
  }

  remove(path: string, { id, version }: { id: number; version: number }): Promise<RestAnswer<object>> {
    const init = { method: "DELETE", headers: { "if-match": `"${version}"` } };
    return this.#ask(`${path}/${id}`, init, () => ({}));
  }

  /** Any other request that answers JSON, or a problem. */
  json(path: string, init: RequestInit = {}): Promise<RestAnswer<{ value: unknown }>> {
    return this.#ask(path, init, (value) => ({ value }));
  }

  async #ask<T extends object>(
    path: string,
    init: RequestInit,
    take: (body: unknown) => T,
  ): Promise<RestAnswer<T>> {
    const request = new AbortController();
    const inTime = this.#world.after(REQUEST_MS, () => request.abort());
    try {
      const headers = {
        ...(init.body !== undefined && { "content-type": "application/json" }),
        ...init.headers as Record<string, string>,
      };
      const response = await this.#world.call(path, { ...init, headers, signal: request.signal });
      const text = await response.text();
      const body: unknown = text === "" ? null : JSON.parse(text);
      if (response.ok) return { ok: true, ...take(body) };
      return { ok: false, problem: problemOf(body) };
    } catch {
      const detail = "The server cannot be reached; what you entered is kept here";
      return { ok: false, problem: { code: "unavailable", detail } };
    } finally {
      inTime();
    }
  }
}

function problemOf(body: unknown): Problem {
  const known = isObject(body) && typeof body.code === "string" && Object.hasOwn(PROBLEMS, body.code);
  return known ? body as unknown as Problem : { code: "internal" satisfies ProblemCode };
}

/** What the server says for programs, said for people. */
const WORDS: Partial<Record<ProblemCode, string>> = {
  version_conflict: "Somebody else has changed this meanwhile. Try again to put yours in its place",
};

/** A problem as one sentence for the person. */
export function wordsOf({ code, detail }: Problem): string {
  return WORDS[code] ?? detail ?? PROBLEMS[code][1];
}
