import { withoutTokens } from "@/lib/metrics/scrub.ts";

/** What a line says beside its message: `requestId`, or `connectionId` and `orgId`, and what is the case. */
export type Fields = Readonly<Record<string, unknown>>;

/** One line of JSON on stdout or stderr. Values that could hold a token are never given to it: no URLs with a query. */
export type Log = (
  level: "info" | "warn" | "error",
  message: string,
  fields?: Fields,
) => void;

/** Hears what went wrong where there is nobody to answer to; `about` says for whom. */
export type Failed = (error: unknown, about?: Fields) => void;

export const log: Log = (level, message, fields) => {
  // What throws may quote what it was given.
  const line = withoutTokens(
    JSON.stringify({ time: new Date().toISOString(), level, message, ...fields }),
  );
  if (level === "info") console.log(line);
  else console.error(line);
};

/** What is worth keeping of something thrown. */
export function errorFields(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { error: String(error) };
  return {
    error: error.message,
    name: error.name,
    stack: error.stack?.split("\n").slice(1, 6).map((at) => at.trim()),
  };
}
