import { isId } from "@/lib/protocol/subjects.ts";
import { pathOf, resourceOf } from "@/lib/resources/catalog.ts";
import { isPlainObject } from "@/lib/resources/plain_json.ts";
import type { Act } from "@/services/simulate/act.ts";
import type { Known } from "@/services/simulate/mirror.ts";

const REQUEST_MS = 10_000;
/** Attempts at one act, the first included. */
export const ATTEMPTS_MAX = 5;
const RETRY_MS = 500;
const RETRY_MAX_MS = 5_000;
const PAGE_ROWS = 200;
/** Pages read of one list at the start. */
const PAGES_MAX = 3;
const TRY_AGAIN: ReadonlySet<number> = new Set([429, 502, 503, 504]);

export type Done = { readonly record: Known } | { readonly failed: string; readonly gone?: boolean };

interface Reply {
  readonly status: number;
  readonly body: unknown;
  readonly retryMs: number;
}

/** The REST API as a program of the hotel uses it: repeats what may succeed in a moment, and does nothing twice. */
export class RestClient {
  readonly #url: string;
  readonly #token: string;
  /** Repeating is ended, so that the run can end. */
  readonly #signal: AbortSignal;

  constructor(url: string, token: string, signal: AbortSignal) {
    this.#url = url.replace(/\/+$/, "");
    this.#token = token;
    this.#signal = signal;
  }

  /** The newest records of a list. Throws where it cannot be read. */
  async list(act: Pick<Act, "service" | "entity">): Promise<Known[]> {
    const path = pathTo(act);
    const records: Known[] = [];
    let cursor: unknown = null;
    for (let page = 0; page < PAGES_MAX; page++) {
      const query = typeof cursor === "string" ? `&cursor=${encodeURIComponent(cursor)}` : "";
      const { status, body } = await this.#send("GET", `${path}?limit=${PAGE_ROWS}${query}`);
      if (status !== 200 || !isPlainObject(body) || !Array.isArray(body.items)) {
        throw new Error(`Cannot read ${this.#url}${path}: ${status} ${told(body)}`);
      }
      records.push(...body.items.filter(isKnown));
      cursor = body.next;
      if (cursor === null) break;
    }
    return records;
  }

  /** Does a create or update. `known` is the record that an update changes. */
  async do(act: Act, known: Known | undefined): Promise<Done> {
    const key = crypto.randomUUID();
    let current = known;
    /** An attempt had no answer: it may have been done. */
    let isOpen = false;
    for (let attempt = 1;; attempt++) {
      const reply = await this.#attempt(act, current, key);
      if (reply !== undefined && reply.status < 300 && isKnown(reply.body)) return { record: reply.body };
      if (reply?.status === 409 && current !== undefined) {
        const now = await this.#read(act, current.id);
        if (now === undefined) return { failed: "a record that changed cannot be read", gone: true };
        if (isOpen && hasAll(now, act.body)) return { record: now };
        current = now;
      } else if (reply !== undefined && !TRY_AGAIN.has(reply.status)) {
        return { failed: `${reply.status} ${told(reply.body)}`, gone: reply.status === 404 };
      } else {
        isOpen ||= reply === undefined;
      }
      if (attempt === ATTEMPTS_MAX) {
        return { failed: reply ? `${reply.status} ${told(reply.body)}` : "no answer" };
      }
      await this.#wait(reply?.retryMs ?? RETRY_MS * attempt);
    }
  }

  /** undefined: no answer. */
  async #attempt(act: Act, known: Known | undefined, key: string): Promise<Reply | undefined> {
    const { body, propertyId } = act;
    try {
      return known === undefined
        ? await this.#send("POST", pathTo(act), { ...body, propertyId }, { "idempotency-key": key })
        : await this.#send("PATCH", `${pathTo(act)}/${known.id}`, { ...body, version: known.version });
    } catch {
      return undefined;
    }
  }

  async #read(act: Act, id: number): Promise<Known | undefined> {
    try {
      const { status, body } = await this.#send("GET", `${pathTo(act)}/${id}`);
      return status === 200 && isKnown(body) ? body : undefined;
    } catch {
      return undefined;
    }
  }

  async #send(
    method: string,
    path: string,
    body?: object,
    headers: Record<string, string> = {},
  ): Promise<Reply> {
    const response = await fetch(this.#url + path, {
      method,
      headers: {
        authorization: `Bearer ${this.#token}`,
        ...(body && { "content-type": "application/json" }),
        ...headers,
      },
      ...(body && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(REQUEST_MS),
    });
    const text = await response.text();
    const seconds = Number(response.headers.get("retry-after") ?? Number.NaN);
    const retryMs = Number.isFinite(seconds) ? Math.min(seconds * 1_000, RETRY_MAX_MS) : RETRY_MS;
    return { status: response.status, body: parse(text), retryMs };
  }

  /** Nothing to wait for once the run is to end. */
  #wait(ms: number): Promise<void> {
    if (this.#signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(done, ms);
      const signal = this.#signal;
      signal.addEventListener("abort", done, { once: true });
      function done() {
        clearTimeout(timer);
        signal.removeEventListener("abort", done);
        resolve();
      }
    });
  }
}

function pathTo({ service, entity }: Pick<Act, "service" | "entity">): string {
  const resource = resourceOf(service, entity);
  if (resource === undefined) throw new Error(`There is no resource ${service}.${entity}`);
  return pathOf(resource);
}

function isKnown(value: unknown): value is Known {
  return isPlainObject(value) && isId(value.id) && isId(value.propertyId) && isId(value.version);
}

function hasAll(record: Known, fields: Readonly<Record<string, unknown>>): boolean {
  return Object.entries(fields).every(([name, value]) => record[name] === value);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What a problem says, for the line that is printed. */
function told(body: unknown): string {
  if (!isPlainObject(body)) return "";
  return [body.code, body.detail ?? JSON.stringify(body.errors ?? "")].join(" ").slice(0, 200);
}
