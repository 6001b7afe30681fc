import postgres from "postgres";
import { all, type Drill, type Mend, repeatedly, type Scene, sleep } from "./drill.ts";
import { openChat, openStream } from "./crowd.ts";
import { pulses, writeRevenue } from "./drills_servers.ts";

const WRITERS = 10;
/** Longer than the second that is promised. */
const LOCKED_MS = 1_500;
const LOCK_FREE_MS = 50;

/** What is promised in seconds. */
export const PROMISE_DRILLS: readonly Drill[] = [
  {
    alert: "InnstreamDeliveryLate",
    fault: "the link from an app to NATS gets 150 ms slower while events are written there",
    cause: async ({ house }) => {
      const [app, slow] = house.apps;
      const token = await house.token();
      slow.toNats.delay(150);
      const watching = await openStream(app, token, ["finance"]);
      const writing = repeatedly(20, () => writeRevenue(slow.url, token));
      return all(() => slow.toNats.restore(), () => sleep(2_000), writing, () => watching.close());
    },
  },
  {
    alert: "InnstreamChatSendSlow",
    fault: "somebody holds locks on the messages, 1.5 s at a time, while people write",
    cause: async (scene) => {
      const people = await peers(scene, WRITERS);
      let said = 0;
      const writing = repeatedly(200, () => {
        for (const socket of people) {
          say(socket, { type: "chat", text: "Hello", clientMsgId: `drill-${Date.now()}-${said++}` });
        }
      });
      const locking = locks(scene.house.cluster.ownerUrl, "exclusive");
      return all(locking, () => sleep(3_000), writing, () => people.forEach((socket) => socket.close()));
    },
  },
  {
    alert: "InnstreamChatHistorySlow",
    fault: "somebody holds locks that nobody reads messages through, 1.5 s at a time, while people join",
    cause: async ({ house }) => {
      const token = await house.token({ sub: "joiner" });
      const locking = locks(house.cluster.ownerUrl, "access exclusive");
      const joining = Array.from({ length: WRITERS }, () =>
        repeatedly(50, async () => {
          const socket = await openChat(house.apps[0], token, "joiner");
          socket.close();
        }));
      return all(locking, () => sleep(3_000), ...joining);
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
];

async function peers({ house }: Scene, count: number): Promise<WebSocket[]> {
  return await Promise.all(Array.from({ length: count }, async (_, i) => {
    const userId = `person-${i}`;
    return await openChat(house.apps[0], await house.token({ sub: userId }), userId);
  }));
}

/** Holds a lock on the messages again and again. */
function locks(ownerUrl: string, mode: "exclusive" | "access exclusive"): Mend {
  const sql = postgres(ownerUrl, { max: 1 });
  const locking = repeatedly(LOCK_FREE_MS, () =>
    sql.begin(async (sql) => {
      await sql.unsafe(`lock table chat_messages in ${mode} mode`);
      await sleep(LOCKED_MS);
    }));
  return all(locking, () => sql.end());
}

function say(socket: WebSocket, frame: Record<string, unknown>): void {
  if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ roomId: "property-1", ...frame }));
}
