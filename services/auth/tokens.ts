import { createHash } from "node:crypto";
import {
  createRemoteJWKSet,
  errors,
  type JWTPayload,
  jwtVerify,
  type JWTVerifyGetKey,
  type JWTVerifyOptions,
  SignJWT,
} from "jose";
import { type Principal, principalOf } from "@/lib/auth/principal.ts";
import type { Problem } from "@/lib/protocol/problems.ts";
import { TOKEN_DAYS_MAX } from "@/services/auth/revocations.ts";

/** Longest token looked at. */
const TOKEN_CHARS_MAX = 8_192;
/** Difference between the clocks of issuer and server that is forgiven. */
const CLOCK_TOLERANCE_S = 5;
const DAY_MS = 86_400_000;

/** What jose throws where the key server answers nothing, or something that is no key set. */
const KEY_SERVER_FAULTS: ReadonlySet<string> = new Set([
  errors.JWKSTimeout.code,
  errors.JWKSInvalid.code,
  errors.JOSEError.code,
]);

export interface TokenOptions {
  readonly jwtSecret: string | undefined;
  readonly jwksUrl: string | undefined;
  readonly jwtIssuer: string | undefined;
  readonly jwtAudience: string | undefined;
}

/** Verifies tokens, and signs the demo's own where the secret is ours. */
export class Tokens {
  readonly #secret: Uint8Array | undefined;
  readonly #keys: JWTVerifyGetKey | undefined;
  readonly #verify: JWTVerifyOptions;
  readonly #issuer: string | undefined;
  readonly #audience: string | undefined;
  readonly #isRevoked: (principal: Principal) => boolean;

  constructor(
    { jwtSecret, jwksUrl, jwtIssuer, jwtAudience }: TokenOptions,
    isRevoked: (principal: Principal) => boolean = () => false,
  ) {
    this.#isRevoked = isRevoked;
    this.#secret = jwtSecret === undefined ? undefined : new TextEncoder().encode(jwtSecret);
    this.#keys = jwksUrl === undefined ? undefined : createRemoteJWKSet(new URL(jwksUrl));
    this.#issuer = jwtIssuer;
    this.#audience = jwtAudience;
    this.#verify = {
      // Pinned by the kind of key: a public key must never be taken for an HMAC secret.
      algorithms: this.#secret === undefined ? ["RS256", "ES256"] : ["HS256"],
      requiredClaims: ["exp"],
      clockTolerance: CLOCK_TOLERANCE_S,
      ...(jwtIssuer !== undefined && { issuer: jwtIssuer }),
      ...(jwtAudience !== undefined && { audience: jwtAudience }),
    };
  }

  /** Are tokens signed here? Else an identity provider does. */
  get canSign(): boolean {
    return this.#secret !== undefined;
  }

  /** Who bears this token, or the problem with it. The token itself stands in no message. */
  async verify(token: string): Promise<Principal | Problem> {
    const read = await this.read(token);
    return "code" in read ? read : read.principal;
  }

  /** The same, with all that the token says. */
  async read(token: string): Promise<{ principal: Principal; claims: JWTPayload } | Problem> {
    if (token.length > TOKEN_CHARS_MAX) return { code: "unauthenticated", detail: "the token is too long" };
    try {
      const { payload } = this.#secret !== undefined
        ? await jwtVerify(token, this.#secret, this.#verify)
        : await jwtVerify(token, this.#keys!, this.#verify);
      const named = principalOf(payload);
      if (typeof named === "string") return { code: "unauthenticated", detail: named };
      const principal = named.tokenId === undefined ? { ...named, tokenId: digestOf(token) } : named;
      if (principal.expiresAt > Date.now() + TOKEN_DAYS_MAX * DAY_MS) {
        return { code: "unauthenticated", detail: `exp is more than ${TOKEN_DAYS_MAX} days ahead` };
      }
      if (this.#isRevoked(principal)) return { code: "token_revoked" };
      return { principal, claims: payload };
    } catch (error) {
      if (error instanceof errors.JWTExpired) return { code: "token_expired" };
      if (isKeyServerFault(error)) {
        return { code: "unavailable", detail: "the key server does not answer" };
      }
      if (error instanceof errors.JOSEError) {
        return { code: "unauthenticated", detail: `token refused: ${error.code}` };
      }
      if (error instanceof TypeError) {
        return { code: "unavailable", detail: "the key server cannot be reached" };
      }
      throw error;
    }
  }

  /** Signs claims with the HS256 secret, issued now unless they say when. Throws where tokens come from elsewhere. */
  async sign(claims: Readonly<Record<string, unknown>>, lifeS: number): Promise<string> {
    if (this.#secret === undefined) {
      throw new Error("Cannot sign a token: keys come from JWKS_URL, not from JWT_SECRET");
    }
    const nowS = Math.floor(Date.now() / 1000);
    let jwt = new SignJWT({ iat: nowS, ...claims }).setProtectedHeader({ alg: "HS256", typ: "JWT" })
      .setExpirationTime(nowS + lifeS);
    if (this.#issuer !== undefined) jwt = jwt.setIssuer(this.#issuer);
    if (this.#audience !== undefined) jwt = jwt.setAudience(this.#audience);
    return await jwt.sign(this.#secret);
  }
}

/** Names a token without `jti` by what is signed of it: the signature could be written in more than one way. */
function digestOf(token: string): string {
  const signed = token.slice(0, token.lastIndexOf("."));
  return `sha256:${createHash("sha256").update(signed).digest("base64url")}`;
}

function isKeyServerFault(error: unknown): boolean {
  return error instanceof errors.JOSEError && KEY_SERVER_FAULTS.has(error.code);
}
