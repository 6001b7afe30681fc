import type { Sql } from "@/services/postgres/pool.ts";
import type { ResourceStore } from "@/services/resources/store.ts";

/** What computing needs. */
export interface DerivedParts {
  readonly sql: Sql;
  /** Writes what was computed, so that it has its version and its event like everything else. */
  readonly resources: ResourceStore;
  /** Unix time in milliseconds. */
  readonly now: () => number;
  /** Reports what went wrong where there is nobody to answer to. */
  readonly failed: (error: unknown) => void;
}
