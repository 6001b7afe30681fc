import type { Subscription } from "@/lib/protocol/frames.ts";
import { SERVICE_NAMES } from "@/lib/protocol/services.ts";

/** Tabs whose wishes are known. One that is forgotten says it again with its next hello. */
export const TABS_MAX = 64;

/** What the other tabs of the person want to see. A tab that crashed is remembered until the lead changes: that costs little. */
export class Wishes {
  readonly #byTab = new Map<string, Subscription>();

  set(tab: string, wish: Subscription): void {
    this.#byTab.delete(tab);
    this.#byTab.set(tab, wish);
    if (this.#byTab.size <= TABS_MAX) return;
    for (const oldest of this.#byTab.keys()) {
      this.#byTab.delete(oldest);
      return;
    }
  }

  delete(tab: string): void {
    this.#byTab.delete(tab);
  }

  clear(): void {
    this.#byTab.clear();
  }

  /** One subscription from which every tab can take its own. */
  unionWith(own: Subscription): Subscription {
    const all = [own, ...this.#byTab.values()];
    const services = SERVICE_NAMES.filter((name) => all.some(({ services }) => services.includes(name)));
    const isOne = all.every(({ propertyId }) => propertyId === own.propertyId);
    return { services, propertyId: isOne ? own.propertyId : null };
  }
}

/** Does whoever sees `held` see all of `wish`? */
export function covers(held: Subscription, wish: Subscription): boolean {
  if (held.propertyId !== null && held.propertyId !== wish.propertyId) return false;
  return wish.services.every((service) => held.services.includes(service));
}

export function isSameSubscription(a: Subscription, b: Subscription): boolean {
  return covers(a, b) && covers(b, a);
}

/** Does an event of this service and property belong to a wish? What concerns the whole organisation passes every filter. */
export function isWished(
  { services, propertyId }: Subscription,
  service: Subscription["services"][number],
  ofProperty: number | null,
): boolean {
  return services.includes(service) &&
    (propertyId === null || ofProperty === null || ofProperty === propertyId);
}
