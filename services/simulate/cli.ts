import { knownSecret, signingConfig } from "@/services/auth/known_secret.ts";
import { Tokens } from "@/services/auth/tokens.ts";
import { HELP, readArgs } from "@/services/simulate/options.ts";
import { simulate } from "@/services/simulate/simulate.ts";

const TOKEN_LIFE_S = 30 * 24 * 3600;

const args = readArgs(Deno.args, Deno.env.toObject());
if ("help" in args) {
  console.log(HELP);
  Deno.exit(0);
}
if ("wrong" in args) fail(args.wrong);

const ending = new AbortController();
const end = () => ending.abort();
Deno.addSignalListener("SIGINT", end);
Deno.addSignalListener("SIGTERM", end);
try {
  const token = args.token ?? await makeToken(args.orgId);
  const totals = await simulate({ ...args, token, signal: ending.signal, print: console.log });
  console.log(JSON.stringify(totals));
  Deno.exit(0);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  Deno.exit(1);
}

async function makeToken(orgId: number): Promise<string> {
  const known = await knownSecret();
  if ("missing" in known) fail(known.missing);
  const claims = { sub: "simulate", orgId, role: "manager", name: "Simulated day" };
  return await new Tokens(signingConfig(known.secret)).sign(claims, TOKEN_LIFE_S);
}

function fail(message: string): never {
  console.error(`${message}\n\n${HELP}`);
  Deno.exit(2);
}
