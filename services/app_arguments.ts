import { fileURLToPath } from "node:url";
import type { Config } from "@/services/config.ts";
import { natsServers } from "@/services/nats/servers.ts";

const POSTGRES_PORT = "5432";
const ROOT = fileURLToPath(new URL("..", import.meta.url)).replace(/\/$/, "");

/** Not all of the directory: the data of an embedded start lie in it, its key for tokens among them. */
const CODE = [
  "_fresh",
  "static",
  "lib",
  "routes",
  "islands",
  "services",
  // What the links in answers lead to.
  "docs/problems.md",
  "node_modules",
  "main.ts",
  "deno.json",
];

type Reached = Pick<
  Config,
  "host" | "port" | "metricsHost" | "metricsPort" | "databaseUrl" | "natsUrl" | "jwksUrl"
>;

/**
 * The rights an app needs and no more: to listen on its own ports, to reach its servers, to read its own code and
 * `files`, those of its secrets. It writes no file and starts no program.
 */
export function appPermissions(config: Reached, files: readonly string[] = []): string[] {
  const { host, port, metricsHost, metricsPort, databaseUrl, natsUrl, jwksUrl } = config;
  const hosts = [
    // A free port is any port.
    port === 0 ? host : `${host}:${port}`,
    ...(metricsPort === undefined ? [] : [metricsPort === 0 ? metricsHost : `${metricsHost}:${metricsPort}`]),
    hostOf(databaseUrl, POSTGRES_PORT),
    ...(natsServers(natsUrl)?.hosts ?? []),
    ...(jwksUrl === undefined ? [] : [hostOf(jwksUrl, jwksUrl.startsWith("https:") ? "443" : "80")]),
  ];
  return [
    "--no-prompt",
    `--allow-net=${hosts.map(bracketed).join(",")}`,
    `--allow-read=${[...CODE.map((path) => `${ROOT}/${path}`), ...files].join(",")}`,
    "--allow-env",
  ];
}

/** How an app is started with these rights. */
export function appArguments(config: Reached, files: readonly string[] = []): string[] {
  return ["run", "--quiet", ...appPermissions(config, files), `${ROOT}/main.ts`];
}

function hostOf(url: string, port: string): string {
  const { hostname, port: given } = new URL(url);
  return `${hostname}:${given || port}`;
}

/** An IPv6 address without a port, as `HOST` has it. */
function bracketed(host: string): string {
  return /^[0-9a-f:]*:[0-9a-f:]*:[0-9a-f:]*$/i.test(host) && !host.startsWith("[") ? `[${host}]` : host;
}
