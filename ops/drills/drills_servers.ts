import { jetstreamManager } from "@nats-io/jetstream";
import { connectNats } from "@/services/nats/connect.ts";
import { EVENTS } from "@/services/nats/streams.ts";
import type { Member } from "@/services/cluster/members.ts";
import { all, ask, type Drill, post, repeatedly, sleep } from "./drill.ts";

/** Long enough that the app connects again in between. */
const RECONNECTED_MS = 900;
const CUT_MS = 200;
/** Beyond the limit of the alert. */
const CUTS = 6;
const RESTARTS = 3;

/** Servers and processes that are gone. */
export const SERVER_DRILLS: readonly Drill[] = [
  {
    alert: "InnstreamInstanceDown",
    fault: "kill -9 of an app",
    cause: async ({ house: { apps: [, app] } }) => {
      await app.kill();
      return () => app.start();
    },
  },
  {
    alert: "InnstreamMetricsAbsent",
    fault: "kill -9 of the only worker",
    cause: async ({ house: { cluster: { worker } } }) => {
      await worker.kill();
      return () => worker.start();
    },
  },
  {
    alert: "InnstreamRestarting",
    fault: `kill -9 and start of the worker, ${RESTARTS} times`,
    cause: async ({ house: { cluster: { worker } } }) => {
      for (let i = 0; i < RESTARTS; i++) {
        await worker.kill();
        await worker.start();
        // Prometheus has to see each of them.
        await sleep(600);
      }
      return () => {};
    },
  },
  {
    alert: "InnstreamNatsDisconnected",
    fault: "kill -9 of all three nats-servers",
    cause: async ({ house: { cluster: { nats } } }) => {
      await Promise.all(nats.map((node) => node.kill()));
      return () => Promise.all(nats.map((node) => node.start()));
    },
  },
  {
    alert: "InnstreamNatsUnsteady",
    fault: `the link from an app to NATS is cut ${CUTS} times`,
    cause: async ({ house: { apps: [app] } }) => {
      for (let i = 0; i < CUTS; i++) {
        app.toNats.cut();
        await sleep(CUT_MS);
        app.toNats.restore();
        await sleep(RECONNECTED_MS);
      }
      return () => {};
    },
  },
  {
    alert: "InnstreamPostgresDown",
    fault: "PostgreSQL is stopped",
    cause: async ({ house: { cluster: { postgres } } }) => {
      await postgres.stop();
      return () => postgres.start();
    },
  },
  {
    alert: "InnstreamFlagStoreDown",
    fault: "the link from an app to NATS is cut",
    cause: ({ house: { apps: [app] } }) => {
      app.toNats.cut();
      return () => app.toNats.restore();
    },
  },
  {
    alert: "InnstreamFailures",
    fault: "the link from an app to PostgreSQL is cut",
    cause: ({ house: { apps: [app] } }) => {
      app.toPostgres.cut();
      return () => app.toPostgres.restore();
    },
  },
  {
    alert: "InnstreamOutboxLate",
    fault: "both links to NATS are cut while records are written",
    cause: async ({ house }) => {
      const token = await house.token();
      for (const { toNats } of house.apps) toNats.cut();
      const writing = repeatedly(200, () => writeRevenue(house.apps[0].url, token));
      return all(writing, () => house.apps.forEach(({ toNats }) => toNats.restore()));
    },
  },
  {
    alert: "InnstreamEpochChanged",
    fault: "the stream EVENTS is deleted",
    cause: async ({ house }) => {
      const connection = await connectNats(house.cluster.natsUrl, "drill");
      await (await jetstreamManager(connection)).streams.delete(EVENTS);
      await connection.close();
      return () => {};
    },
  },
  {
    alert: "InnstreamRestFailing",
    fault: "the links to PostgreSQL are cut while lists are read",
    cause: async ({ house }) => {
      const token = await house.token();
      for (const { toPostgres } of house.apps) toPostgres.cut();
      const reading = repeatedly(20, () => ask(`${house.apps[0].url}/tasks/task`, token));
      return all(
        () => house.apps.forEach(({ toPostgres }) => toPostgres.restore()),
        () => sleep(3_000),
        reading,
      );
    },
  },
];

export function writeRevenue(url: string, token: string): Promise<number> {
  return post(`${url}/finance/revenue`, token, { amount: 1, propertyId: 1 });
}

/** Pauses a process for so long, again and again. */
export function pulses(member: Member, pausedMs: number, runningMs: number) {
  const pausing = repeatedly(runningMs, async () => {
    member.pause();
    await sleep(pausedMs);
    member.resume();
  });
  return all(pausing, () => member.resume());
}
