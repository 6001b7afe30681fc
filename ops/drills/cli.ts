/** `deno task drills [NAME...]`: causes the fault that each alert is about, and sees the alert fire and end. */
import { CAUSES_FACTOR, PROMISES_FACTOR } from "./prometheus.ts";
import { openHouse } from "./house.ts";
import { DRILLS, NOT_CAUSED, openScene, type Outcome, runDrill } from "./run.ts";

const HELP = `deno task drills [ALERT...] [--list] [--help]

Starts PostgreSQL, nats-server, two apps, a worker and a real Prometheus on free ports, causes the fault of each
alert, and waits until the alert fires and, mended, until it is over. Time runs faster in the rules: a minute counts
as ${60 / CAUSES_FACTOR} s, in those of the promises as ${
  (60 / PROMISES_FACTOR).toFixed(2)
} s. ALERT is a name, or the beginning of one. Ends with 1 where one did
not fire or did not end. Needs the program prometheus on PATH (Debian: apt-get install prometheus).`;

async function main(args: readonly string[]): Promise<number> {
  if (args.includes("--help")) {
    console.log(HELP);
    return 0;
  }
  if (args.includes("--list")) {
    for (const { alert, fault } of DRILLS) console.log(`${alert}: ${fault}`);
    for (const [alert, why] of Object.entries(NOT_CAUSED)) console.log(`${alert}: not caused, ${why}`);
    return 0;
  }
  const unknown = args.filter((arg) => !DRILLS.some(({ alert }) => alert.startsWith(arg)));
  if (unknown.length > 0) {
    console.error(`Cannot drill ${unknown.join(", ")}: there is no such alert\n\n${HELP}`);
    return 2;
  }
  const chosen = DRILLS.filter(({ alert }) => args.length === 0 || args.some((arg) => alert.startsWith(arg)));
  const prometheus = which("prometheus");
  if (prometheus === undefined) {
    console.error("Cannot drill: there is no prometheus on PATH (Debian: apt-get install prometheus)");
    return 1;
  }
  const house = await openHouse({ prometheus, log: (line) => console.error(line) });
  const end = () => void house.stop().then(() => Deno.exit(130));
  Deno.addSignalListener("SIGINT", end);
  Deno.addSignalListener("SIGTERM", end);
  const outcomes: Outcome[] = [];
  try {
    const scene = await openScene(house);
    console.log("| alert | severity | fault | fired after | over after |\n| --- | --- | --- | --- | --- |");
    for (const drill of chosen) {
      const done = await runDrill(scene, drill);
      outcomes.push(...done);
      for (const outcome of done) console.log(row(outcome));
    }
  } finally {
    await house.stop();
  }
  if (args.length === 0) {
    for (const [alert, why] of Object.entries(NOT_CAUSED)) {
      console.log(`| ${alert} | | not caused: ${why} | | |`);
    }
  }
  const bad = outcomes.filter(({ firedS, clearedS }) => firedS === undefined || clearedS === undefined);
  console.log(`\n${outcomes.length - bad.length} of ${outcomes.length} alerts fired and ended`);
  return bad.length === 0 ? 0 : 1;
}

function row({ alert, severity, fault, firedS, clearedS, failed }: Outcome): string {
  const seconds = (value: number | undefined) => value === undefined ? "not" : `${value.toFixed(1)} s`;
  const told = failed === undefined ? fault : `${fault}; failed: ${failed.split("\n")[0]}`;
  return `| ${alert} | ${severity} | ${told} | ${seconds(firedS)} | ${seconds(clearedS)} |`;
}

function which(name: string): string | undefined {
  return (Deno.env.get("PATH") ?? "").split(":").map((dir) => `${dir}/${name}`).find((path) => {
    try {
      return Deno.statSync(path).isFile;
    } catch {
      return false;
    }
  });
}

if (import.meta.main) Deno.exit(await main(Deno.args));
