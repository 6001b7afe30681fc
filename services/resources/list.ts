import type { Principal } from "@/lib/auth/principal.ts";
import type { Problem } from "@/lib/protocol/problems.ts";
import { parseId } from "@/lib/protocol/subjects.ts";
import type { Transaction } from "@/services/postgres/pool.ts";
import { placeRefusal } from "@/lib/resources/access.ts";
import { type Answer, refuse } from "@/lib/resources/answer.ts";
import { decodeCursor, encodeCursor, type Order } from "@/services/resources/cursor.ts";
import type { Resource } from "@/lib/resources/define.ts";
import { recordOf, type ResourceRecord } from "@/services/resources/record.ts";
import { selectPage } from "@/services/resources/statements.ts";
import { readFilters } from "@/lib/resources/validate.ts";

export const LIST_LIMIT_DEFAULT = 50;
export const LIST_LIMIT_MAX = 200;
const SEARCH_CHARS_MAX = 100;

export interface ListQuery {
  /** Only records of this property and of the whole organisation. */
  readonly propertyId?: number;
  /** Field to the one value it shall have, as text. */
  readonly filters?: Readonly<Record<string, string>>;
  /** Only records with this text somewhere in a field that the resource searches. */
  readonly q?: string;
  /** Records in a page, 1 to LIST_LIMIT_MAX. */
  readonly limit?: number;
  /** `next` of the page before. */
  readonly cursor?: string;
  /** By id; default "desc": newest first. */
  readonly order?: Order;
}

export interface Page {
  readonly items: readonly ResourceRecord[];
  /** Cursor of the next page; null: this is the last. */
  readonly next: string | null;
}

/** Validates the query and answers what reads its page, within the properties of the token. */
export function readPage(
  principal: Principal,
  resource: Resource,
  { propertyId, filters = {}, q, limit = LIST_LIMIT_DEFAULT, cursor, order = "desc" }: ListQuery,
): Answer<{ select: (tx: Transaction) => Promise<Page> }> {
  const outside = propertyId === undefined ? undefined : placeRefusal(principal, propertyId);
  if (outside) return refuse(outside);
  const { orgId } = principal;
  const { key } = resource;
  const read = readFilters(resource, filters);
  if (!read.ok) return read;
  if (q !== undefined && resource.search === undefined) return invalid("q", `${key} cannot be searched`);
  if (q !== undefined && (q === "" || [...q].length > SEARCH_CHARS_MAX)) {
    return invalid("q", `must have 1 to ${SEARCH_CHARS_MAX} characters`);
  }
  if (!Number.isSafeInteger(limit) || limit < 1 || limit > LIST_LIMIT_MAX) {
    return invalid("limit", `must be a whole number from 1 to ${LIST_LIMIT_MAX}`);
  }
  const after = cursor === undefined ? undefined : decodeCursor(cursor, key, order);
  if (cursor !== undefined && after === undefined) {
    return invalid("cursor", `must be the next of a page of ${key} in the same order`);
  }
  const properties = propertyId === undefined ? principal.properties : [propertyId];
  const { conditions } = read;
  const select = async (tx: Transaction): Promise<Page> => {
    // One more than asked tells whether there is a next page.
    const rows = await selectPage(tx, resource, {
      orgId,
      properties,
      conditions,
      search: q === undefined ? undefined : { columns: searched(resource), text: q },
      after,
      order,
      limit: limit + 1,
    });
    const items = rows.slice(0, limit).map((row) => recordOf(resource, row));
    const last = items.at(-1);
    return { items, next: rows.length > limit && last ? encodeCursor({ key, order, id: last.id }) : null };
  };
  return { ok: true, select };
}

/** Parameters that carry a credential, and are none of the list's. */
const CREDENTIALS: ReadonlySet<string> = new Set(["token", "ticket"]);

/** Reads the query of a request. Every name besides the six below is a filter. */
export function readListQuery(params: URLSearchParams): Answer<{ query: ListQuery }> {
  const given: Record<string, string> = {};
  for (const name of new Set(params.keys())) {
    if (CREDENTIALS.has(name)) continue;
    const values = params.getAll(name);
    if (values.length > 1) return invalid(name, "is given more than once");
    given[name] = values[0] ?? "";
  }
  const { propertyId, limit, cursor, order, q, ...filters } = given;
  if (order !== undefined && order !== "asc" && order !== "desc") {
    return invalid("order", "must be asc or desc");
  }
  const property = propertyId === undefined ? undefined : parseId(propertyId);
  if (propertyId !== undefined && property === undefined) {
    return invalid("propertyId", "must be the id of a property");
  }
  const query: ListQuery = {
    filters,
    ...(property !== undefined && { propertyId: property }),
    ...(limit !== undefined && { limit: /^[0-9]{1,4}$/.test(limit) ? Number(limit) : 0 }),
    ...(cursor !== undefined && { cursor }),
    ...(order !== undefined && { order }),
    ...(q !== undefined && { q: q.trim() }),
  };
  return { ok: true, query };
}

function searched({ search = [], columns }: Resource): string[] {
  return search.map((name) => columns.get(name)!);
}

function invalid(path: string, message: string): { readonly ok: false; readonly problem: Problem } {
  return refuse({ code: "validation_failed", errors: [{ path, message }] });
}
