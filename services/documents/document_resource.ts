import { resourceOf } from "@/lib/resources/catalog.ts";
import type { Resource } from "@/lib/resources/define.ts";

/** The resource `guest.document`. */
export const DOCUMENT: Resource = known();

function known(): Resource {
  const resource = resourceOf("guest", "document");
  if (resource === undefined) throw new Error("There is no resource guest.document");
  return resource;
}
