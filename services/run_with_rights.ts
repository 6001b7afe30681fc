import { secretFiles, withSecrets } from "@/services/secret_files.ts";

/**
 * Starts one process of ours with the rights that its configuration needs and no more, and ends as it does. Answers its
 * exit code; 2 where the configuration is wrong, which is told a line each.
 */
export async function runWithRights<T extends object>(
  read: (env: Record<string, string>) => T | { readonly problems: readonly string[] },
  argumentsOf: (config: T, files: readonly string[]) => string[],
): Promise<number> {
  const env = Deno.env.toObject();
  const whole = withSecrets(env);
  const config = "problems" in whole ? whole : read(whole.env);
  if ("problems" in config) {
    for (const problem of config.problems) console.error(problem);
    return 2;
  }
  const child = new Deno.Command(Deno.execPath(), {
    // It reads its secrets itself: they do not stand in its environment.
    args: argumentsOf(config, secretFiles(env)),
    stdin: "null",
    stdout: "inherit",
    stderr: "inherit",
    // A Ctrl-C of the terminal reaches it through us, once.
    detached: true,
  }).spawn();
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    Deno.addSignalListener(signal, () => child.kill("SIGTERM"));
  }
  return (await child.status).code;
}
