import { randomBytes } from "node:crypto";

const SECRET_BYTES = 48;

/** The secret by which tokens are signed, made at the first start and kept in the data directory. */
export async function keptSecret(dataDir: string): Promise<string> {
  const path = `${dataDir}/jwt_secret`;
  try {
    const kept = (await Deno.readTextFile(path)).trim();
    if (kept !== "") return kept;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  const secret = randomBytes(SECRET_BYTES).toString("base64url");
  await Deno.writeTextFile(path, secret + "\n", { mode: 0o600 });
  return secret;
}
