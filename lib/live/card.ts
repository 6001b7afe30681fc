import type { Service } from "@/lib/protocol/services.ts";
import type { Item } from "@/lib/live/item.ts";

/** Lines kept in a card, and as many waiting. */
export const CARD_ITEMS_MAX = 30;

/** What a card shows of a service. */
export interface Card {
  readonly service: Service;
  /** Newest first. */
  readonly items: readonly Item[];
  /** Arrived while the card must not move; newest first. */
  readonly held: readonly Item[];
  /** How many of those there were, also the ones that did not fit. */
  readonly heldCount: number;
  /** Events since the page was opened. */
  readonly count: number;
}

export function newCard(service: Service, items: readonly Item[]): Card {
  return { service, items, held: [], heldCount: 0, count: 0 };
}

/** Takes items in the order in which they happened; with `hold` they wait until `release`. */
export function receive(card: Card, items: readonly Item[], hold: boolean): Card {
  let { held, count, heldCount } = card;
  let shown = card.items;
  for (const item of items) {
    const known = [...held, ...shown];
    // A snapshot is read after its position was, so the stream may tell again what it has already.
    if (known.some((other) => isSameOrLater(other, item))) continue;
    const named = withOldName(item, known);
    count++;
    if (hold) {
      held = [named, ...held].slice(0, CARD_ITEMS_MAX);
      heldCount++;
    } else shown = [named, ...shown].slice(0, CARD_ITEMS_MAX);
  }
  return { ...card, items: shown, held, heldCount, count };
}

/** Shows what was waiting. */
export function release(card: Card): Card {
  if (card.heldCount === 0) return card;
  const items = [...card.held, ...card.items].slice(0, CARD_ITEMS_MAX);
  return { ...card, items, held: [], heldCount: 0 };
}

/**
 * Shows a snapshot that holds everything up to `seq`. What arrived after that stays; what both have is one line. The
 * newest is on top, whichever way it came.
 */
export function replace(card: Card, items: readonly Item[], seq: number): Card {
  const shown = [...card.held, ...card.items];
  const later = shown.filter((item) => {
    return item.seq !== null && item.seq > seq && !items.some((read) => isSameOrLater(read, item));
  });
  const old = new Map(shown.map((item) => [item.key, item]));
  const merged = [...later, ...items.map((item) => old.get(item.key) ?? item)];
  return { ...card, items: newestFirst(merged).slice(0, CARD_ITEMS_MAX), held: [], heldCount: 0 };
}

export function newestFirst(items: readonly Item[]): Item[] {
  return items.toSorted((a, b) => Date.parse(b.at) - Date.parse(a.at));
}

/** Leaves only what concerns one property or the whole organisation; null leaves all. */
export function narrow(card: Card, propertyId: number | null): Card {
  if (propertyId === null) return card;
  const concerns = (item: Item) => item.propertyId === null || item.propertyId === propertyId;
  const held = card.held.filter(concerns);
  return { ...card, items: card.items.filter(concerns), held, heldCount: held.length };
}

function isSameOrLater(known: Item, item: Item): boolean {
  if (known.key === item.key) return true;
  if (item.record === null || item.version === null || known.version === null) return false;
  return known.record === item.record && known.version >= item.version;
}

/** A removal tells no more than an id: the record is called what it was called before. */
function withOldName(item: Item, known: readonly Item[]): Item {
  if (item.action !== "deleted" || item.record === null) return item;
  const before = known.find(({ record }) => record === item.record);
  return before === undefined ? item : { ...item, title: before.title, named: before.named };
}
