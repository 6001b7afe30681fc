import type { Principal } from "@/lib/auth/principal.ts";
import { ProblemError } from "@/lib/protocol/problems.ts";
import { readRefusal } from "@/lib/resources/access.ts";
import type { Resource } from "@/lib/resources/define.ts";
import type { OutboxRow } from "@/services/outbox/relay.ts";
import type { Transaction } from "@/services/postgres/pool.ts";
import {
  type ChangeOptions,
  type CreateOptions,
  prepareCreate,
  type Prepared,
  prepareUpdate,
} from "@/services/resources/changes.ts";
import { problemOfStatement } from "@/services/resources/constraint_problems.ts";
import { eventOf } from "@/services/resources/events.ts";
import { recordOf, type ResourceRecord } from "@/services/resources/record.ts";
import { shownTo, visibleRow } from "@/services/resources/visible.ts";

/**
 * The writes of one transaction. Each may be of another principal of the organisation; what cannot be done is thrown as
 * a ProblemError, so that all of it rolls back.
 */
export class Writes {
  /** For statements on tables that are no resource. */
  readonly tx: Transaction;
  /** The moment that stands in rows and events, RFC 3339. */
  readonly at: string;
  /** What goes into the outbox. */
  readonly rows: OutboxRow[] = [];
  readonly #orgId: number;
  readonly #newId: () => string;

  constructor(tx: Transaction, orgId: number, { at, newId }: { at: string; newId: () => string }) {
    this.tx = tx;
    this.at = at;
    this.#orgId = orgId;
    this.#newId = newId;
  }

  /** The record as it stands, locked until the end of the transaction. */
  async read(principal: Principal, resource: Resource, id: number): Promise<ResourceRecord> {
    const refusal = readRefusal(principal, resource);
    if (refusal) throw new ProblemError(refusal);
    const row = await visibleRow(this.tx, principal, resource, { id, lock: true });
    return shownTo(principal, resource, recordOf(resource, row));
  }

  async create(
    principal: Principal,
    resource: Resource,
    body: unknown,
    options: Omit<CreateOptions, "idempotencyKey"> = {},
  ): Promise<ResourceRecord> {
    const { record } = await this.#run(
      principal,
      resource,
      prepareCreate(principal, resource, body, options),
    );
    return record;
  }

  async update(
    principal: Principal,
    resource: Resource,
    id: number,
    body: unknown,
    options: ChangeOptions = {},
  ): Promise<ResourceRecord> {
    const change = prepareUpdate(principal, resource, id, body, options);
    const { record } = await this.#run(principal, resource, change);
    return record;
  }

  /** Tells something else than what happened to a record, such as that a job waits. `payload` becomes JSON. */
  tell(subject: string, payload: object): void {
    this.rows.push({ id: this.#newId(), subject, payload: JSON.stringify(payload) });
  }

  async #run<T>(principal: Principal, resource: Resource, prepared: Prepared<T>): Promise<T> {
    if (principal.orgId !== this.#orgId) {
      throw new RangeError(`Cannot write for organisation ${principal.orgId} in one of ${this.#orgId}`);
    }
    if (!prepared.ok) throw new ProblemError(prepared.problem);
    try {
      const { result, happenings } = await prepared.run(this.tx, this.at);
      const { at } = this;
      for (const happening of happenings) {
        this.rows.push(eventOf(resource, principal, happening, { id: this.#newId(), at }));
      }
      return result;
    } catch (error) {
      const problem = problemOfStatement(resource, error);
      throw problem === undefined ? error : new ProblemError(problem);
    }
  }
}
