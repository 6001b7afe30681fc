import type { PresenceStatus, Present } from "@/lib/chat/message.ts";
import type { JoinedFrame, PresenceFrame, ReadFrame } from "@/lib/chat/server_frames.ts";

/** Who is in a room, and how far each has read. */
export class People {
  #present: ReadonlyMap<string, Present> = new Map();
  #receipts: ReadonlyMap<string, number> = new Map();
  #delivered: ReadonlyMap<string, number> = new Map();
  #list: readonly Present[] | undefined;

  get present(): readonly Present[] {
    return this.#list ??= [...this.#present.values()];
  }

  get receipts(): ReadonlyMap<string, number> {
    return this.#receipts;
  }

  get delivered(): ReadonlyMap<string, number> {
    return this.#delivered;
  }

  statusOf(userId: string): PresenceStatus {
    return this.#present.get(userId)?.status ?? "offline";
  }

  joined({ online, receipts, delivered }: Pick<JoinedFrame, "online" | "receipts" | "delivered">): void {
    this.#setPresent(new Map(online.map((person) => [person.userId, person])));
    this.read({ receipts, delivered });
  }

  presence({ users, names }: Pick<PresenceFrame, "users" | "names">): void {
    const present = new Map(this.#present);
    for (const [userId, status] of Object.entries(users)) {
      const userName = names[userId] ?? present.get(userId)?.userName ?? userId;
      if (status === "offline") present.delete(userId);
      else present.set(userId, { userId, userName, status });
    }
    this.#setPresent(present);
  }

  /** Nobody goes back. */
  read({ receipts, delivered }: Pick<ReadFrame, "receipts" | "delivered">): void {
    this.#receipts = ahead(this.#receipts, receipts);
    // What is read has arrived.
    this.#delivered = ahead(ahead(this.#delivered, delivered), receipts);
  }

  #setPresent(present: ReadonlyMap<string, Present>): void {
    this.#present = present;
    this.#list = undefined;
  }
}

function ahead(
  held: ReadonlyMap<string, number>,
  told: Readonly<Record<string, number>>,
): ReadonlyMap<string, number> {
  const further = Object.entries(told).filter(([userId, seq]) => seq > (held.get(userId) ?? -1));
  return further.length === 0 ? held : new Map([...held, ...further]);
}
