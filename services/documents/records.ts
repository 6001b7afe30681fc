import type { Principal } from "@/lib/auth/principal.ts";
import { SERVICE_NAMES } from "@/lib/protocol/services.ts";
import { resourceOf } from "@/lib/resources/catalog.ts";
import type { Resource } from "@/lib/resources/define.ts";

export { DOCUMENT } from "@/services/documents/document_resource.ts";

/** The resource `guest.guest`. */
export const GUEST: Resource = known();

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

function known(): Resource {
  const resource = resourceOf("guest", "guest");
  if (resource === undefined) throw new Error("There is no resource guest.guest");
  return resource;
}
