import type { Role } from "@/lib/auth/principal.ts";
import { SERVICE_NAMES } from "@/lib/protocol/services.ts";
import type { Org, Reader } from "./markers.ts";

export interface TokenClaims {
  readonly sub: string;
  readonly role: Role;
  readonly properties: "*" | readonly number[];
  readonly services?: readonly string[];
}

/** Who asks, the same people in both organisations. The first may do most. */
export const PEOPLE: readonly TokenClaims[] = [
  { sub: "u1", role: "admin", properties: "*" },
  { sub: "u1", role: "manager", properties: "*" },
  { sub: "u1", role: "service", properties: "*" },
  { sub: "u2", role: "staff", properties: [1], services: SERVICE_NAMES },
  { sub: "u2", role: "staff", properties: [1] },
  { sub: "u2", role: "manager", properties: [2] },
  { sub: "u3", role: "staff", properties: [] },
];

export function readerOf(org: Org, who: number): Reader {
  return { org, properties: PEOPLE[who]!.properties };
}
