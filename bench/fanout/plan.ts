import { parseArgs } from "node:util";
import type { Load } from "./driver.ts";
import { SERVER_NAMES, type ServerName } from "./servers.ts";

/** One server started, loaded and stopped. The matrix is a list of these, gone through once a round. */
export interface Case {
  section: string;
  server: ServerName;
  load: Load;
}

export interface Options {
  rounds: number;
  seconds: number;
  sockets: number[];
  only: string[];
  quick: boolean;
}

export const USAGE = `deno task bench fanout [flags]
  --rounds=3          times the whole matrix is run; medians are printed
  --seconds=10        length of a steady load
  --sockets=1000,5000 sockets of the fan-out sections
  --only=a,b          only these sections (fanout, fanout-1000, orgs, rest, drop) or servers (${
  SERVER_NAMES.join(", ")
})
  --quick             one short round to see that everything works; its figures mean little`;

/** Deliveries of one burst are kept near this, so that it lasts seconds, not minutes. */
const BURST_DELIVERIES = 500_000;
const BURST_EVENTS_MAX = 500;
const USUAL_RATE = 20;
/** Over many organisations, so that each of them has some events. */
const ORGS_RATE = 500;

/** Reads the flags; a string says what is wrong with them. */
export function parseOptions(args: string[]): Options | string {
  let values;
  try {
    ({ values } = parseArgs({
      args,
      options: {
        rounds: { type: "string" },
        seconds: { type: "string" },
        sockets: { type: "string" },
        only: { type: "string", default: "" },
        quick: { type: "boolean", default: false },
      },
    }));
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  const quick = values.quick;
  const options = {
    rounds: Number(values.rounds ?? (quick ? 1 : 3)),
    seconds: Number(values.seconds ?? (quick ? 2 : 10)),
    sockets: (values.sockets ?? (quick ? "200" : "1000,5000")).split(",").map(
      Number,
    ),
    only: values.only.split(",").filter(Boolean),
    quick,
  };
  const numbers = [options.rounds, options.seconds, ...options.sockets];
  if (!numbers.every((number) => Number.isInteger(number) && number > 0)) {
    return "--rounds, --seconds and --sockets take whole numbers above 0";
  }
  return options;
}

/** The cases of one round, targets of a section one after the other. */
export function plan(options: Options): Case[] {
  const cases = [
    ...options.sockets.flatMap((sockets, place) => fanout(options, sockets, place === 0)),
    ...organisations(options),
    ...single(options, "rest", ["innstream"]),
    ...single(options, "drop", options.quick ? ["innstream"] : ["centrifuge", "innstream"]),
  ];
  const servers = options.only.filter((word) => (SERVER_NAMES as readonly string[]).includes(word));
  const sections = options.only.filter((word) => !servers.includes(word));
  const unknown = sections.filter((word) => !cases.some(({ section }) => isSection(section, word)));
  if (unknown.length > 0) {
    throw new Error(
      `Cannot run only "${unknown[0]}": no section or server has this name`,
    );
  }
  return cases.filter(({ section, server }) =>
    (sections.length === 0 ||
      sections.some((word) => isSection(section, word))) &&
    (servers.length === 0 || servers.includes(server))
  );
}

function isSection(section: string, word: string): boolean {
  return section === word || section.startsWith(`${word}-`);
}

function base({ seconds, quick }: Options, sockets: number): Omit<Load, "loads"> {
  const events = Math.min(BURST_EVENTS_MAX, Math.max(1, Math.floor(BURST_DELIVERIES / sockets)));
  const [warmUpSeconds, bursts] = quick ? [0.5, 2] : [2, 4];
  return { sockets, seconds, warmUpSeconds, bursts, events: quick ? 100 : events };
}

/** All targets with the same load. The first number of sockets also gets the variants that explain the figures. */
function fanout(options: Options, sockets: number, detailed: boolean): Case[] {
  const section = `fanout-${sockets}`;
  const usual = { ...base(options, sockets), loads: ["steady", "burst"] } satisfies Load;
  const more = { ...usual, loads: ["steady", "burst", "serial"] } satisfies Load;
  const own = { ...usual, loads: ["steady", "burst", "serial", "single"] } satisfies Load;
  if (!detailed) {
    return (["bare", "centrifuge", "innstream"] as const).map((server) => ({ section, server, load: usual }));
  }
  return [
    { section, server: "bare", load: more },
    { section, server: "centrifuge", load: more },
    { section, server: "centrifuge-batched", load: more },
    { section, server: "innstream", load: own },
  ];
}

/** The same sockets over one and over many organisations. With one, every event goes to all sockets: hence fewer. */
function organisations(options: Options): Case[] {
  const sockets = options.sockets[0]!;
  const counts = options.quick ? [20] : [1, 200, 1000];
  const usual = { ...base(options, sockets), loads: ["steady"] } satisfies Load;
  return counts.flatMap((orgs) => {
    const rate = orgs === 1 ? USUAL_RATE : ORGS_RATE;
    const load = { ...usual, rate, orgs: Math.min(orgs, sockets) } satisfies Load;
    return (["innstream", "innstream-process"] as const).map((server) => ({ section: "orgs", server, load }));
  });
}

function single(options: Options, section: "rest" | "drop", servers: ServerName[]): Case[] {
  const load = { ...base(options, options.sockets[0]!), loads: [section], rate: USUAL_RATE } satisfies Load;
  return servers.map((server) => ({ section, server, load }));
}
