import { printTable, show } from "../common/table.ts";
import { ASSUMED, type Assumed, type Cost, polling, streaming, TEXT } from "./model.ts";

const BAD_USAGE = 2;
const USAGE = `deno task bench cost ${
  Object.entries(ASSUMED).map(([name, value]) => `[--${name}=${value}]`).join(" ")
}`;

/** Works out what ten long polls and one socket for each client cost, from what was measured and what is assumed. */
export function main(args: string[]): Promise<number> {
  const assumed = parse(args);
  if (assumed === undefined) {
    console.error(USAGE);
    return Promise.resolve(BAD_USAGE);
  }
  const ways: [string, Cost][] = [["ten long polls", polling(assumed)], ["one socket", streaming(assumed)]];
  printTable(
    "What it takes",
    "arithmetic, not a measurement; GB leave in a month; $: of a month, machines (cores and memory) and what leaves",
    ["way", "requests/s", "connections", "busy cores", "cores", "memory GB", "GB out", "$ machines", "$ out"],
    ways.map(([way, cost]) => [
      way,
      ...[cost.requestsPerSecond, cost.connections, cost.coresBusy, cost.cores, cost.memoryGb, cost.egressGb]
        .map((number) => show(rounded(number))),
      show(rounded(cost.machineDollars)),
      show(rounded(cost.egressDollars)),
    ]),
  );
  const { requestsPerSecond, beforeDollars, afterDollars } = TEXT;
  console.log(
    `\nthe product's text: ${show(requestsPerSecond)} requests/s for $${show(beforeDollars)}, then $${
      show(afterDollars)
    }`,
  );
  return Promise.resolve(0);
}

/** Reads the flags; undefined where one is none. */
export function parse(args: readonly string[]): Assumed | undefined {
  const assumed: Assumed = { ...ASSUMED };
  for (const arg of args) {
    const [, name = "", value = ""] = /^--(\w+)=(\d+(?:\.\d+)?)$/.exec(arg) ?? [];
    if (!Object.hasOwn(ASSUMED, name) || !(Number(value) > 0)) return undefined;
    assumed[name as keyof Assumed] = Number(value);
  }
  return assumed;
}

/** To three digits: more would pretend. */
function rounded(number: number): number {
  return Number(number.toPrecision(3));
}
