import type { Principal } from "@/lib/auth/principal.ts";
import { ProblemError } from "@/lib/protocol/problems.ts";
import type { Config } from "@/services/config.ts";

/** Is this an admin of an organisation that runs the installation? Flags concern all organisations. */
export function isOperator(
  { role, orgId }: Principal,
  { operatorOrgs }: Pick<Config, "operatorOrgs">,
): boolean {
  return role === "admin" && operatorOrgs.includes(orgId);
}

/** Throws `forbidden` for everybody else. */
export function requireOperator(principal: Principal, config: Pick<Config, "operatorOrgs">): void {
  if (isOperator(principal, config)) return;
  throw new ProblemError({
    code: "forbidden",
    detail: "flags are for the role admin of an organisation that OPERATOR_ORGS lists",
  });
}
