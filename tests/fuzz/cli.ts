// `deno task fuzz`: the two-tenant fuzzing with more cases than the test suite has time for.
import { parseArgs } from "node:util";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const CASES_DEFAULT = 2_000;
const USAGE = `deno task fuzz [--cases N] [--seed S]
  --cases  cases in all, half of them as each organisation; ${CASES_DEFAULT} unless given
  --seed   a whole number, to have the same cases again`;

function whole(text: string | undefined, fallback: string): string {
  const value = text ?? fallback;
  if (/^-?[0-9]{1,10}$/.test(value) || value === "") return value;
  throw new TypeError(`"${value}" is no whole number`);
}

/** Answers the exit code. */
async function main(args: readonly string[]): Promise<number> {
  let env: Record<string, string>;
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { cases: { type: "string" }, seed: { type: "string" }, help: { type: "boolean" } },
    });
    if (values.help) {
      console.log(USAGE);
      return 0;
    }
    const cases = Number(whole(values.cases, String(CASES_DEFAULT)));
    env = { FUZZ_CASES: String(Math.ceil(cases / 2)), FUZZ_SEED: whole(values.seed, "") };
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n${USAGE}`);
    return 2;
  }
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "tests/run.ts", "tests/integration/tenancy_fuzz_test.ts"],
    cwd: ROOT,
    env,
  });
  return (await command.spawn().status).code;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
