import type { Command } from "@/lib/ui/try_it.tsx";
import type { Session } from "@/services/auth/session.ts";
import type { Services } from "@/services/services.ts";

/** The token in the line is good for this long. */
const TOKEN_S = 60 * 60;

/**
 * The line that posts a revenue, for people who may. In the demo it has a token of this person's own, so that it runs as
 * it stands: there anybody can sign in anyhow. Elsewhere a page never shows a token.
 */
export async function tryIt(
  { config, tokens }: Services,
  { principal }: Session,
  origin: string,
): Promise<Command | null> {
  const { userId, orgId, role, properties, name, services } = principal;
  if ((role !== "manager" && role !== "admin") || !services.has("finance")) return null;
  const propertyId = properties === "*" ? 1 : properties[0];
  if (propertyId === undefined) return null;
  const token = config.demo
    ? await tokens.sign({ sub: userId, orgId, role, properties, name, services: [...services] }, TOKEN_S)
    : "$TOKEN";
  const body = JSON.stringify({ amount: 1000, propertyId });
  const url = `${config.publicOrigins[0] ?? origin}/finance/revenue`;
  return {
    command: `curl -X POST ${url} -d '${body}' -H "Authorization: Bearer ${token}"`,
    needsToken: !config.demo,
  };
}
