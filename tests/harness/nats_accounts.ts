import { fileURLToPath } from "node:url";
import { connect, type NatsConnection } from "@nats-io/transport-node";
import { Guard } from "@/services/embedded/guard.ts";
import { natsBinary } from "@/services/embedded/nats_binary.ts";
import { ServerProcess } from "@/services/embedded/server_process.ts";
import { inboxPrefixOf } from "@/services/nats/servers.ts";
import { tempDir } from "./dirs.ts";
import { until } from "./live.ts";
import { freePort } from "./ports.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");
const STOP_MS = 5_000;
/** Each user of ops/nats/accounts.conf, and the name that it gives the password. */
const PASSWORDS = {
  app: "APP_PASSWORD",
  worker: "WORKER_PASSWORD",
  "publisher-1": "PUBLISHER_1_PASSWORD",
  admin: "ADMIN_PASSWORD",
  system: "SYSTEM_PASSWORD",
} as const;
export type NatsUser = keyof typeof PASSWORDS;

export interface NatsWithAccounts {
  /** As a user's `NATS_URL`. */
  url(user: NatsUser): string;
  /** As a program of the user's would connect; what the server refuses is heard by `refused`. */
  connect(user: NatsUser, refused?: (what: string) => void): Promise<NatsConnection>;
  stop(): Promise<void>;
}

/** One nats-server with the accounts that production has. */
export async function natsWithAccounts(): Promise<NatsWithAccounts> {
  const dir = tempDir("innstream-accounts-");
  const port = freePort();
  const { path: command } = await natsBinary({ root: ROOT, env: Deno.env.toObject(), log: console.error });
  Deno.copyFileSync(`${ROOT}/ops/nats/accounts.conf`, `${dir.path}/accounts.conf`);
  const password = (user: NatsUser) => `of-${user}-in-tests`;
  const lines = Object.entries(PASSWORDS).map(([user, name]) => `${name}: "${password(user as NatsUser)}"\n`);
  Deno.writeTextFileSync(`${dir.path}/passwords.conf`, lines.join(""));
  const config = `${dir.path}/nats.conf`;
  Deno.writeTextFileSync(
    config,
    `include ./accounts.conf\nlisten: 127.0.0.1:${port}\njetstream { store_dir: "${dir.path}/store" }\n`,
  );
  const guard = new Guard();
  const args = ["-c", config];
  const server = new ServerProcess({ name: "nats-server", command, args, stopSignal: "SIGTERM", guard });
  const url = (user: NatsUser) => `nats://${user}:${password(user)}@127.0.0.1:${port}`;
  const open = (user: NatsUser) =>
    connect({
      servers: `127.0.0.1:${port}`,
      user,
      pass: password(user),
      inboxPrefix: inboxPrefixOf(user),
      timeout: 1_000,
    });
  await until(
    "nats-server serves",
    () => open("admin").then((nats) => nats.close().then(() => true), () => false),
  );
  return {
    url,
    async connect(user, refused = () => {}) {
      const nats = await open(user);
      void (async () => {
        for await (const status of nats.status()) if (status.type === "error") refused(status.error.message);
      })();
      return nats;
    },
    async stop() {
      await server.stop(STOP_MS);
      await guard.end();
      dir.remove();
    },
  };
}
