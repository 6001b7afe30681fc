import { Attempts } from "@/lib/client/attempts.ts";
import { REFUSALS_MAX, UPGRADES_BEFORE_RENEWAL } from "@/lib/upload/client/limits.ts";

/** What an upload has tried since it last got on, and what is left to try. */
export class Tries {
  readonly attempts = new Attempts();
  #upgradesFailed = 0;
  #refusals = 0;
  #renewed = false;

  /** A socket does not tell that its token was refused: a new one is worth trying, once. */
  get wantsToken(): boolean {
    return this.#upgradesFailed >= UPGRADES_BEFORE_RENEWAL && !this.#renewed;
  }

  get hasRenewed(): boolean {
    return this.#renewed;
  }

  renews(): void {
    this.#renewed = true;
  }

  opened(): void {
    this.attempts.opened();
    this.#upgradesFailed = 0;
  }

  greeted(): void {
    this.attempts.succeeded();
    this.#renewed = false;
  }

  /** Something has arrived: what was refused before was no rule. */
  progressed(): void {
    this.#refusals = 0;
  }

  lost(atUpgrade: boolean): void {
    this.attempts.failed(atUpgrade);
    if (atUpgrade) this.#upgradesFailed++;
  }

  /** The server has refused something that may work another time. Tells whether it has done so too often. */
  refused(): boolean {
    return ++this.#refusals >= REFUSALS_MAX;
  }

  forget(): void {
    this.attempts.forget();
    this.#upgradesFailed = this.#refusals = 0;
    this.#renewed = false;
  }
}
