import type { Principal } from "@/lib/auth/principal.ts";
import { SERVICE_NAMES } from "@/lib/protocol/services.ts";
import type { Resource } from "@/lib/resources/define.ts";
import { resourceOf } from "@/lib/resources/catalog.ts";

/** A property: its id counts within its organisation. */
export interface Place {
  readonly orgId: number;
  readonly propertyId: number;
}

/** Stands in `createdBy` of what is derived, and as the actor of its events. */
export const DERIVED_USER = "derived";

/** Who writes derived records: a program of the organisation. */
export function derivedPrincipal(orgId: number): Principal {
  return {
    userId: DERIVED_USER,
    orgId,
    role: "service",
    properties: "*",
    name: DERIVED_USER,
    services: new Set(SERVICE_NAMES),
    expiresAt: Infinity,
  };
}

export const METRICS = known("dashboard", "metrics");
export const STATISTIC = known("analytics", "statistic");
export const REPORT = known("reports", "report");

function known(service: "dashboard" | "analytics" | "reports", entity: string): Resource {
  const resource = resourceOf(service, entity);
  if (resource === undefined) throw new Error(`There is no resource ${service}.${entity}`);
  return resource;
}
