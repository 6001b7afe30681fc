import { parseArgs } from "node:util";
import { isService, type Service } from "@/lib/protocol/services.ts";
import { parseId } from "@/lib/protocol/subjects.ts";

/** What can happen in a simulated hotel. */
const PLAYED: readonly Service[] = ["finance", "guest", "staff", "tasks", "properties"];

export const HELP =
  `Plays a hotel's day: guests come and go, rooms are cleaned, tasks done, money earned and spent. It writes through
the REST API of a running server; about one event in five it publishes on NATS, as another system would.

  deno task simulate [--speed 10] [--rate 50] [--events 1000] [--minutes 1440] [--services finance,tasks]

  --url       the server; default http://127.0.0.1:4000
  --nats      its NATS; default NATS_URL or nats://127.0.0.1:4222; "none" for REST alone
  --org       the organisation; default 1
  --speed     minutes of the hotel in a second, 0.01 to 1000; default 10
  --rate      events in a second, 0.1 to 2000; the hotel's clock then follows, unless --speed is given too
  --events    end after so many events
  --minutes   end after so many minutes of the hotel; without either it goes on until Ctrl-C
  --seed      a whole number; the same one makes the same choices; default 1
  --services  only these: ${PLAYED.join(", ")}
  --token     a token of a manager; default: one signed with JWT_SECRET, or the secret that DATA_DIR keeps

The last line is JSON: {"published", "rest", "nats", "failed", "byService"}.`;

export interface SimulateArgs {
  readonly url: string;
  readonly natsUrl: string | undefined;
  readonly orgId: number;
  readonly speed: number | undefined;
  readonly rate: number | undefined;
  readonly events: number | undefined;
  readonly minutes: number | undefined;
  readonly seed: number;
  readonly services: ReadonlySet<Service>;
  /** undefined: make one. */
  readonly token: string | undefined;
}

/** Reads the command line. `help`: it asks for the help; `wrong`: what is wrong with it. */
export function readArgs(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): SimulateArgs | { readonly help: true } | { readonly wrong: string } {
  let values: Record<string, string | boolean | undefined>;
  const text = { type: "string" } as const;
  try {
    ({ values } = parseArgs({
      args: [...args],
      options: {
        url: text,
        nats: text,
        org: text,
        speed: text,
        rate: text,
        events: text,
        minutes: text,
        seed: text,
        services: text,
        token: text,
        help: { type: "boolean" },
      },
    }));
  } catch (error) {
    return { wrong: error instanceof Error ? error.message : String(error) };
  }
  if (values.help === true) return { help: true };
  const given = (name: string) => values[name] as string | undefined;
  const url = given("url") ?? "http://127.0.0.1:4000";
  if (!URL.canParse(url) || !/^https?:/.test(url)) {
    return { wrong: `--url is "${url}": an http:// address is needed` };
  }
  const nats = given("nats") ?? (env.NATS_URL || "nats://127.0.0.1:4222");
  if (nats !== "none" && !(URL.canParse(nats) && /^(nats|tls):$/.test(new URL(nats).protocol))) {
    return { wrong: "--nats is no nats:// or tls:// address" };
  }
  const numbers: Record<string, number | undefined> = {};
  for (const [name, least, most] of RANGES) {
    const value = given(name);
    if (value === undefined) continue;
    const number = Number(value);
    if (value.trim() === "" || !(number >= least && number <= most)) {
      return { wrong: `--${name} is "${value}": a number from ${least} to ${most} is needed` };
    }
    numbers[name] = number;
  }
  const orgId = parseId(given("org") ?? "1");
  if (orgId === undefined) {
    return { wrong: `--org is "${given("org")}": the id of an organisation is needed` };
  }
  const names = given("services")?.split(",") ?? PLAYED;
  const unknown = names.find((name) => !isService(name) || !PLAYED.includes(name));
  if (unknown !== undefined) {
    return { wrong: `--services names "${unknown}": these are played: ${PLAYED.join(", ")}` };
  }
  return {
    url,
    natsUrl: nats === "none" ? undefined : nats,
    orgId,
    speed: numbers.speed,
    rate: numbers.rate,
    events: numbers.events,
    minutes: numbers.minutes,
    seed: numbers.seed ?? 1,
    services: new Set(names as readonly Service[]),
    token: given("token"),
  };
}

const RANGES: readonly (readonly [name: string, least: number, most: number])[] = [
  ["speed", 0.01, 1_000],
  ["rate", 0.1, 2_000],
  ["events", 1, 1_000_000_000],
  ["minutes", 1, 1_000_000_000],
  ["seed", 0, 4_294_967_295],
];
