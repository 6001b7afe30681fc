import { fileURLToPath } from "node:url";
import { natsServers } from "@/services/nats/servers.ts";
import type { WorkerConfig } from "@/services/ocr/worker/config.ts";

const POSTGRES_PORT = "5432";
const ROOT = fileURLToPath(new URL("../../..", import.meta.url)).replace(/\/$/, "");

/** Not all of the directory: the data of an embedded start lie in it, its key for tokens among them. */
const CODE = ["lib", "services", "node_modules", "deno.json"];

/**
 * How a worker is started with no more rights than it needs: the servers it is configured for, its own code, and `deno`
 * for the readers, and `files`, those of its secrets. It writes no file.
 */
export function workerArguments(config: WorkerConfig, files: readonly string[] = []): string[] {
  const { databaseUrl, natsUrl, clamav, aadhaarKeys, metricsHost, metricsPort } = config;
  const hosts = [
    hostOf(databaseUrl, POSTGRES_PORT),
    ...(natsServers(natsUrl)?.hosts ?? []),
    ...(clamav === undefined ? [] : [`${clamav.hostname}:${clamav.port}`]),
    // It listens there.
    ...(metricsPort === undefined ? [] : [`${metricsHost}:${metricsPort}`]),
  ];
  return [
    "run",
    "--quiet",
    "--no-prompt",
    `--allow-net=${hosts.join(",")}`,
    `--allow-read=${[...CODE.map((path) => `${ROOT}/${path}`), ...aadhaarKeys, ...files].join(",")}`,
    `--allow-run=${Deno.execPath()}`,
    "--allow-env",
    `${ROOT}/services/ocr/worker.ts`,
  ];
}

function hostOf(url: string, port: string): string {
  const { hostname, port: given } = new URL(url);
  return `${hostname}:${given || port}`;
}
