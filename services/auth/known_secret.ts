import { withSecrets } from "@/services/secret_files.ts";

/**
 * The secret that a program on this machine may sign tokens with: JWT_SECRET, or its file, else the one that the launcher keeps in
 * DATA_DIR. Answers a sentence for the operator where there is none.
 */
export async function knownSecret(): Promise<{ readonly secret: string } | { readonly missing: string }> {
  const { JWT_SECRET = "", JWT_SECRET_FILE = "" } = Deno.env.toObject();
  const whole = withSecrets({ JWT_SECRET, JWT_SECRET_FILE });
  if ("problems" in whole) return { missing: whole.problems.join("\n") };
  const given = whole.env["JWT_SECRET"];
  if (given) return { secret: given };
  const file = `${Deno.env.get("DATA_DIR") || ".data"}/jwt_secret`;
  try {
    return { secret: (await Deno.readTextFile(file)).trim() };
  } catch {
    const missing =
      `JWT_SECRET is not set and ${file} does not exist: run deno task start once, or set JWT_SECRET`;
    return { missing };
  }
}

/** What `Tokens` needs to sign with that secret, as the environment says. */
export function signingConfig(secret: string) {
  return {
    jwtSecret: secret,
    jwksUrl: undefined,
    jwtIssuer: Deno.env.get("JWT_ISSUER") || undefined,
    jwtAudience: Deno.env.get("JWT_AUDIENCE") || undefined,
  };
}
