import { CLOSE, type Reconnect } from "@/lib/protocol/close_codes.ts";

/** Longest waits before the first, second, ... attempt to connect again (product text: 1, 2, 4, 8, 16, 30 s). */
export const BACKOFF_MS = [1_000, 2_000, 4_000, 8_000, 16_000, 30_000] as const;
/** Longest wait that a server can ask for. */
export const RECONNECT_IN_MS_MAX = 600_000;

/** Wait before attempt number `attempt` (from 0): anything up to the bound, so that a crowd does not come back at once. */
export function backoffMs(attempt: number, random: () => number): number {
  const bound = BACKOFF_MS[Math.min(attempt, BACKOFF_MS.length - 1)]!;
  return Math.floor(random() * bound);
}

/** What to do after a close with this code. Codes that the server does not use come from the network: try again. */
export function reconnectRule(code: number): { readonly reconnect: Reconnect; readonly reason: string } {
  const known = Object.values(CLOSE).find((close) => close.code === code);
  return known ?? { reconnect: "backoff", reason: "the connection was lost" };
}

/** The wait that a server asks for, within bounds; null where it asks for none. */
export function readReconnectInMs(ms: unknown): number | null {
  if (typeof ms !== "number" || !Number.isFinite(ms)) return null;
  return Math.min(Math.max(0, ms), RECONNECT_IN_MS_MAX);
}
