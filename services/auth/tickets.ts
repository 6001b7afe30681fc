import {
  JetStreamApiCodes,
  JetStreamApiError,
  type JetStreamClient,
  type JetStreamManager,
} from "@nats-io/jetstream";
import { errors, jwtVerify, SignJWT } from "jose";
import { type Principal, principalOf } from "@/lib/auth/principal.ts";
import { TICKET_CHARS_MAX } from "@/lib/protocol/limits.ts";
import type { Problem } from "@/lib/protocol/problems.ts";
import { isToken } from "@/lib/protocol/subjects.ts";
import { TICKETS } from "@/services/nats/streams.ts";

/** A ticket opens one connection within this time. */
export const TICKET_LIFE_S = 30;
const AUDIENCE = "innstream-ticket";
/** The key is read again after this time: a ticket that is none must not cost a question to the broker each. */
const KEY_KEPT_MS = 1_000;

/**
 * Single-use tickets for `?ticket=`, so that no token need stand in a URL. A ticket carries its bearer's claims, signed;
 * that it was used is one message in the stream TICKETS, which the broker accepts once, whichever instance asks. The key
 * lives with that stream: when the stream is lost, so is every ticket whose use it remembered.
 */
export class Tickets {
  readonly #js: JetStreamClient;
  readonly #jsm: JetStreamManager;
  readonly #isRevoked: (principal: Principal) => boolean;
  /** Hears whose ticket was shown a second time. */
  readonly #reused: (principal: Principal) => void;
  #keyRead: Promise<Uint8Array> | undefined;
  #keyReadAt = 0;

  constructor(
    js: JetStreamClient,
    jsm: JetStreamManager,
    isRevoked: (principal: Principal) => boolean = () => false,
    reused: (principal: Principal) => void = () => {},
  ) {
    this.#reused = reused;
    this.#js = js;
    this.#jsm = jsm;
    this.#isRevoked = isRevoked;
  }

  /** A ticket for this person; `id` is a fresh random token. */
  async issue(principal: Principal, id: string): Promise<string> {
    const { userId, orgId, role, properties, name, services, expiresAt, issuedAt, tokenId } = principal;
    const bearer = {
      sub: userId,
      orgId,
      role,
      properties,
      name,
      services: [...services],
      exp: expiresAt / 1000,
      ...(issuedAt !== undefined && { iat: issuedAt / 1000 }),
      ...(tokenId !== undefined && { jti: tokenId }),
    };
    return await new SignJWT({ bearer }).setProtectedHeader({ alg: "HS256" }).setJti(id).setAudience(AUDIENCE)
      .setIssuedAt().setExpirationTime(`${TICKET_LIFE_S}s`).sign(await this.#key());
  }

  /** Who bears this ticket; from now on it is used. */
  async redeem(ticket: string): Promise<Principal | Problem> {
    if (ticket.length > TICKET_CHARS_MAX) return { code: "ticket_invalid" };
    try {
      const options = { algorithms: ["HS256"], audience: AUDIENCE, requiredClaims: ["exp", "jti"] };
      const { payload } = await jwtVerify<{ bearer: Record<string, unknown> }>(
        ticket,
        await this.#key(),
        options,
      );
      const principal = principalOf(payload.bearer);
      if (typeof principal === "string" || !isToken(payload.jti)) return { code: "ticket_invalid" };
      if (principal.expiresAt <= Date.now()) return { code: "token_expired" };
      if (this.#isRevoked(principal)) return { code: "token_revoked" };
      return await this.#use(payload.jti) ? principal : this.#wasUsed(principal);
    } catch (error) {
      if (error instanceof errors.JOSEError) return { code: "ticket_invalid" };
      throw error;
    }
  }

  #wasUsed(principal: Principal): Problem {
    this.#reused(principal);
    return { code: "ticket_invalid", detail: "the ticket was used" };
  }

  #key(): Promise<Uint8Array> {
    if (Date.now() - this.#keyReadAt > KEY_KEPT_MS) {
      this.#keyReadAt = Date.now();
      this.#keyRead = this.#readKey();
      this.#keyRead.catch(() => this.#keyReadAt = 0);
    }
    return this.#keyRead!;
  }

  async #readKey(): Promise<Uint8Array> {
    const { config } = await this.#jsm.streams.info(TICKETS);
    return new TextEncoder().encode(requireKey(config.metadata?.key));
  }

  async #use(id: string): Promise<boolean> {
    try {
      await this.#js.publish(`ticket.${id}`, "", { expect: { lastSubjectSequence: 0 } });
      return true;
    } catch (error) {
      const isUsed = error instanceof JetStreamApiError &&
        (error.code === JetStreamApiCodes.StreamWrongLastSequence ||
          // A stream of several copies says this while another use of the ticket is under way.
          error.code === JetStreamApiCodes.StreamWrongLastSequenceUnknown);
      if (isUsed) return false;
      throw error;
    }
  }
}

function requireKey(key: string | undefined): string {
  if (key === undefined) {
    throw new Error(`Stream ${TICKETS} has no metadata.key: delete it, it is made again`);
  }
  return key;
}
