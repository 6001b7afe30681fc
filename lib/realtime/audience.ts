import type { Service } from "@/lib/protocol/services.ts";
import type { Subscription } from "@/lib/protocol/frames.ts";
import { VEILING } from "@/lib/protocol/veils.ts";
import { coversProperty, type Principal } from "@/lib/auth/principal.ts";
import type { StoredEvent } from "@/lib/realtime/event.ts";

/** Which events of one organisation a subscriber sees. Equal keys see the same and share their frames. */
export class Audience {
  readonly key: string;
  readonly services: ReadonlySet<Service>;
  /** "*": all properties of the organisation. */
  readonly properties: "*" | ReadonlySet<number>;

  /** Of the services that veil parts of others' events, those that the people of this audience may see. */
  readonly #unveiled: readonly Service[];

  /** `may`: what its people may see, also where they do not ask for it. */
  constructor(
    services: readonly Service[],
    properties: "*" | readonly number[],
    may: ReadonlySet<Service> = new Set(services),
  ) {
    this.services = new Set(services);
    this.properties = properties === "*" ? "*" : new Set(properties);
    this.#unveiled = VEILING.filter((service) => may.has(service));
    const scope = properties === "*" ? "*" : properties.join(",");
    this.key = `${services.join(",")}|${scope}|${this.#unveiled.join(",")}`;
  }

  /** An event that concerns the whole organisation passes every property filter. */
  matches(event: StoredEvent): boolean {
    return this.services.has(event.service) &&
      (event.propertyId === null || this.properties === "*" ||
        this.properties.has(event.propertyId));
  }

  /** An event as this audience sees it. */
  shown(event: StoredEvent): { readonly json: string } {
    const { veiled } = event;
    return veiled === undefined || this.#unveiled.includes(veiled.service) ? event : veiled;
  }
}

/** The audience of a wish, or which part of it the token does not allow. */
export function audienceOf(
  principal: Principal,
  wish: Subscription,
): Audience | {
  error: "service_forbidden" | "property_forbidden";
  detail: string;
} {
  const hidden = wish.services.filter((service) => !principal.services.has(service));
  if (hidden.length > 0) {
    return { error: "service_forbidden", detail: hidden.join(", ") };
  }
  if (wish.propertyId === null) {
    return new Audience(wish.services, principal.properties, principal.services);
  }
  if (!coversProperty(principal, wish.propertyId)) {
    return {
      error: "property_forbidden",
      detail: `property ${wish.propertyId}`,
    };
  }
  return new Audience(wish.services, [wish.propertyId], principal.services);
}
