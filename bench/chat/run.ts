import { Tokens } from "@/services/auth/tokens.ts";
import { stopAll } from "../common/child.ts";
import { type Innstream, startInnstream, stopBacking } from "../common/innstream.ts";
import { buildCrowd, type Person, runCrowd } from "./crowd.ts";
import { type Measured, printMeasured } from "./report.ts";
import { type ChatServer, startChatInnstream, startChatSocketIo } from "./servers.ts";

const OUT = new URL("./out/", import.meta.url);
const USAGE = "deno task bench chat [--people=10,100,1000] [--seconds=20] [--only=innstream] [--quick]";
const BAD_USAGE = 2;
const INTERRUPTED = 130;
const TOKEN_S = 3_600;
const JOINS_PER_S = 100;
const MESSAGES_PER_S = 2;
const TYPISTS_PER_S = 3;
/** Those who come and go. */
const MOVERS = 8;
const DRAIN_S = 20;

interface Options {
  people: readonly number[];
  seconds: number;
  /** Part of the name of the ways to measure; "": all. */
  only: string;
}

interface Way {
  readonly name: string;
  readonly target: ChatServer["target"];
  /** How many tell what they have read, at most. */
  readonly readers: number;
}

/**
 * A receipt of each of 1000 people to each of 1000 people is a million frames for a message: told one by one they keep
 * a server busy for longer than this runs.
 */
const PLAIN_READERS_MAX = 100;
const FEW_READERS = 20;

/** The same loads on both, and on Socket.IO also without receipts: what is left is what one would compare otherwise. */
function waysOf(people: number): readonly Way[] {
  const plain = people <= PLAIN_READERS_MAX
    ? { name: "Socket.IO", readers: people }
    : { name: `Socket.IO, ${FEW_READERS} read`, readers: FEW_READERS };
  return [
    { name: "innstream", target: "innstream", readers: people },
    { ...plain, target: "socketio" },
    { name: "Socket.IO, no receipts", target: "socketio", readers: 0 },
  ];
}

/** Compares rooms full of people on chat servers. Answers the exit code. */
export async function main(args: string[]): Promise<number> {
  const options = parse(args);
  if (options === undefined) {
    console.error(USAGE);
    return BAD_USAGE;
  }
  const stop = async () => {
    await stopAll();
    await stopBacking();
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, () => void stop().finally(() => Deno.exit(INTERRUPTED)));
  }
  try {
    await buildCrowd();
    // It is not measured: the PostgreSQL beside it is what both need.
    const backing = await startInnstream();
    await backing.stop();
    const { measured, failures } = await measureAll(options, backing);
    printMeasured(measured);
    await Deno.mkdir(OUT, { recursive: true });
    await Deno.writeTextFile(
      new URL("result.json", OUT),
      JSON.stringify({ options, load: Deno.loadavg(), measured, failures }, null, 1),
    );
    for (const failure of failures) console.error(`not measured: ${failure}`);
    const isWhole = measured.every(({ way, seen }) => way !== "innstream" || seen.lost + seen.doubled === 0);
    return failures.length === 0 && isWhole ? 0 : 1;
  } finally {
    await stop();
  }
}

function parse(args: readonly string[]): Options | undefined {
  const options: Options = { people: [10, 100, 1000], seconds: 20, only: "" };
  for (const arg of args) {
    const [, name, value = ""] = /^--(people|seconds|only|quick)(?:=(.+))?$/.exec(arg) ?? [];
    if (name === undefined) return undefined;
    if (name === "quick") Object.assign(options, { people: [10, 50], seconds: 6 });
    else if (name === "people") options.people = value.split(",").map(Number);
    else if (name === "seconds") options.seconds = Number(value);
    else options.only = value;
  }
  const numbers = [...options.people, options.seconds];
  return numbers.every((n) => Number.isInteger(n) && n >= 2) ? options : undefined;
}

async function measureAll(options: Options, backing: Innstream) {
  const measured: Measured[] = [];
  const failures: string[] = [];
  for (const people of options.people) {
    for (const way of waysOf(people).filter(({ name }) => name.includes(options.only))) {
      console.log(`${people} people, ${way.name}`);
      try {
        measured.push(await measure(way, people, options, backing));
      } catch (error) {
        // One server that drowns must not cost the figures of the others.
        failures.push(`${way.name}, ${people} people: ${error instanceof Error ? error.message : error}`);
        console.error(failures.at(-1));
      }
    }
  }
  return { measured, failures };
}

/** Each case has a server of its own: memory of another one's crowd would be counted twice. */
async function measure(
  way: Way,
  people: number,
  { seconds }: Options,
  backing: Innstream,
): Promise<Measured> {
  const server = way.target === "innstream" ? await startChatInnstream() : await startChatSocketIo(backing);
  try {
    const orders = {
      target: server.target,
      addr: server.addr,
      roomId: await server.makeRoom(),
      people: await crowd("guest", people, server),
      movers: await crowd("mover", Math.min(MOVERS, Math.ceil(people / 4)), server),
      joinRate: JOINS_PER_S,
      seconds,
      messageRate: MESSAGES_PER_S,
      typingRate: TYPISTS_PER_S,
      readers: way.readers,
      drainSeconds: DRAIN_S,
    };
    return { way: way.name, people, ...await runCrowd(orders, server.pid) };
  } finally {
    await server.stop();
  }
}

function crowd(name: string, people: number, { secret }: ChatServer): Promise<Person[]> {
  const keys = { jwtSecret: secret, jwksUrl: undefined, jwtIssuer: undefined, jwtAudience: undefined };
  const tokens = new Tokens(keys);
  return Promise.all(Array.from({ length: people }, async (_, n) => {
    const userId = `${name}-${n}`;
    const claims = { sub: userId, orgId: 1, role: "manager", properties: "*", name: `Person ${n}` } as const;
    return { userId, token: await tokens.sign(claims, TOKEN_S) };
  }));
}
