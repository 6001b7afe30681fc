import { SignJWT } from "jose";

/** A life that outlasts any run. */
const LIFE_S = 6 * 3600;

/** Whoever gives tokens out, with a clock of its own. */
export class Issuer {
  readonly #secret: Uint8Array;
  readonly #made = new Map<string, Promise<string>>();
  #shiftS = 0;
  #lifeS = LIFE_S;

  constructor(secret: string) {
    this.#secret = new TextEncoder().encode(secret);
  }

  /** A manager of organisation 1; the same token again while the clock stands as it does. */
  readonly token = (userId: string): Promise<string> => {
    if (this.#lifeS < LIFE_S) return this.#sign(userId);
    let made = this.#made.get(userId);
    if (made === undefined) this.#made.set(userId, made = this.#sign(userId));
    return made;
  };

  /** From now on its clock is ahead by so much; what it has given out stays with who has it no longer. */
  setClock({ shiftS = 0, lifeS = LIFE_S }: { shiftS?: number; lifeS?: number } = {}): void {
    this.#shiftS = shiftS;
    this.#lifeS = lifeS;
    this.#made.clear();
  }

  #sign(userId: string): Promise<string> {
    const now = Math.floor(Date.now() / 1000) + this.#shiftS;
    return new SignJWT({ sub: userId, orgId: 1, role: "manager", name: userId })
      .setProtectedHeader({ alg: "HS256" })
      .setIssuedAt(now).setNotBefore(now).setExpirationTime(now + this.#lifeS)
      .sign(this.#secret);
  }
}
