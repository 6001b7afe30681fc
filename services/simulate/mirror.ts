/** A record as the last answer showed it. */
export interface Known {
  readonly id: number;
  readonly propertyId: number;
  readonly version: number;
  readonly [field: string]: unknown;
}

/** Records of an entity that are remembered; the oldest are forgotten first. */
export const REMEMBERED_MAX = 500;

/** What the simulation knows of a hotel group, by entity. Records with a change under way are left out of choices. */
export class Mirror {
  readonly #records = new Map<string, Map<number, Known>>();
  readonly #busy = new Set<string>();

  put(entity: string, record: Known): void {
    const known = this.#of(entity);
    // Last in order: what changes often is remembered.
    known.delete(record.id);
    known.set(record.id, record);
    const [oldest] = known.keys();
    if (known.size > REMEMBERED_MAX && oldest !== undefined) known.delete(oldest);
  }

  get(entity: string, id: number): Known | undefined {
    return this.#of(entity).get(id);
  }

  forget(entity: string, id: number): void {
    this.#of(entity).delete(id);
  }

  /** Records to choose from, in an order that depends on nothing but what happened. */
  all(entity: string): Known[] {
    return [...this.#of(entity).values()].filter(({ id }) => !this.#busy.has(`${entity} ${id}`));
  }

  /** Is nothing under way with records of this entity? */
  isFree(entity: string, id: number): boolean {
    return !this.#busy.has(`${entity} ${id}`);
  }

  hold(entity: string, id: number): void {
    this.#busy.add(`${entity} ${id}`);
  }

  release(entity: string, id: number): void {
    this.#busy.delete(`${entity} ${id}`);
  }

  #of(entity: string): Map<number, Known> {
    let known = this.#records.get(entity);
    if (known === undefined) {
      known = new Map();
      this.#records.set(entity, known);
    }
    return known;
  }
}
