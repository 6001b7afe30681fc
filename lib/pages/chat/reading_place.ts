/** Where somebody reads in a room: the first message in view, and how much of it is above it. */
export interface ReadingPlace {
  readonly seq: number;
  /** Pixels. */
  readonly below: number;
}

const KEY = "innstream.chat.place";

/** Keeps the place of a room, and no more than one, for who loads the page anew. */
export function keepPlace(storage: Storage | null, roomId: string, place: ReadingPlace | null): void {
  try {
    if (place === null) storage?.removeItem(KEY);
    else storage?.setItem(KEY, JSON.stringify({ roomId, ...place }));
  } catch {
    // Storage is full or forbidden: then one begins at the end.
  }
}

export function keptPlace(storage: Storage | null, roomId: string): ReadingPlace | null {
  try {
    const kept: unknown = JSON.parse(storage?.getItem(KEY) ?? "null");
    if (typeof kept !== "object" || kept === null) return null;
    const { roomId: room, seq, below } = kept as Record<string, unknown>;
    if (room !== roomId || typeof seq !== "number" || typeof below !== "number") return null;
    return { seq, below };
  } catch {
    return null;
  }
}
