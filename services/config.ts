import { FLAG_NAMES, flagRule, flagValueOf, type FlagValues, initialFlags } from "@/lib/flags/flags.ts";
import { READS_PER_S, WRITES_PER_S } from "@/lib/limits/rates.ts";
import { parseRange } from "@/lib/net/addresses.ts";
import { parseId } from "@/lib/protocol/subjects.ts";
import { type Env, flag, integer, natsUrl, text, url } from "@/services/env.ts";

/** Everything the app process is told from outside. One row of the README's table each. */
export interface Config {
  readonly host: string;
  readonly port: number;
  /** Address and port of `GET /metrics`; without a port it is not served. */
  readonly metricsHost: string;
  readonly metricsPort: number | undefined;
  readonly databaseUrl: string;
  readonly natsUrl: string;
  /** HS256 secret; undefined where keys come from `jwksUrl`. */
  readonly jwtSecret: string | undefined;
  readonly jwksUrl: string | undefined;
  readonly jwtIssuer: string | undefined;
  readonly jwtAudience: string | undefined;
  /** Origins allowed to connect with a cookie, e.g. `https://app.example.com`. Never a wildcard. */
  readonly publicOrigins: readonly string[];
  /** Proxies of ours, whose word for the address of a client counts; undefined: whether there are any is not known. */
  readonly trustedProxies: readonly string[] | undefined;
  /** Requests of one person that read, and that write, each second; 0: as many as they like. */
  readonly readsPerSecond: number;
  readonly writesPerSecond: number;
  /** Demo people can sign in on the sign-in page. */
  readonly demo: boolean;
  readonly feedConsumer: "org" | "process";
  readonly eventsReplicas: number;
  /** Sockets and waiting polls this process accepts at once; beyond it answers 503. */
  readonly maxConnections: number;
  /** Of these, how many one person may hold. */
  readonly maxConnectionsPerUser: number;
  readonly databasePool: number;
  /** What all files of documents together may take in JetStream. */
  readonly documentBytes: number;
  /** Is a file held back until it was scanned for viruses? The worker scans. */
  readonly clamavRequired: boolean;
  /** Values of the feature flags where the store has none yet. */
  readonly initialFlags: FlagValues;
  /** Organisations whose admins may change the flags of the whole installation. */
  readonly operatorOrgs: readonly number[];
  /** Does this process compute dashboards, statistics and reports? One of the fleet must. */
  readonly derive: boolean;
}

/** Shortest HS256 secret: as long as its hash (RFC 7518, 3.2). */
export const JWT_SECRET_BYTES_MIN = 32;
const PORT_MAX = 65_535;
const RATE_MAX = 1_000_000;
/** Kept below the usual limit of file descriptors: an accept error would end the listener. */
const CONNECTIONS_DEFAULT = 8_000;
const CONNECTIONS_PER_USER_DEFAULT = 30;
const DATABASE_POOL_DEFAULT = 10;
const DOCUMENT_GIB_DEFAULT = 8;
const GIB = 1024 ** 3;
/** The first organisation of the demo. */
const DEMO_OPERATORS = "1";

/**
 * Reads the configuration of the app process. Answers every wrong or missing value at once, one readable line each.
 */
export function readConfig(
  env: Env,
): Config | { readonly problems: readonly string[] } {
  const problems: string[] = [];
  const parts = {
    host: text(env, "HOST") ?? "127.0.0.1",
    port: integer(
      env,
      "PORT",
      { default: 4000, min: 0, max: PORT_MAX },
      problems,
    ),
    ...readMetricsAddress(env, problems),
    databaseUrl: url(env, "DATABASE_URL", ["postgres:", "postgresql:"], problems) ?? "",
    natsUrl: natsUrl(env, "NATS_URL", problems),
    jwtSecret: text(env, "JWT_SECRET"),
    jwksUrl: text(env, "JWKS_URL"),
    jwtIssuer: text(env, "JWT_ISSUER"),
    jwtAudience: text(env, "JWT_AUDIENCE"),
    publicOrigins: origins(env, problems),
    trustedProxies: proxies(env, problems),
    readsPerSecond: integer(env, "RATE_READS", { default: READS_PER_S, min: 0, max: RATE_MAX }, problems),
    writesPerSecond: integer(env, "RATE_WRITES", { default: WRITES_PER_S, min: 0, max: RATE_MAX }, problems),
    demo: flag(env, "DEMO", problems),
    feedConsumer: oneOf(env, "FEED_CONSUMER", ["org", "process"], problems),
    eventsReplicas: integer(env, "EVENTS_REPLICAS", {
      default: 1,
      min: 1,
      max: 5,
    }, problems),
    maxConnections: integer(env, "MAX_CONNECTIONS", {
      default: CONNECTIONS_DEFAULT,
      min: 1,
      max: 1_000_000,
    }, problems),
    maxConnectionsPerUser: integer(
      env,
      "MAX_CONNECTIONS_PER_USER",
      { default: CONNECTIONS_PER_USER_DEFAULT, min: 1, max: 100_000 },
      problems,
    ),
    databasePool: integer(env, "DATABASE_POOL", {
      default: DATABASE_POOL_DEFAULT,
      min: 1,
      max: 200,
    }, problems),
    documentBytes: GIB * integer(
      env,
      "DOCUMENT_GIB",
      { default: DOCUMENT_GIB_DEFAULT, min: 1, max: 100_000 },
      problems,
    ),
    clamavRequired: flag(env, "CLAMAV_REQUIRED", problems),
    derive: flag(env, "DERIVE", problems, true),
  };
  const config: Config = {
    ...parts,
    initialFlags: flags(env, parts.demo, problems),
    operatorOrgs: ids(env, "OPERATOR_ORGS", parts.demo ? DEMO_OPERATORS : "", problems),
  };
  keys(config, problems);
  return problems.length > 0 ? { problems } : config;
}

/** Where a process of ours tells its metrics. */
export function readMetricsAddress(
  env: Env,
  problems: string[],
): { readonly metricsHost: string; readonly metricsPort: number | undefined } {
  const port = integer(env, "METRICS_PORT", { default: -1, min: 0, max: PORT_MAX }, problems);
  return { metricsHost: text(env, "METRICS_HOST") ?? "127.0.0.1", metricsPort: port < 0 ? undefined : port };
}

function keys(config: Config, problems: string[]): void {
  const { jwtSecret, jwksUrl } = config;
  if (jwtSecret === undefined && jwksUrl === undefined) {
    problems.push(
      "JWT_SECRET or JWKS_URL is missing: one of them says how tokens are verified",
    );
  }
  if (jwtSecret !== undefined && jwksUrl !== undefined) {
    problems.push(
      "JWT_SECRET and JWKS_URL are both set: a token must have one kind of key, set only one",
    );
  }
  if (
    jwtSecret !== undefined &&
    new TextEncoder().encode(jwtSecret).length < JWT_SECRET_BYTES_MIN
  ) {
    problems.push(
      `JWT_SECRET is too short: at least ${JWT_SECRET_BYTES_MIN} bytes are needed`,
    );
  }
  if (jwksUrl !== undefined && !URL.canParse(jwksUrl)) {
    problems.push(`JWKS_URL is "${jwksUrl}": a URL is needed`);
  }
  if (jwksUrl !== undefined && config.demo) {
    problems.push(
      "DEMO is on with JWKS_URL: demo people need tokens signed with JWT_SECRET",
    );
  }
}

function origins(env: Env, problems: string[]): readonly string[] {
  const list = (text(env, "PUBLIC_ORIGINS") ?? "").split(",").map((origin) => origin.trim()).filter(Boolean);
  for (const origin of list) {
    if (!URL.canParse(origin) || new URL(origin).origin !== origin) {
      problems.push(
        `PUBLIC_ORIGINS holds "${origin}": an origin such as https://app.example.com is needed`,
      );
    }
  }
  return list;
}

/** "none": there is no proxy, every address is a client's. */
function proxies(env: Env, problems: string[]): readonly string[] | undefined {
  const given = text(env, "TRUSTED_PROXIES");
  if (given === undefined || given === "none") return given === undefined ? undefined : [];
  const list = given.split(",").map((item) => item.trim()).filter(Boolean);
  for (const item of list.filter((item) => parseRange(item) === undefined)) {
    problems.push(
      `TRUSTED_PROXIES holds "${item}": addresses and networks are needed, as in 10.0.0.5,172.16.0.0/12, or none`,
    );
  }
  return list;
}

function flags(env: Env, demo: boolean, problems: string[]): FlagValues {
  const given = FLAG_NAMES.flatMap((name) => {
    const value = text(env, name);
    if (value === undefined) return [];
    const read = flagValueOf(name, value);
    if (read === undefined) problems.push(`${name} is "${value}": it ${flagRule(name)}`);
    return [[name, read]];
  });
  return { ...initialFlags(demo), ...Object.fromEntries(given) };
}

function ids(env: Env, name: string, otherwise: string, problems: string[]): readonly number[] {
  const list = (text(env, name) ?? otherwise).split(",").map((id) => id.trim()).filter(Boolean);
  return list.flatMap((item) => {
    const id = parseId(item);
    if (id === undefined) {
      problems.push(`${name} holds "${item}": ids of organisations are needed, as in 1,7`);
    }
    return id ?? [];
  });
}

function oneOf<const T extends string>(
  env: Env,
  name: string,
  values: readonly [T, ...T[]],
  problems: string[],
): T {
  const value = text(env, name);
  if (value === undefined) return values[0];
  const known = values.find((candidate) => candidate === value);
  if (known === undefined) {
    problems.push(
      `${name} is "${value}": one of ${values.join(", ")} is needed`,
    );
  }
  return known ?? values[0];
}
