import { isService, type Service } from "@/lib/protocol/services.ts";
import type { StorageLike } from "@/lib/client/kept_position.ts";
import { isObject, isSeq } from "@/lib/client/server_frames.ts";

/** More than this is shown as "99+" anyhow. */
export const UNSEEN_MAX = 1_000;

/** Events by service since the person last looked at it, kept from page to page of one tab. */
export class Unseen {
  readonly #storage: StorageLike | null;
  readonly #key: string;
  readonly #counts: Map<Service, number>;

  constructor(storage: StorageLike | null, { orgId, userId }: { orgId: number; userId: string }) {
    this.#storage = storage;
    this.#key = `innstream.unseen.${orgId}.${userId}`;
    this.#counts = this.#read();
  }

  of(service: Service): number {
    return this.#counts.get(service) ?? 0;
  }

  /** Those of a batch: it is written down once. */
  add(counts: ReadonlyMap<Service, number>): void {
    if (counts.size === 0) return;
    for (const [service, count] of counts) {
      this.#counts.set(service, Math.min(UNSEEN_MAX, this.of(service) + count));
    }
    this.#write();
  }

  look(service: Service): void {
    if (this.#counts.delete(service)) this.#write();
  }

  #read(): Map<Service, number> {
    try {
      const kept: unknown = JSON.parse(this.#storage?.getItem(this.#key) ?? "{}");
      const entries = isObject(kept) ? Object.entries(kept) : [];
      return new Map(
        entries.filter((entry): entry is [Service, number] => isService(entry[0]) && isSeq(entry[1])),
      );
    } catch {
      return new Map();
    }
  }

  #write(): void {
    try {
      this.#storage?.setItem(this.#key, JSON.stringify(Object.fromEntries(this.#counts)));
    } catch {
      // Full, or forbidden: the counts hold for this page.
    }
  }
}
