// One of three nats-servers is down, and stays so: what is read goes on over the others.
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import type { StoredEvent } from "@/lib/realtime/event.ts";
import { type NatsNode, natsNodes, NODES, untilHealthy } from "@/services/cluster/nats_nodes.ts";
import { Guard } from "@/services/embedded/guard.ts";
import { OrgSource } from "@/services/feeds/org_source.ts";
import { ProcessSource } from "@/services/feeds/process_source.ts";
import type { Reader, Source } from "@/services/feeds/source.ts";
import { connectNats } from "@/services/nats/connect.ts";
import { JetStreamLog } from "@/services/nats/event_log.ts";
import { declareEvents, EVENTS } from "@/services/nats/streams.ts";
import { tempDir } from "../harness/dirs.ts";
import { until } from "../harness/live.ts";

/** Enough for consumers on every server. */
const ORGANISATIONS = 12;
const PASSWORD = "a password of the tests";
/** An election, and a request that is asked of a server that is gone; but not for ever, as the server is. */
const PATIENCE_MS = 40_000;

class Recorder implements Reader {
  head: number;
  readonly seen: number[] = [];

  constructor(head: number) {
    this.head = head;
  }

  event({ seq, json }: StoredEvent): void {
    if (seq <= this.head) return;
    this.head = seq;
    this.seen.push(JSON.parse(json).data.n);
  }

  advance(seq: number): void {
    this.head = Math.max(this.head, seq);
  }
}

async function threeNodes(guard: Guard, dataDir: string): Promise<readonly NatsNode[]> {
  const nodes = await natsNodes({
    root: fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, ""),
    dataDir,
    passwords: {
      APP_PASSWORD: PASSWORD,
      WORKER_PASSWORD: PASSWORD,
      PUBLISHER_1_PASSWORD: PASSWORD,
      ADMIN_PASSWORD: PASSWORD,
      SYSTEM_PASSWORD: PASSWORD,
    },
    guard,
    log: () => {},
  });
  await Promise.all(nodes.map((node) => node.start()));
  await untilHealthy(nodes);
  return nodes;
}

Deno.test("source - a server that stays down takes its consumers with it, and what they read is read by others", async () => {
  const dir = tempDir("innstream-nodes-");
  const guard = new Guard();
  const nodes = await threeNodes(guard, dir.path);
  const urls = nodes.map(({ port }) => `nats://app:${encodeURIComponent(PASSWORD)}@127.0.0.1:${port}`);
  const connection = await connectNats(urls.join(","), "test");
  const js = jetstream(connection);
  const jsm = await jetstreamManager(connection);
  await declareEvents(jsm, { replicas: NODES, newEpoch: () => "e1" });
  const log = new JetStreamLog(jsm);
  // As the feeds do, for what ends by itself.
  const restarting = (source: () => Source, recorders: Map<number, Recorder>) => async () => {
    const state = await until("the stream is there", () => log.state().catch(() => undefined), PATIENCE_MS);
    const starts = new Map([...recorders].map(([orgId, { head }]) => [orgId, head + 1]));
    await source().restart(state, starts).catch(() => {});
  };
  const ofOrg = new Map<number, Recorder>();
  const ofProcess = new Map<number, Recorder>();
  const orgSource: OrgSource = new OrgSource(js, restarting(() => orgSource, ofOrg));
  const processSource: ProcessSource = new ProcessSource(js, restarting(() => processSource, ofProcess));
  for (const [source, recorders] of [[orgSource, ofOrg], [processSource, ofProcess]] as const) {
    for (let orgId = 1; orgId <= ORGANISATIONS; orgId++) {
      const recorder = new Recorder(source.start(await log.state()).last);
      recorders.set(orgId, recorder);
      await source.open(orgId, recorder);
    }
  }
  const publishAll = async (n: number) => {
    for (let orgId = 1; orgId <= ORGANISATIONS; orgId++) {
      const payload = JSON.stringify({ id: `${n}-${orgId}`, data: { n } });
      await until(
        "it is published",
        () =>
          js.publish(`evt.${orgId}.1.tasks.task.updated`, payload, { msgID: `${n}-${orgId}` })
            .then(() => true, () => false),
        PATIENCE_MS,
      );
    }
  };
  const recorders = () => [...ofOrg.values(), ...ofProcess.values()];
  await publishAll(1);
  await until("all have heard", () => recorders().every(({ seen }) => seen.length === 1));
  const { cluster } = await jsm.streams.info(EVENTS);
  // Not the one that the connection goes to: that it is lost, everybody is told.
  const connectedTo = Number(connection.getServer().split(":").at(-1));
  await nodes.find(({ name, port }) => name !== cluster?.leader && port !== connectedTo)!.kill();
  await publishAll(2);
  await until(
    "all have heard, with a server down",
    () => recorders().every(({ seen }) => seen.length === 2),
    PATIENCE_MS,
  );
  assert.ok(recorders().every(({ seen }) => seen[0] === 1 && seen[1] === 2));
  await Promise.all([orgSource.close(), processSource.close()]);
  await connection.close();
  for (const node of nodes) await node.stop();
  await guard.end();
  dir.remove();
});
