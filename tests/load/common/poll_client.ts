import http from "k6/http";
import { FrameReader } from "./frames.ts";
import { delivery, doubled, errors, polls, received } from "./metrics.ts";
import { SETTINGS } from "./settings.ts";
import { Tally } from "./tally.ts";
import { elapsed, pause } from "./time.ts";

const BASES = [
  "finance",
  "guest-checkin",
  "staff",
  "tasks",
  "properties",
  "users",
  "dashboard",
  "branding",
  "analytics",
  "reports",
] as const;
/** Longer than the server lets a poll wait. */
const TIMEOUT_MS = 40_000;
const AGAIN_MS = 1_000;

interface Answer {
  readonly events: Parameters<FrameReader["events"]>[0];
  readonly seq: number;
  readonly epoch: string;
}

function positionOf({ seq, epoch }: Answer): string {
  return `lastSeq=${seq}&epoch=${epoch}`;
}

/** Ten long polls of one person, each asked again as soon as it is answered. */
export class PollClient {
  readonly tally = new Tally();
  /** Has it a position, so that it misses nothing from now on? */
  isPositioned = false;
  readonly #token: string;
  readonly #endSeconds: number;
  readonly #reader = new FrameReader(SETTINGS.run);
  #ended = false;

  constructor(token: string, endSeconds: number) {
    this.#token = token;
    this.#endSeconds = endSeconds;
    void this.#begin();
  }

  end(): void {
    this.#ended = true;
  }

  /** A page reads a list first, whose position the polls go on from. */
  async #begin(): Promise<void> {
    const answer = await this.#ask("/tasks/task?limit=1", TIMEOUT_MS);
    if (answer === undefined) return;
    this.isPositioned = true;
    for (const base of BASES) void this.#poll(base, positionOf(answer));
  }

  async #poll(base: string, position: string): Promise<void> {
    let query = position;
    for (let left = this.#left(); left > 0 && !this.#ended; left = this.#left()) {
      const answer = await this.#ask(`/${base}/realtime/subscribe?${query}`, Math.min(left, TIMEOUT_MS));
      if (answer === undefined) {
        await pause(Math.min(AGAIN_MS, this.#left()));
        continue;
      }
      this.#took(answer);
      query = positionOf(answer);
    }
  }

  async #ask(path: string, timeoutMs: number): Promise<Answer | undefined> {
    const response = await http.asyncRequest("GET", SETTINGS.url + path, null, {
      headers: { authorization: `Bearer ${this.#token}` },
      tags: { to: "app", name: "poll" },
      timeout: timeoutMs,
    });
    // One that waited when the run was over, or was told so.
    if (response.status !== 200 && (this.#ended || this.#left() <= 0)) return undefined;
    if (path.includes("/realtime/")) polls.add(1);
    errors.add(response.status !== 200);
    return response.status === 200 ? JSON.parse(response.body as string) : undefined;
  }

  #took({ events }: Answer): void {
    const now = Date.now();
    const seen = this.#reader.events(events);
    received.add(seen.length);
    for (const { n, at } of seen) {
      if (this.tally.saw(n)) delivery.add(now - at);
      else doubled.add(1);
    }
  }

  /** Milliseconds until polls are given up. */
  #left(): number {
    return (this.#endSeconds - elapsed()) * 1000;
  }
}
