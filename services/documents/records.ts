import type { Principal } from "@/lib/auth/principal.ts";
import { SERVICE_NAMES } from "@/lib/protocol/services.ts";
import { resourceOf } from "@/lib/resources/catalog.ts";
import type { Resource } from "@/lib/resources/define.ts";

/** The resources that reading a document writes. */
export const DOCUMENT: Resource = known("document");
export const GUEST: Resource = known("guest");

/** Stands as the actor of what reading a document brought. */
export const READER_USER = "reader";

/** Who writes what was read: a program of the organisation. */
export function readerPrincipal(orgId: number): Principal {
  return {
    userId: READER_USER,
    orgId,
    role: "service",
    properties: "*",
    name: READER_USER,
    services: new Set(SERVICE_NAMES),
    expiresAt: Infinity,
  };
}

/** Documents are written by programs: here on behalf of a person, who stays the actor and keeps the properties. */
export function onBehalfOf(person: Principal): Principal {
  return { ...person, role: "service" };
}

function known(entity: "document" | "guest"): Resource {
  const resource = resourceOf("guest", entity);
  if (resource === undefined) throw new Error(`There is no resource guest.${entity}`);
  return resource;
}
