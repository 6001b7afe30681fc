import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import { type Env, integer, natsUrl, url } from "@/services/env.ts";
import { StopRequest } from "@/services/embedded/stop_request.ts";
import { explain } from "@/services/embedded/terminal.ts";
import { connectNats } from "@/services/nats/connect.ts";
import { isBeingRebuilt } from "@/services/nats/closing.ts";
import { EVENTS } from "@/services/nats/streams.ts";
import { connectPool } from "@/services/postgres/pool.ts";
import { rebuildStream, type Rebuilt } from "@/services/rebuild/rebuild.ts";

/** Longest statement: the outbox of a whole day is counted and sorted. */
const PATIENCE_MS = 120_000;
const END_S = 2;
const REPLICAS_MAX = 5;

const HELP = `deno task rebuild-stream [--dry-run] [--replace]

Puts the events that PostgreSQL still knows back into the JetStream stream EVENTS, after it was lost or has lost some:
what the outbox published in the last 24 hours, in its order, then what the stream holds now. Apps may go on running.
Meanwhile nothing else gets into the stream: events of the apps wait in the outbox, other publishers are refused and
repeat. At the end the stream has a new epoch, and every client is told to read again. May be stopped and run again at
any time; what it has done is not done twice.

  --dry-run   say what is missing, and change nothing
  --replace   also where nothing is missing

  DATABASE_URL      the app's login; without it the embedded database of DATA_DIR, while deno task start runs
  NATS_URL          a login that may do everything; without it the embedded nats-server
  EVENTS_REPLICAS   copies of a stream that has to be made; default 1

Not everything can be rebuilt: events of other publishers that the stream has lost are known to nobody else, and so are
the files of documents (OBJ_docs). The app makes all other streams again by itself; see docs/operations.md.

The exit code is 0 where the stream is whole now, or was before.`;

interface RebuildConfig {
  readonly databaseUrl: string;
  readonly natsUrl: string;
  readonly replicas: number;
}

/** Every wrong or missing value at once, one line each. */
export function readRebuildConfig(env: Env): RebuildConfig | { readonly problems: readonly string[] } {
  const problems: string[] = [];
  const databaseUrl = url(env, "DATABASE_URL", ["postgres:", "postgresql:"], problems) ?? "";
  const nats = natsUrl(env, "NATS_URL", problems);
  const replicas = integer(env, "EVENTS_REPLICAS", { default: 1, min: 1, max: REPLICAS_MAX }, problems);
  return problems.length > 0 ? { problems } : { databaseUrl, natsUrl: nats, replicas };
}

async function main(): Promise<number> {
  const args = new Set(Deno.args);
  const unknown = Deno.args.find((arg) => !["--dry-run", "--replace", "--help"].includes(arg));
  if (unknown !== undefined) return fail(`"${unknown}" is not known\n\n${HELP}`, 2);
  if (args.has("--help")) {
    console.log(HELP);
    return 0;
  }
  const config = readRebuildConfig({ ...await embedded(), ...given() });
  if ("problems" in config) return fail(`${config.problems.join("\n")}\n\n${HELP}`, 2);
  const stop = new StopRequest(() => Deno.exit(1));
  try {
    return say(await stop.unless(rebuild(config, args)));
  } catch (error) {
    return fail(
      `${stop.reason === undefined ? explain(error) : `stopped: ${stop.reason.text}`}\n` +
        `Run it again: it goes on where it was. Until then a stream that it has closed takes no events.`,
      1,
    );
  } finally {
    stop.end();
  }
}

async function rebuild(config: RebuildConfig, args: ReadonlySet<string>): Promise<Rebuilt> {
  const sql = connectPool(config.databaseUrl, {
    max: 1,
    applicationName: "innstream-rebuild",
    patienceMs: PATIENCE_MS,
  });
  const nats = await connectNats(config.natsUrl, "innstream-rebuild");
  try {
    const jsm = await jetstreamManager(nats);
    const rebuilt = await rebuildStream({
      js: jetstream(nats),
      jsm,
      sql,
      replicas: config.replicas,
      newEpoch: () => crypto.randomUUID().replaceAll("-", ""),
      now: () => Date.now(),
      print: (line) => console.log(line),
    }, { dryRun: args.has("--dry-run"), replace: args.has("--replace") });
    if (rebuilt.outcome === "rebuilt" && isBeingRebuilt((await jsm.streams.info(EVENTS)).config)) {
      throw new Error("The stream is still closed");
    }
    return rebuilt;
  } finally {
    await nats.close();
    await sql.end({ timeout: END_S });
  }
}

function say(rebuilt: Rebuilt): number {
  if (rebuilt.outcome === "busy") return fail("Another rebuild is under way", 1);
  console.log(
    {
      dry: "nothing was changed",
      whole: "nothing is missing: the stream stays as it is (--replace rebuilds it all the same)",
      rebuilt: rebuilt.outcome === "rebuilt"
        ? `rebuilt: ${rebuilt.put} put back by this run, epoch ${rebuilt.epoch}; every client reads again`
        : "",
    }[rebuilt.outcome],
  );
  return 0;
}

/** What the person's shell says. */
function given(): Record<string, string> {
  return Object.fromEntries(Object.entries(Deno.env.toObject()).filter(([, value]) => value.trim() !== ""));
}

/** Logins of the embedded servers, as their launcher left them. */
async function embedded(): Promise<Record<string, string>> {
  const dir = Deno.env.get("DATA_DIR") || ".data";
  const found: Record<string, string> = {};
  for (const [name, file] of [["DATABASE_URL", "app_url"], ["NATS_URL", "nats_url"]] as const) {
    try {
      found[name] = (await Deno.readTextFile(`${dir}/${file}`)).trim();
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  return found;
}

function fail(message: string, code: number): number {
  console.error(message);
  return code;
}

if (import.meta.main) Deno.exit(await main());
