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

  /** Other services from now on; new ones start where the rest stands together. */
  keep(services: readonly Service[]): void {
    const { position } = this;
    this.#cursors = new Map(services.map((service) => [service, this.#cursors.get(service) ?? position]));
  }

  of(service: Service): Position {
    return this.#cursors.get(service) ?? NOWHERE;
  }

  move(service: Service, { seq, epoch }: { seq: number; epoch: string }): void {
    const { seq: before } = this.of(service);
    this.#cursors.set(service, { seq: Math.max(before, seq), epoch });
  }

  /** Has every service a place to go on from? */
  get areKnown(): boolean {
    return this.#all.every(isSomewhere);
  }

  get position(): Position {
    const [first, ...rest] = this.#all;
    if (first === undefined || !this.areKnown) return NOWHERE;
    return rest.reduce((lowest, cursor) => cursor.seq < lowest.seq ? cursor : lowest, first);
  }

  /** Does an answer count in another stream than the cursors do? */
  isOfAnotherEpoch({ epoch }: { epoch: string }): boolean {
    return this.#all.some((cursor) => cursor.epoch !== null && cursor.epoch !== epoch);
  }

  get #all(): readonly Position[] {
    return [...this.#cursors.values()];
  }
}
