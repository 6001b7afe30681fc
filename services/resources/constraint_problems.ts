import type { Problem } from "@/lib/protocol/problems.ts";
import {
  CHECK_VIOLATION,
  databaseError,
  FOREIGN_KEY_VIOLATION,
  problemOfError,
  UNIQUE_VIOLATION,
} from "@/services/postgres/errors.ts";
import type { Resource } from "@/lib/resources/define.ts";

/**
 * The problem behind an error of a statement on this resource; undefined where it is a bug. Constraints are named
 * `<table>_<column>_fkey`, `_key` and `_check`: the column says which field is meant.
 */
export function problemOfStatement(resource: Resource, error: unknown): Problem | undefined {
  const known = problemOfError(error);
  if (known) return known;
  const { code, table, constraint = "" } = databaseError(error) ?? {};
  const path = fieldOf(resource, constraint);
  if (code === FOREIGN_KEY_VIOLATION && path === "org_id") {
    return { code: "forbidden", detail: "The organisation of this token is not set up here" };
  }
  if (code === FOREIGN_KEY_VIOLATION) {
    if (table !== resource.table) {
      return {
        code: "in_use",
        detail: `Cannot take this ${resource.entity} away: ${table} still refer to it`,
      };
    }
    const message = path === "propertyId"
      ? "is no property of this organisation"
      : "is no such record of this property";
    return { code: "validation_failed", errors: [{ path, message }] };
  }
  if (code === UNIQUE_VIOLATION) {
    return { code: "already_exists", detail: `Another ${resource.entity} has the same ${path}` };
  }
  if (code === CHECK_VIOLATION) {
    return { code: "validation_failed", errors: [{ path, message: "does not fit the other fields" }] };
  }
  return undefined;
}

function fieldOf(resource: Resource, constraint: string): string {
  const column = constraint.slice(resource.table.length + 1).replace(/_(fkey|key|check)$/, "");
  if (column === "property_id") return "propertyId";
  for (const [name, own] of resource.columns) if (own === column) return name;
  return column;
}
