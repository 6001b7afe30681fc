import type { Delivery } from "@/lib/client/machine_types.ts";
import { type Card, narrow, newCard, receive, release, replace } from "@/lib/live/card.ts";
import { itemOfEvent } from "@/lib/live/item.ts";
import type { LivePage, Snapshot } from "@/lib/live/page.ts";
import { placeOf, type PropertyName } from "@/lib/live/places.ts";
import { SERVICE_WORDS } from "@/lib/live/words.ts";
import type { Service } from "@/lib/protocol/services.ts";

/** The event that came last. */
export interface LastEvent {
  /** When it arrived, Unix milliseconds. */
  readonly receivedAt: number;
  /** From its `at` to its arrival; null where that is not known. */
  readonly ageMs: number | null;
}

/** What the live page shows, and how it changes. It draws nothing and asks nobody: the island does. */
export class Feed {
  readonly #properties: readonly PropertyName[];
  readonly #locale: string;
  #cards: readonly Card[];
  #propertyId: number | null;
  #last: LastEvent | null = null;
  /** Since the last announcement: events by service, and what the last one says. */
  #unsaid = new Map<Service, number>();
  #lastTitle = "";

  constructor({ cards, properties, locale, propertyId }: LivePage) {
    this.#properties = properties;
    this.#locale = locale;
    this.#propertyId = propertyId;
    this.#cards = cards.map(({ service, items }) => newCard(service, items));
  }

  get cards(): readonly Card[] {
    return this.#cards;
  }

  get services(): readonly Service[] {
    return this.#cards.map(({ service }) => service);
  }

  get propertyId(): number | null {
    return this.#propertyId;
  }

  get last(): LastEvent | null {
    return this.#last;
  }

  /** Takes what arrived; with `hold` it waits until `release`. */
  deliver({ service, events, seq, ageMs }: Delivery, now: number, hold: boolean): void {
    this.#last = { receivedAt: now, ageMs };
    // Frames of the subscription before may still be on their way.
    const concerning = events.filter(({ propertyId }) => {
      return this.#propertyId === null || propertyId === null || propertyId === this.#propertyId;
    });
    const items = concerning.map((event) => {
      return itemOfEvent(event, seq, placeOf(event.propertyId, this.#properties, this.#locale));
    });
    this.#change(service, (card) => {
      const after = receive(card, items, hold);
      if (after.count > card.count) {
        this.#unsaid.set(service, (this.#unsaid.get(service) ?? 0) + after.count - card.count);
        this.#lastTitle = items.at(-1)!.title;
      }
      return after;
    });
  }

  release(service: Service): void {
    this.#change(service, release);
  }

  /** Shows one property, or all (null). What is on the page and belongs there stays until a snapshot comes. */
  narrow(propertyId: number | null): void {
    this.#propertyId = propertyId;
    this.#cards = this.#cards.map((card) => narrow(card, propertyId));
  }

  replace({ cards, position: { seq } }: Snapshot): void {
    this.#cards = this.#cards.map((card) => {
      const read = cards.find(({ service }) => service === card.service);
      return narrow(replace(card, read?.items ?? [], seq), this.#propertyId);
    });
  }

  /** What happened since it was last asked, for people who cannot see it; "" where nothing did. */
  announcement(): string {
    const [first] = this.#unsaid;
    if (first === undefined) return "";
    const total = [...this.#unsaid.values()].reduce((sum, count) => sum + count, 0);
    const names = [...this.#unsaid.keys()].map((service) => SERVICE_WORDS[service].label).join(", ");
    this.#unsaid = new Map();
    return total === 1 ? `${names}: ${this.#lastTitle}` : `${total} new in ${names}`;
  }

  #change(service: Service, change: (card: Card) => Card): void {
    this.#cards = this.#cards.map((card) => card.service === service ? change(card) : card);
  }
}
