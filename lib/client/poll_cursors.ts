import type { Service } from "@/lib/protocol/services.ts";
import { isSomewhere } from "@/lib/client/client_frames.ts";
import { NOWHERE, type Position } from "@/lib/client/position.ts";

/** How far each service was polled. Together they are one position: that of the one furthest behind. */
export class Cursors {
  #cursors = new Map<Service, Position>();

  /** Everybody starts from one place. */
  start(services: readonly Service[], position: Position): void {
    this.#cursors = new Map(services.map((service) => [service, position]));
  }

  /** These services from now on; new ones, and those that are nowhere yet, start where the rest stands together. */
  keep(services: readonly Service[]): void {
    const lowest = lowestOf(this.#all.filter(isSomewhere));
    this.#cursors = new Map(services.map((service) => {
      const cursor = this.of(service);
      return [service, isSomewhere(cursor) ? cursor : lowest];
    }));
  }

  of(service: Service): Position {
    return this.#cursors.get(service) ?? NOWHERE;
  }

  move(service: Service, { seq, epoch }: { seq: number; epoch: string }): void {
    const { seq: before } = this.of(service);
    this.#cursors.set(service, { seq: Math.max(before, seq), epoch });
  }

  /** NOWHERE while one of them is. */
  get position(): Position {
    return this.#all.every(isSomewhere) ? lowestOf(this.#all) : NOWHERE;
  }

  /** Does an answer count in another stream than the cursors do? */
  isOfAnotherEpoch({ epoch }: { epoch: string }): boolean {
    return this.#all.some((cursor) => cursor.epoch !== null && cursor.epoch !== epoch);
  }

  get #all(): readonly Position[] {
    return [...this.#cursors.values()];
  }
}

function lowestOf([first, ...rest]: readonly Position[]): Position {
  if (first === undefined) return NOWHERE;
  return rest.reduce((lowest, cursor) => cursor.seq < lowest.seq ? cursor : lowest, first);
}
