import type { Subscription } from "@/lib/protocol/frames.ts";
import { SERVICE_NAMES } from "@/lib/protocol/services.ts";

/** Tabs whose wishes are known one by one. */
export const TABS_MAX = 64;

/** What the other tabs of the person want to see. A tab that crashed is remembered until the lead changes: that costs little. */
export class Wishes {
  readonly #byTab = new Map<string, Subscription>();
  /** Of those who are too many to be known one by one. */
  #rest: Subscription | undefined;

  has(tab: string): boolean {
    return this.#byTab.has(tab);
  }

  set(tab: string, wish: Subscription): void {
    this.#byTab.delete(tab);
    this.#byTab.set(tab, wish);
    if (this.#byTab.size <= TABS_MAX) return;
    for (const [oldest, its] of this.#byTab) {
      this.#byTab.delete(oldest);
      this.#rest = unionOf([its, ...this.#others]);
      return;
    }
  }

  delete(tab: string): void {
    this.#byTab.delete(tab);
  }

  /** One subscription from which every tab can take its own. */
  unionWith(own: Subscription): Subscription {
    return unionOf([own, ...this.#byTab.values(), ...this.#others]);
  }

  get #others(): readonly Subscription[] {
    return this.#rest === undefined ? [] : [this.#rest];
  }
}

function unionOf(all: readonly Subscription[]): Subscription {
  const services = SERVICE_NAMES.filter((name) => all.some(({ services }) => services.includes(name)));
  const [first] = all;
  const isOne = all.every(({ propertyId }) => propertyId === first?.propertyId);
  return { services, propertyId: isOne ? first?.propertyId ?? null : null };
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
