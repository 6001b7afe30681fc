import { connectNats } from "@/services/nats/connect.ts";
import { CONNECTIONS_MAX } from "./house.ts";
import { all, ask, type Drill, post, repeatedly, type Scene, sleep } from "./drill.ts";
import { answered, open, openStream } from "./crowd.ts";
import { pulses, writeRevenue } from "./drills_servers.ts";
import { stuckSockets } from "./stuck.ts";

/** Of the crowd at each app, in whole: 60 are above the alert of the product's text. */
export const CROWD = 60;
const FEWER = 40;
const HALF = 10;
/** Most of what an instance takes, and not all of it. */
const NEARLY_ALL = Math.ceil(0.85 * CONNECTIONS_MAX);
const STUCK = 15;
const DOCUMENTS = 55;

/** The stream, its connections, and for whom it is. */
export const STREAMING_DRILLS: readonly Drill[] = [
  {
    alert: "StreamingConnectionsDrop",
    fault: `${CROWD} people of an app become ${FEWER}`,
    cause: async ({ house: { apps: [app] }, crowd }) => {
      await crowd.hold(app, FEWER);
      return () => crowd.hold(app, CROWD);
    },
  },
  {
    alert: "StreamingHighLatency",
    fault: "the link from an app to NATS gets 300 ms slower while events are written there",
    cause: async ({ house }) => {
      const [app, slow] = house.apps;
      const token = await house.token();
      slow.toNats.delay(300);
      const watching = await openStream(app, token, ["finance"]);
      const writing = repeatedly(50, () => writeRevenue(slow.url, token));
      // The mean is over a minute: many that are quick bring it down.
      return all(() => slow.toNats.restore(), writing, async () => {
        for (let i = 0; i < 60; i++) {
          await Promise.all(Array.from({ length: 10 }, () => writeRevenue(slow.url, token)));
        }
        watching.close();
      });
    },
  },
  {
    alert: "StreamingHighErrors",
    fault: "handshakes that are none, five a second",
    cause: async ({ house }) => {
      const token = await house.token();
      return repeatedly(200, async () => {
        const socket = await open(`${house.apps[0].wsUrl}/v2/realtime/stream`, token);
        await answered(socket, { services: "all" }, "error");
        socket.close();
      });
    },
  },
  {
    alert: "InnstreamConnectionsNearCap",
    fault: `${NEARLY_ALL} sockets at an app that takes ${CONNECTIONS_MAX}`,
    cause: async ({ house: { apps: [app] }, crowd }) => {
      await crowd.hold(app, NEARLY_ALL);
      return () => crowd.hold(app, CROWD);
    },
  },
  {
    alert: "InnstreamConnectFailing",
    fault: "more people come to an app that is full",
    cause: async ({ house, crowd }) => {
      const [app] = house.apps;
      const token = await house.token();
      await crowd.hold(app, CONNECTIONS_MAX);
      const coming = repeatedly(20, () => openStream(app, token));
      return all(coming, () => crowd.hold(app, CROWD), arriving(app.wsUrl, token));
    },
  },
  {
    alert: "InnstreamConnectionsFell",
    fault: `of ${2 * CROWD} sockets ${2 * HALF} are left`,
    cause: async ({ house: { apps }, crowd }) => {
      await Promise.all(apps.map((app) => crowd.hold(app, HALF)));
      return () => Promise.all(apps.map((app) => crowd.hold(app, CROWD)));
    },
  },
  {
    alert: "InnstreamSlowCloses",
    fault: `${STUCK} clients do not read`,
    cause: async ({ house }) => await stuckSockets(house, STUCK),
  },
  {
    alert: "InnstreamAuthFailures",
    fault: "a token of another key, ten times a second",
    cause: ({ house: { apps: [app] } }) => repeatedly(100, () => ask(`${app.url}/tasks/task`, "e30.e30.e30")),
  },
  {
    alert: "InnstreamStreamingOff",
    fault: "the master switch is off",
    cause: async (scene) => {
      await flags(scene, { REALTIME_STREAMING_V2: false });
      return () => flags(scene, { REALTIME_STREAMING_V2: true });
    },
  },
  {
    alert: "InnstreamFallbackActive",
    fault: "the rollout goes to 0 % while people stream",
    cause: async (scene) => {
      await flags(scene, { REALTIME_ROLLOUT_PERCENT: 0 });
      return () => flags(scene, { REALTIME_ROLLOUT_PERCENT: 100 });
    },
  },
  {
    alert: "InnstreamDeadLetters",
    fault: "a message on evt.> that is no JSON",
    cause: async ({ house }) => {
      await publish(house.cluster.natsUrl, "evt.1.1.tasks.task.updated", "done");
      return () => {};
    },
  },
  {
    alert: "InnstreamEventLoopLag",
    fault: "an app is paused for 300 ms, three times in 2 s",
    cause: ({ house: { apps: [app] } }) => pulses(app, 300, 350),
  },
  {
    alert: "InnstreamOcrWaiting",
    fault: `the worker is paused while ${DOCUMENTS} documents come`,
    cause: async ({ house }) => {
      const token = await house.token();
      house.cluster.worker.pause();
      for (let i = 0; i < DOCUMENTS; i++) await upload(house.apps[0].url, token, i);
      return () => house.cluster.worker.resume();
    },
  },
];

/** People who are let in again, so that the alert sees it. */
function arriving(wsUrl: string, token: string) {
  return async () => {
    for (let i = 0; i < 20; i++) {
      (await open(`${wsUrl}/v2/realtime/stream`, token)).close();
      await sleep(50);
    }
  };
}

async function flags({ house }: Scene, values: Record<string, unknown>): Promise<void> {
  const status = await post(
    `${house.apps[0].url}/feature-flags`,
    await house.token({ role: "admin" }),
    values,
  );
  if (status !== 200) throw new Error(`The flags could not be set: ${status}`);
}

async function publish(natsUrl: string, subject: string, payload: string): Promise<void> {
  const connection = await connectNats(natsUrl, "drill");
  connection.publish(subject, payload);
  await connection.drain();
}

/** A list of guests with one person, as a form sends it. */
async function upload(url: string, token: string, i: number): Promise<void> {
  const text = `first name,last name,email\nGuest,${i},guest${i}@example.com\n`;
  const form = new FormData();
  const fields = { documentType: "csv", propertyId: "1", filesize: String(text.length) };
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append("file", new Blob([text], { type: "text/csv" }), `guests-${i}.csv`);
  const status = await ask(`${url}/v2/documents/upload`, token, { method: "POST", body: form });
  if (status !== 201) throw new Error(`The upload of a guest list was answered ${status}`);
}
