/** One line of JSON on stdout or stderr. Values that could hold a token are never given to it: no URLs with a query. */
export type Log = (
  level: "info" | "warn" | "error",
  message: string,
  fields?: Record<string, unknown>,
) => void;

export const log: Log = (level, message, fields) => {
  const line = JSON.stringify({ time: new Date().toISOString(), level, message, ...fields });
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
