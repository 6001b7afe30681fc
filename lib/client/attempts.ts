import { backoffMs } from "@/lib/client/reconnect.ts";

/** Attempts that must fail in a row before the person is told "offline" instead of "catching up". */
export const FAILURES_SHOWN = 3;
/** Upgrades that must fail in a row before an owner that can poll is told to do so. */
export const UPGRADES_FAILED_MAX = 3;

/** Counts the attempts to connect, and says how long to wait before the next one. */
export class Attempts {
  /** Since the last stable connection. */
  #attempt = 0;
  /** In a row that came to nothing; and of them, upgrades that failed. */
  #failures = 0;
  #failedUpgrades = 0;

  /** An attempt came to nothing, some of them before the socket was even open. */
  failed(atUpgrade: boolean): void {
    this.#failures++;
    if (atUpgrade) this.#failedUpgrades++;
  }

  opened(): void {
    this.#failedUpgrades = 0;
  }

  succeeded(): void {
    this.#failures = 0;
  }

  /** The connection was a good one: the next wait is the shortest. */
  lasted(): void {
    this.#attempt = 0;
  }

  /** The network is back: what failed before says nothing any more. */
  forget(): void {
    this.#attempt = this.#failures = 0;
  }

  get areMany(): boolean {
    return this.#failures >= FAILURES_SHOWN;
  }

  get areUpgradesBlocked(): boolean {
    return this.#failedUpgrades >= UPGRADES_FAILED_MAX;
  }

  /** Milliseconds until the next attempt. "At once" counts for the first attempt after a stable connection only. */
  wait(atOnce: boolean, random: () => number): number {
    const ms = atOnce && this.#attempt === 0 ? 0 : backoffMs(this.#attempt, random);
    this.#attempt++;
    return ms;
  }
}
