import { initialFlags } from "@/lib/flags/flags.ts";
import { READS_PER_S, WRITES_PER_S } from "@/lib/limits/rates.ts";
import type { Config } from "@/services/config.ts";
import { listen, type Running } from "@/services/http/serve.ts";
import { type Services, startServices } from "@/services/services.ts";
import { createApp } from "@/main.ts";
import { Builder } from "fresh/dev";
import { fileURLToPath } from "node:url";
import { testDatabase } from "./postgres.ts";
import { testNats } from "./nats.ts";

export const TEST_SECRET = "a secret for tests only, long enough for HS256";

export interface TestServer {
  /** `http://127.0.0.1:port` */
  readonly url: string;
  readonly wsUrl: string;
  readonly services: Services;
  readonly nats: Awaited<ReturnType<typeof testNats>>;
  readonly database: Awaited<ReturnType<typeof testDatabase>>;
  /** What was logged. */
  readonly logged: readonly { level: string; message: string; fields?: Record<string, unknown> }[];
  /** A token; by default a manager of organisation 1 with all its properties. */
  token(claims?: Record<string, unknown>, lifeS?: number): Promise<string>;
  /** Another instance on the same database and NATS. */
  another(config?: Partial<Config>): Promise<TestServer>;
  stop(): Promise<void>;
}

let build: Promise<(app: ReturnType<typeof createApp>) => void> | undefined;

/** Builds the pages into memory, once per test file. */
function applyBuild(): Promise<(app: ReturnType<typeof createApp>) => void> {
  const root = fileURLToPath(new URL("../..", import.meta.url));
  return build ??= new Builder({ root }).build({ snapshot: "memory" });
}

/** The whole server in this process, on a database and a nats-server of its own. */
export async function startServer(overrides: Partial<Config> = {}): Promise<TestServer> {
  const [database, nats] = await Promise.all([testDatabase(), testNats()]);
  const server = await instance(database, nats, overrides);
  return {
    ...server,
    async stop() {
      await server.stop();
      await nats.stop();
      await database.drop();
    },
  };
}

async function instance(
  database: TestServer["database"],
  nats: TestServer["nats"],
  overrides: Partial<Config>,
): Promise<TestServer> {
  const config: Config = {
    host: "127.0.0.1",
    port: 0,
    databaseUrl: database.appUrl,
    natsUrl: nats.url,
    jwtSecret: TEST_SECRET,
    jwksUrl: undefined,
    jwtIssuer: undefined,
    jwtAudience: undefined,
    publicOrigins: [],
    trustedProxies: undefined,
    readsPerSecond: READS_PER_S,
    writesPerSecond: WRITES_PER_S,
    demo: true,
    feedConsumer: "org",
    eventsReplicas: 1,
    maxConnections: 2_000,
    maxConnectionsPerUser: 200,
    databasePool: 5,
    documentBytes: 2 * 1024 ** 3,
    clamavRequired: false,
    metricsHost: "127.0.0.1",
    metricsPort: 0,
    initialFlags: initialFlags(true),
    operatorOrgs: [1],
    // Tests that count events must be the only ones who make any.
    derive: false,
    ...overrides,
  };
  const logged: { level: string; message: string; fields?: Record<string, unknown> }[] = [];
  const apply = await applyBuild();
  const services = await startServices(config, (level, message, fields) => {
    logged.push({ level, message, ...(fields && { fields }) });
  });
  const app = createApp(() => services);
  apply(app);
  const running: Running = listen(services, app.handler());
  return {
    url: `http://127.0.0.1:${running.port}`,
    wsUrl: `ws://127.0.0.1:${running.port}`,
    services,
    nats,
    database,
    logged,
    token: (claims = {}, lifeS = 3600) =>
      services.tokens.sign({ sub: "u1", orgId: 1, role: "manager", name: "Test", ...claims }, lifeS),
    another: (more = {}) => instance(database, nats, { ...overrides, ...more }),
    stop: () => running.stop(),
  };
}
