import type { Problem } from "@/lib/protocol/problems.ts";
import { coversProperty, type Principal } from "@/lib/auth/principal.ts";
import type { Resource } from "@/lib/resources/define.ts";

export type Verb = "create" | "update" | "remove";

/** Why this person may not see the resource at all; undefined where they may. */
export function readRefusal(principal: Principal, { service }: Resource): Problem | undefined {
  if (principal.services.has(service)) return undefined;
  return { code: "forbidden", detail: `This token does not cover the service ${service}` };
}

/** Why this person may not do this to any record, or not set these fields. */
export function writeRefusal(
  principal: Principal,
  resource: Resource,
  verb: Verb,
  names: readonly string[] = [],
): Problem | undefined {
  const unseen = readRefusal(principal, resource);
  if (unseen) return unseen;
  const { role } = principal;
  const roles = resource.roles[verb];
  if (!roles.includes(role)) {
    return {
      code: "forbidden",
      detail: `Role ${role} may not ${verb} ${resource.key}; ${roles.join(", ")} may`,
    };
  }
  const { staffSets } = resource;
  const beyond = role === "staff" && staffSets ? names.filter((name) => !staffSets.includes(name)) : [];
  if (beyond.length === 0) return undefined;
  return {
    code: "forbidden",
    detail: `Role staff may not set ${beyond.join(", ")} of ${resource.key}, only ${staffSets?.join(", ")}`,
  };
}

/**
 * Why this person may not write a record of this property. null is the whole organisation's, or a property yet to
 * come: that takes a token for all properties.
 */
export function placeRefusal(principal: Principal, propertyId: number | null): Problem | undefined {
  if (propertyId === null) {
    if (principal.properties === "*") return undefined;
    return { code: "forbidden", detail: "This token covers single properties, not the whole organisation" };
  }
  if (coversProperty(principal, propertyId)) return undefined;
  return { code: "forbidden", detail: `This token does not cover property ${propertyId}` };
}
