import { all, type Drill, repeatedly, type Scene, sleep } from "./drill.ts";
import { openChat, openStream } from "./crowd.ts";
import { pulses, writeRevenue } from "./drills_servers.ts";

const WRITERS = 10;
/** After this the app that is left is paused: it has not given up the other one yet. */
const SILENT_MS = 2_400;
/** Shorter than the silence after which an instance takes itself for cut off. */
const PAUSED_MS = 2_400;
const TRIES = 4;

/** What is promised in seconds. */
export const PROMISE_DRILLS: readonly Drill[] = [
  {
    alert: "InnstreamDeliveryLate",
    fault: "the links to NATS get 150 ms slower while events are written",
    cause: async ({ house }) => {
      const token = await house.token();
      const [app] = house.apps;
      for (const { toNats } of house.apps) toNats.delay(150);
      const watching = await openStream(app, token, ["finance"]);
      const writing = repeatedly(20, () => writeRevenue(app.url, token));
      return all(
        () => house.apps.forEach(({ toNats }) => toNats.restore()),
        () => sleep(2_000),
        writing,
        () => watching.close(),
      );
    },
  },
  {
    alert: "InnstreamChatSendSlow",
    fault: "the links to PostgreSQL get 400 ms slower while people write",
    cause: async (scene) => {
      const { house } = scene;
      const people = await peers(scene, WRITERS);
      for (const { toPostgres } of house.apps) toPostgres.delay(400);
      let said = 0;
      const writing = repeatedly(200, () => {
        for (const socket of people) {
          say(socket, { type: "chat", text: "Hello", clientMsgId: `drill-${Date.now()}-${said++}` });
        }
      });
      return all(
        () => house.restore(),
        () => sleep(3_000),
        writing,
        () => people.forEach((socket) => socket.close()),
      );
    },
  },
  {
    alert: "InnstreamChatHistorySlow",
    fault: "the links to PostgreSQL get 600 ms slower while people join",
    cause: async ({ house }) => {
      const token = await house.token({ sub: "joiner" });
      for (const { toPostgres } of house.apps) toPostgres.delay(600);
      const joining = Array.from({ length: WRITERS }, () =>
        repeatedly(50, async () => {
          const socket = await openChat(house.apps[0], token, "joiner");
          socket.close();
        }));
      return all(
        () => house.apps.forEach(({ toPostgres }) => toPostgres.restore()),
        () => sleep(3_000),
        ...joining,
      );
    },
  },
  {
    alert: "InnstreamChatTypingLate",
    fault: "an app is paused for 200 ms, again and again, while people type",
    cause: async (scene) => {
      const { house: { apps: [app] } } = scene;
      const people = await peers(scene, WRITERS);
      let typing = false;
      const types = repeatedly(30, () => {
        typing = !typing;
        for (const socket of people) say(socket, { type: "typing", typing });
      });
      const pausing = pulses(app, 200, 120);
      return all(pausing, () => sleep(2_000), types, () => people.forEach((socket) => socket.close()));
    },
  },
  {
    alert: "InnstreamChatPresenceLate",
    fault: "kill -9 of an app, and the other one is paused before it notices",
    cause: async ({ house }) => {
      const [left, killed] = house.apps;
      for (let tries = 0; tries < TRIES; tries++) {
        await killed.kill();
        await sleep(SILENT_MS);
        left.pause();
        await sleep(PAUSED_MS);
        left.resume();
        await sleep(1_500);
        const fires = (await house.prometheus.firing()).some(({ alert }) =>
          alert === "InnstreamChatPresenceLate"
        );
        if (fires) break;
        await killed.start();
        await sleep(2_000);
      }
      return () => killed.start();
    },
  },
];

async function peers({ house }: Scene, count: number): Promise<WebSocket[]> {
  return await Promise.all(Array.from({ length: count }, async (_, i) => {
    const userId = `person-${i}`;
    return await openChat(house.apps[0], await house.token({ sub: userId }), userId);
  }));
}

function say(socket: WebSocket, frame: Record<string, unknown>): void {
  if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ roomId: "property-1", ...frame }));
}
