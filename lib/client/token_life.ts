import { EXPIRY_WARNING_MS } from "@/lib/protocol/limits.ts";
import type { ServerClock } from "@/lib/client/server_clock.ts";

/** What is known of the life of the token that the connection was made with. */
export class TokenLife {
  readonly #clock: ServerClock;
  readonly #canRenew: boolean;
  /** As the last ack said; null before one, and once it is known to be out of date. */
  #expiresAt: string | null = null;
  /** Was a new one got since the connection was last live? One that does not help is no reason to get another. */
  #renewed = false;

  constructor(clock: ServerClock, canRenew: boolean) {
    this.#clock = clock;
    this.#canRenew = canRenew;
  }

  acknowledged(expiresAt: string | undefined): void {
    this.#expiresAt = expiresAt ?? null;
    this.#renewed = false;
  }

  renewed(): void {
    this.#expiresAt = null;
    this.#renewed = true;
  }

  /** Would a connection made with it soon be refused? */
  isEnding(now: number): boolean {
    if (!this.#canRenew || this.#expiresAt === null) return false;
    return this.#clock.until(this.#expiresAt, now) < EXPIRY_WARNING_MS;
  }

  /** The server refused it: is another one worth getting? */
  get isWorthRenewing(): boolean {
    return this.#canRenew && !this.#renewed;
  }
}
