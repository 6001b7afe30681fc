import { parseArgs } from "node:util";
import { natsServers } from "@/services/nats/servers.ts";
import { SCRIPTS } from "./scripts.ts";

const CONNECTIONS_MAX = 1_000_000;
const SECONDS_MAX = 7 * 24 * 3_600;
const RATE_MAX = 10_000;

export interface Options {
  readonly name: string;
  readonly connections: number;
  readonly seconds: number;
  readonly rate: number;
  /** A server that runs already. */
  readonly url: string | undefined;
  readonly nats: string | undefined;
  readonly cluster: boolean;
  /** Has k6 draw charts of its own. */
  readonly charts: boolean;
}

export const HELP = `deno task load NAME [options]

${Object.entries(SCRIPTS).map(([name, { about }]) => `  ${name.padEnd(16)} ${about}`).join("\n")}

  --connections N   clients, instead of what the script has
  --seconds N       of load, after everybody is connected
  --rate N          events in a second
  --charts          charts of latencies too (charts.html): k6 then takes about twice the CPU
  --cluster         against two apps behind a proxy on three nats-servers, instead of one app
  --url URL         against a server that runs, with
  --nats URL        its NATS (nats://127.0.0.1:4222), and JWT_SECRET, or the secret that DATA_DIR keeps

Without --url it starts an app with a PostgreSQL and a nats-server of its own, which are gone afterwards. A report
(report.html) and the figures (summary.json) go to tests/load/out/NAME. It ends with 0 where every threshold held,
with 1 where one did not.`;

/** What was asked for; a sentence where that makes no sense; undefined where nothing was. */
export function readOptions(args: readonly string[]): Options | string | undefined {
  let parsed;
  try {
    parsed = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        connections: { type: "string" },
        seconds: { type: "string" },
        rate: { type: "string" },
        url: { type: "string" },
        nats: { type: "string" },
        cluster: { type: "boolean", default: false },
        charts: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    });
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  const { values, positionals: [name, more] } = parsed;
  if (name === undefined || values.help) return undefined;
  const script = SCRIPTS[name];
  if (script === undefined || more !== undefined) return `"${more ?? name}" is not the name of a script`;
  const { url, nats, cluster, charts } = values;
  if (url !== undefined && (!URL.canParse(url) || !url.startsWith("http"))) {
    return `--url is "${url}": an address such as http://127.0.0.1:4000 is needed`;
  }
  if (nats !== undefined && natsServers(nats) === undefined) {
    return `--nats is "${nats}": an address such as nats://127.0.0.1:4222 is needed`;
  }
  if (nats !== undefined && url === undefined) return "--nats is of use together with --url only";
  if (cluster && url !== undefined) return "--cluster and --url are two targets: give one";
  const numbers = {
    connections: numberOf(values.connections, script.connections, CONNECTIONS_MAX),
    seconds: numberOf(values.seconds, script.seconds, SECONDS_MAX),
    rate: numberOf(values.rate, script.rate, RATE_MAX),
  };
  for (const [option, number] of Object.entries(numbers)) {
    if (typeof number === "string") return `--${option} is ${number}`;
  }
  return {
    name,
    url: url?.replace(/\/$/, ""),
    nats,
    cluster,
    charts,
    ...numbers as Record<keyof typeof numbers, number>,
  };
}

function numberOf(text: string | undefined, otherwise: number, max: number): number | string {
  if (text === undefined) return otherwise;
  const number = Number(text);
  return Number.isInteger(number) && number >= 1 && number <= max
    ? number
    : `"${text}": a whole number from 1 to ${max} is needed`;
}
