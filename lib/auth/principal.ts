import { isService, type Service, SERVICE_NAMES } from "@/lib/protocol/services.ts";
import { isId } from "@/lib/protocol/subjects.ts";

/** What a token can make of its bearer. `service` is another program, not a person. */
export const ROLES = ["admin", "manager", "staff", "service"] as const;
export type Role = typeof ROLES[number];

/** Services that staff do not see unless their token names them. */
const HIDDEN_FROM_STAFF: readonly Service[] = [
  "finance",
  "users",
  "analytics",
  "reports",
];

/** Longest user id and name taken from a token. */
const USER_ID_CHARS_MAX = 128;
const NAME_CHARS_MAX = 200;
/** Longest token id that can be revoked. */
const TOKEN_ID_CHARS_MAX = 128;
/** Most properties one token can list. */
const PROPERTIES_MAX = 1000;

/** Who is asking, as the verified token says: the only source of organisation, role and scope. */
export interface Principal {
  readonly userId: string;
  readonly orgId: number;
  readonly role: Role;
  /** "*": every property of the organisation. */
  readonly properties: "*" | readonly number[];
  readonly name: string;
  readonly services: ReadonlySet<Service>;
  /** Unix time in milliseconds at which the token ends. */
  readonly expiresAt: number;
  /** Unix time in milliseconds at which the token was issued, where it says so. */
  readonly issuedAt?: number;
  /** Claim `jti`, which a session keeps when it is renewed; of a token without one, a hash of it. */
  readonly tokenId?: string;
}

/**
 * Reads a verified JWT payload. Answers a string that says which claim is wrong and what would be right.
 * Claims: `sub` (or `userID`), `orgId`, `role`, `properties` ("*" or ids; default "*" for everyone but staff,
 * none for staff), `name`, `services` (optional), `exp` (seconds, required), `iat` and `jti` (optional).
 */
export function principalOf(
  claims: Readonly<Record<string, unknown>>,
): Principal | string {
  const userId = claims.sub ?? claims.userID;
  const user = typeof userId === "number" ? String(userId) : userId;
  if (
    typeof user !== "string" || user === "" || user.length > USER_ID_CHARS_MAX
  ) {
    return "claim sub (or userID) must be a non-empty string";
  }
  const orgId = claims.orgId;
  if (!isId(orgId)) return "claim orgId must be a positive integer";
  const role = ROLES.find((known) => known === claims.role);
  if (role === undefined) {
    return `claim role must be one of ${ROLES.join(", ")}`;
  }
  const properties = propertiesOf(
    claims.properties ?? (role === "staff" ? [] : "*"),
  );
  if (properties === undefined) {
    return `claim properties must be "*" or a list of property ids`;
  }
  const services = servicesOf(claims.services, role);
  if (services === undefined) {
    return "claim services must be a list of service names";
  }
  if (typeof claims.exp !== "number" || !Number.isFinite(claims.exp)) {
    return "claim exp must be a time in seconds";
  }
  const { iat, jti } = claims;
  const name = typeof claims.name === "string" ? claims.name.slice(0, NAME_CHARS_MAX) : user;
  return {
    userId: user,
    orgId,
    role,
    properties,
    name,
    services,
    expiresAt: claims.exp * 1000,
    ...(typeof iat === "number" && Number.isFinite(iat) && { issuedAt: iat * 1000 }),
    ...(typeof jti === "string" && jti !== "" && jti.length <= TOKEN_ID_CHARS_MAX && { tokenId: jti }),
  };
}

function propertiesOf(claim: unknown): Principal["properties"] | undefined {
  if (claim === "*") return "*";
  if (
    !Array.isArray(claim) || claim.length > PROPERTIES_MAX || !claim.every(isId)
  ) return undefined;
  return [...new Set(claim)].sort((a, b) => a - b);
}

function servicesOf(
  claim: unknown,
  role: Role,
): ReadonlySet<Service> | undefined {
  if (claim === undefined) return servicesOfRole(role);
  if (!Array.isArray(claim) || !claim.every(isService)) return undefined;
  return new Set(claim);
}

/** The services that a role sees where its token does not name any. */
export function servicesOfRole(role: Role): ReadonlySet<Service> {
  const hidden = role === "staff" ? HIDDEN_FROM_STAFF : [];
  return new Set(SERVICE_NAMES.filter((name) => !hidden.includes(name)));
}

/** May this person see what concerns this property? null is organisation-wide: everyone of it may. */
export function coversProperty(
  principal: Principal,
  propertyId: number | null,
): boolean {
  return propertyId === null || principal.properties === "*" ||
    principal.properties.includes(propertyId);
}
