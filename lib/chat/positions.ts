import { RECEIPTS_MAX } from "@/lib/chat/limits.ts";

/** How far somebody is in a room. */
export interface Position {
  readonly userId: string;
  readonly userName: string;
  readonly readUpTo: number;
  readonly deliveredUpTo: number;
}

/** Two positions of one person, whichever is further: neither goes back, and what was read was delivered. */
export function furthest(a: Position, b: Position): Position {
  const readUpTo = Math.max(a.readUpTo, b.readUpTo);
  return { ...b, readUpTo, deliveredUpTo: Math.max(a.deliveredUpTo, b.deliveredUpTo, readUpTo) };
}

/** How far people are in a room, at most RECEIPTS_MAX of them: who has read least gives way. */
export class Positions {
  readonly #positions = new Map<string, Position>();

  constructor(positions: readonly Position[]) {
    for (const position of positions) this.advance(position);
  }

  get(userId: string): Position | undefined {
    return this.#positions.get(userId);
  }

  /** Answers the new position where somebody got ahead. */
  advance(position: Position): Position | undefined {
    const known = this.#positions.get(position.userId);
    const next = known === undefined ? furthest(position, position) : furthest(known, position);
    if (known?.readUpTo === next.readUpTo && known.deliveredUpTo === next.deliveredUpTo) return undefined;
    this.#positions.set(position.userId, next);
    if (this.#positions.size > RECEIPTS_MAX) this.#positions.delete(this.#least());
    return next;
  }

  /** As the frames `joined` and `read` tell them. */
  static told(positions: Iterable<Position>): {
    readonly receipts: Record<string, number>;
    readonly delivered: Record<string, number>;
  } {
    const all = [...positions];
    return {
      receipts: Object.fromEntries(all.map(({ userId, readUpTo }) => [userId, readUpTo])),
      delivered: Object.fromEntries(all.map(({ userId, deliveredUpTo }) => [userId, deliveredUpTo])),
    };
  }

  get all(): Iterable<Position> {
    return this.#positions.values();
  }

  #least(): string {
    let least: Position | undefined;
    for (const position of this.#positions.values()) {
      if (least === undefined || position.readUpTo < least.readUpTo) least = position;
    }
    return least!.userId;
  }
}
