/** Longest wait for the answer. */
const HEALTH_MS = 3_000;

/** Asks a URL; ends with 0 where it answers 200. For the health checks of containers, in which there is no other client. */
if (import.meta.main) {
  const [url] = Deno.args;
  if (url === undefined) {
    console.error("Usage: deno run --allow-net services/health_cli.ts URL");
    Deno.exit(2);
  }
  try {
    const { status } = await fetch(url, { signal: AbortSignal.timeout(HEALTH_MS) });
    if (status !== 200) console.error(`${url} answers ${status}`);
    Deno.exit(status === 200 ? 0 : 1);
  } catch (error) {
    console.error(`${url}: ${error instanceof Error ? error.message : error}`);
    Deno.exit(1);
  }
}
