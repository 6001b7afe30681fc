import { resolve } from "node:path";
import { freePort } from "./ports.ts";

const POSTGRES_PORT = 5433;
const NATS_PORT = 4222;
/** The port that exporters of Prometheus metrics use by convention. */
const METRICS_PORT = 9464;
export const PORT_MAX = 65_535;

export interface EmbeddedPort {
  port: number;
  /** Set by the person: another port would be wrong. */
  asked: boolean;
}

/** What the launcher is told from outside; what only the app needs passes through `env`. */
export interface LaunchOptions {
  /** The checkout. */
  root: string;
  /** Absolute. */
  dataDir: string;
  host: string;
  port: number;
  /** An external database; undefined starts the embedded one. */
  databaseUrl: string | undefined;
  /** The owner's login of an external database; undefined leaves its migrations to the operator. */
  migrateDatabaseUrl: string | undefined;
  natsUrl: string | undefined;
  postgresPort: EmbeddedPort;
  natsPort: EmbeddedPort;
  /** Of the app; the worker gets the next one. 0: any. */
  metricsPort: EmbeddedPort;
  /** Demo data and demo people: on with the embedded database, else only when asked for. */
  demo: boolean;
  env: Record<string, string>;
  /** For work on Innstream itself: see `AppOptions`. */
  dev: boolean;
}

/** Reads the launcher's environment; answers every wrong value at once, one readable line each. */
export function launchOptions(
  env: Record<string, string>,
  root: string,
  { dev = false }: { dev?: boolean } = {},
): LaunchOptions | { readonly problems: readonly string[] } {
  const problems: string[] = [];
  const read = (name: string) => env[name]?.trim() || undefined;
  const port = (name: string, otherwise: number, min: number): EmbeddedPort => {
    const value = read(name);
    const number = value === undefined ? otherwise : Number(value);
    if (!Number.isInteger(number) || number < min || number > PORT_MAX) {
      problems.push(
        `${name} is "${value}": a whole number from ${min} to ${PORT_MAX} is needed`,
      );
    }
    return { port: number, asked: value !== undefined };
  };
  const databaseUrl = read("DATABASE_URL");
  const jwksUrl = read("JWKS_URL");
  const options: LaunchOptions = {
    root,
    dataDir: resolve(root, read("DATA_DIR") ?? ".data"),
    host: read("HOST") ?? "127.0.0.1",
    port: port("PORT", 4000, 0).port || freePort(),
    databaseUrl,
    migrateDatabaseUrl: read("MIGRATE_DATABASE_URL"),
    natsUrl: read("NATS_URL"),
    postgresPort: port("PG_PORT", POSTGRES_PORT, 1),
    natsPort: port("NATS_PORT", NATS_PORT, 1),
    metricsPort: port("METRICS_PORT", METRICS_PORT, 0),
    // Demo people need tokens that we sign, so not where another issuer's keys are used.
    demo: read("DEMO") === undefined
      ? databaseUrl === undefined && jwksUrl === undefined
      : ["1", "true", "on"].includes(read("DEMO") ?? ""),
    env,
    dev,
  };
  return problems.length > 0 ? { problems } : options;
}
