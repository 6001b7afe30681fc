import { readMetricsAddress } from "@/services/config.ts";
import { type Env, flag, integer, natsUrl, text, url } from "@/services/env.ts";

/** Everything the OCR worker is told from outside. One row of the README's table each. */
export interface WorkerConfig {
  readonly metricsHost: string;
  readonly metricsPort: number | undefined;
  readonly databaseUrl: string;
  readonly natsUrl: string;
  /** Documents that are read at once. */
  readonly concurrency: number;
  /** A document that takes longer is given up. */
  readonly timeoutMs: number;
  /** A reading process that takes more memory is ended. */
  readonly memoryBytes: number;
  /** undefined: files are not scanned. */
  readonly clamav: { readonly hostname: string; readonly port: number } | undefined;
  /** Is a file that could not be scanned left unread? */
  readonly clamavRequired: boolean;
  /** PEM files of the keys that sign Aadhaar QR codes. */
  readonly aadhaarKeys: readonly string[];
}

const CONCURRENCY_DEFAULT = 2;
export const CONCURRENCY_MAX = 16;
const TIMEOUT_MS_DEFAULT = 60_000;
/** Photos of 12 million pixels take 1.2 GB where the camera left grain, nothing but noise 2 GB. */
const MEMORY_MB_DEFAULT = 2048;
const MEGABYTE = 1024 * 1024;
const ADDRESS = /^([A-Za-z0-9.-]+):([1-9][0-9]{0,4})$/;
const KEYS_MAX = 10;

/** Reads the configuration of the worker. Answers every wrong or missing value at once, one readable line each. */
export function readWorkerConfig(env: Env): WorkerConfig | { readonly problems: readonly string[] } {
  const problems: string[] = [];
  const config: WorkerConfig = {
    ...readMetricsAddress(env, problems),
    databaseUrl: url(env, "DATABASE_URL", ["postgres:", "postgresql:"], problems) ?? "",
    natsUrl: natsUrl(env, "NATS_URL", problems),
    concurrency: integer(env, "OCR_CONCURRENCY", {
      default: CONCURRENCY_DEFAULT,
      min: 1,
      max: CONCURRENCY_MAX,
    }, problems),
    timeoutMs: integer(env, "OCR_TIMEOUT_MS", {
      default: TIMEOUT_MS_DEFAULT,
      min: 1_000,
      max: 600_000,
    }, problems),
    memoryBytes: MEGABYTE * integer(env, "OCR_MEMORY_MB", {
      default: MEMORY_MB_DEFAULT,
      min: 128,
      max: 65_536,
    }, problems),
    clamav: address(env, "CLAMAV_ADDRESS", problems),
    clamavRequired: flag(env, "CLAMAV_REQUIRED", problems),
    aadhaarKeys: (text(env, "AADHAAR_KEYS") ?? "").split(",").map((path) => path.trim()).filter(Boolean),
  };
  if (config.clamavRequired && config.clamav === undefined) {
    problems.push("CLAMAV_REQUIRED is on without CLAMAV_ADDRESS: nothing could ever be read");
  }
  if (config.aadhaarKeys.length > KEYS_MAX) {
    problems.push(`AADHAAR_KEYS names ${config.aadhaarKeys.length} files: ${KEYS_MAX} are the most`);
  }
  return problems.length > 0 ? { problems } : config;
}

function address(env: Env, name: string, problems: string[]): WorkerConfig["clamav"] {
  const value = text(env, name);
  if (value === undefined) return undefined;
  const [, hostname = "", port = ""] = ADDRESS.exec(value) ?? [];
  if (hostname !== "" && Number(port) <= 65_535) return { hostname, port: Number(port) };
  problems.push(`${name} is "${value}": host:port is needed, such as 127.0.0.1:3310`);
  return undefined;
}
