import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { seedDemo } from "@/services/demo/seed.ts";
import { StopRequest } from "@/services/embedded/stop_request.ts";
import { explain, print, seconds } from "@/services/embedded/terminal.ts";
import { startCluster } from "./cluster.ts";
import type { Cluster } from "./members.ts";

const HELP = `deno task cluster [--keep]

Starts on this machine what production is made of: three nats-servers with streams of three copies, PostgreSQL,
two apps behind a proxy, and a worker, with demo data. Prints where each of them is. Ctrl-C ends everything.

  --keep   keep the data, in .data-cluster; without it they go with the cluster
  PORT     port of the proxy; default 4000`;

async function main(): Promise<number> {
  const unknown = Deno.args.find((arg) => !["--keep", "--help"].includes(arg));
  if (unknown !== undefined || Deno.args.includes("--help")) {
    console.log(unknown === undefined ? HELP : `"${unknown}" is not known\n\n${HELP}`);
    return unknown === undefined ? 0 : 2;
  }
  const stop = new StopRequest(() => Deno.exit(1));
  const began = performance.now();
  let cluster: Cluster | undefined;
  try {
    const isTemporary = !Deno.args.includes("--keep");
    const root = resolve(fileURLToPath(new URL("../..", import.meta.url)));
    const dataDir = isTemporary
      ? await Deno.makeTempDir({ prefix: "innstream-cluster-" })
      : `${root}/.data-cluster`;
    const starting = startCluster({
      dataDir,
      isTemporary,
      env: { DEMO: "1", PORT: Deno.env.get("PORT") ?? "4000" },
      seed: (ownerUrl) => seedDemo(ownerUrl),
      log: (line) => print("cluster", line),
      signal: stop.signal,
    });
    cluster = await stop.unless(starting).catch(async (reason) => {
      // What was begun is ended, not left.
      await starting.then((late) => late.stop(), () => {});
      throw reason;
    });
    say(cluster, began);
    await stop.requested();
  } catch (error) {
    if (stop.reason === undefined) console.error(explain(error));
  }
  print("stopping", stop.reason?.text ?? "it could not start");
  await cluster?.stop();
  stop.end();
  return stop.reason?.code ?? 1;
}

function say(
  { url, apps, nats, postgres, worker, proxy, dataDir, jwtSecret, natsUrl }: Cluster,
  began: number,
): void {
  for (const app of apps) print(app.name, `${app.url}, metrics ${app.metricsUrl}, pid ${app.pid}`);
  print("worker", `metrics ${worker.metricsUrl}, pid ${worker.pid}`);
  for (const node of nats) print(node.name, `${node.url}, monitor ${node.monitorUrl}, pid ${node.pid}`);
  print("postgres", `pid ${postgres.pid}`);
  print("nats", `NATS_URL=${natsUrl}`);
  print("logs", dataDir);
  print("token", `JWT_SECRET=${jwtSecret} deno task token`);
  print("ready", `${url}/ (proxy, pid ${proxy.pid}; ${seconds(began)})`);
}

if (import.meta.main) Deno.exit(await main());
