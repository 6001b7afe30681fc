import type { Env } from "@/services/env.ts";

/** Variables that hold a secret: each may be given as a file, by the same name with `_FILE` behind it. */
export const SECRETS = ["DATABASE_URL", "MIGRATE_DATABASE_URL", "NATS_URL", "JWT_SECRET"] as const;
/** A file that is larger holds something else. */
export const SECRET_BYTES_MAX = 65_536;

/** The files that an environment names: who starts a process must let it read them. */
export function secretFiles(env: Env): string[] {
  return SECRETS.flatMap((name) => env[`${name}_FILE`]?.trim() || []);
}

/**
 * An environment in which every secret stands as itself, with what its `_FILE` holds, less the white space around it.
 * Answers what is wrong, one line each, which names the variable and never what is in the file.
 */
export function withSecrets(
  env: Readonly<Record<string, string>>,
): { readonly env: Record<string, string> } | { readonly problems: readonly string[] } {
  const whole: Record<string, string> = { ...env };
  const problems: string[] = [];
  for (const name of SECRETS) {
    const variable = `${name}_FILE`;
    const path = env[variable]?.trim();
    delete whole[variable];
    if (!path) continue;
    if (env[name]?.trim()) {
      problems.push(`${name} and ${variable} are both set: set only one`);
      continue;
    }
    const read = readSecret(path);
    if ("problem" in read) problems.push(`${variable} is "${path}": ${read.problem}`);
    else whole[name] = read.secret;
  }
  return problems.length > 0 ? { problems } : { env: whole };
}

function readSecret(path: string): { readonly secret: string } | { readonly problem: string } {
  try {
    const { size } = Deno.statSync(path);
    if (size > SECRET_BYTES_MAX) {
      return { problem: `it has ${size} bytes, ${SECRET_BYTES_MAX} are the most` };
    }
    const secret = Deno.readTextFileSync(path).trim();
    if (secret === "") return { problem: "it is empty" };
    // It becomes a variable of the environment.
    if (secret.includes("\0")) return { problem: "it is no text" };
    return { secret };
  } catch (error) {
    return { problem: `it cannot be read (${error instanceof Error ? error.name : "unknown"})` };
  }
}
