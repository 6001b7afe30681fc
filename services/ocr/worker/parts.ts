import type { JetStreamClient } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-node";
import type { Registry } from "@/lib/metrics/registry.ts";
import type { Originals } from "@/services/documents/originals.ts";
import type { Previews } from "@/services/documents/previews.ts";
import type { Log } from "@/services/log.ts";
import type { ClamAv } from "@/services/ocr/clamav.ts";
import type { Readers } from "@/services/ocr/reader/readers.ts";
import type { WorkerConfig } from "@/services/ocr/worker/config.ts";
import type { Sql } from "@/services/postgres/pool.ts";
import type { ResourceStore } from "@/services/resources/store.ts";

/** What the parts of a worker share. */
export interface WorkerParts {
  readonly config: WorkerConfig;
  readonly sql: Sql;
  readonly nats: NatsConnection;
  readonly js: JetStreamClient;
  readonly resources: ResourceStore;
  readonly originals: Originals;
  readonly previews: Previews;
  readonly readers: Readers;
  readonly scanner: ClamAv | undefined;
  /** PEM texts of the keys that may have signed an Aadhaar QR code. */
  readonly aadhaarKeys: readonly string[];
  /** Waits between the attempts at one document; the last one repeats. */
  readonly backoffMs: readonly number[];
  /** Unix time in milliseconds. */
  readonly now: () => number;
  readonly registry: Registry;
  readonly log: Log;
}
