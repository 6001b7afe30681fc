import { sharesOf } from "@/lib/flags/rollout.ts";
import type { OrganisationIds } from "@/services/flags/organisations.ts";
import type { Fleet, FleetCounts } from "@/services/realtime/fleet.ts";

/** What the fleet holds, and whom a percentage concerns: the answer of `GET /feature-flags/counts`. */
export interface FlagCounts extends FleetCounts {
  readonly organisations: number;
  /** How many organisations 0, 1, ... 100 percent are. */
  readonly shares: readonly number[];
}

/** Rejects where NATS or PostgreSQL cannot be reached. */
export async function readFlagCounts(
  { fleet, organisationIds }: { readonly fleet: Fleet; readonly organisationIds: OrganisationIds },
): Promise<FlagCounts> {
  const [counts, orgIds] = await Promise.all([fleet.counts(), organisationIds.all()]);
  return { ...counts, organisations: orgIds.length, shares: sharesOf(orgIds) };
}
