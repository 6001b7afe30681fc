// Documents that wait to be read, without the app: what a finished upload leaves behind.
import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-node";
import { uploadedSubject } from "@/lib/protocol/subjects.ts";
import type { DocumentType } from "@/lib/upload/document_types.ts";
import { CHUNK_BYTES } from "@/lib/upload/limits.ts";
import { DOCS } from "@/services/documents/buckets.ts";
import { ChunkStore } from "@/services/documents/chunk_store.ts";
import { DOCUMENT, readerPrincipal } from "@/services/documents/records.ts";
import type { Log } from "@/services/log.ts";
import { connectNats } from "@/services/nats/connect.ts";
import { declareStreams } from "@/services/nats/streams.ts";
import type { WorkerConfig } from "@/services/ocr/worker/config.ts";
import type { StartOptions } from "@/services/ocr/worker/start.ts";
import { startWorker, type Worker } from "@/services/ocr/worker/start.ts";
import { type Sql } from "@/services/postgres/pool.ts";
import { inTenant } from "@/services/postgres/tenant.ts";
import type { ResourceRecord } from "@/services/resources/record.ts";
import { until } from "../harness/live.ts";
import { testNats } from "../harness/nats.ts";
import { sha256Of } from "../harness/upload.ts";
import { type Hotels, openHotels } from "../integration/resources_fixture.ts";

export interface Waiting {
  readonly id: number;
  readonly uploadId: string;
}

export interface NewDocument {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly documentType: DocumentType;
  readonly mediaType: string;
  readonly orgId?: number;
  readonly guestId?: number;
}

export interface Desk extends AsyncDisposable {
  readonly hotels: Hotels;
  readonly nats: Awaited<ReturnType<typeof testNats>>;
  readonly connection: NatsConnection;
  readonly config: WorkerConfig;
  readonly logged: readonly string[];
  readonly log: Log;
  /** Puts a document into the store and the queue, as an upload does. */
  add(document: NewDocument): Promise<Waiting>;
  /** Puts its job into the queue once more. */
  queue(waiting: Waiting, orgId?: number): Promise<void>;
  worker(config?: Partial<WorkerConfig>, options?: StartOptions): Promise<Worker>;
  record(id: number, orgId?: number): Promise<ResourceRecord>;
  /** Waits until the document is read, or is so. */
  read(id: number, fits?: (record: ResourceRecord) => boolean): Promise<ResourceRecord>;
  /** Actions told of a document, in order. */
  actions(id: number): Promise<string[]>;
  jobs(): Promise<number>;
}

const FINAL = ["done", "needs_review", "failed"];

export async function openDesk(): Promise<Desk> {
  const [hotels, nats] = await Promise.all([openHotels(), testNats()]);
  const connection = await connectNats(nats.url, "test");
  const js = jetstream(connection);
  const jsm = await jetstreamManager(connection);
  await declareStreams(jsm, { replicas: 1, documentBytes: 1024 ** 3, newEpoch: () => crypto.randomUUID() });
  const store = new ChunkStore(js, jsm);
  const logged: string[] = [];
  const workers: Worker[] = [];
  const config: WorkerConfig = {
    databaseUrl: hotels.database.appUrl,
    natsUrl: nats.url,
    concurrency: 2,
    timeoutMs: 60_000,
    memoryBytes: 1024 ** 3,
    clamav: undefined,
    clamavRequired: false,
    metricsHost: "127.0.0.1",
    metricsPort: undefined,
    aadhaarKeys: [],
  };
  const log: Log = (level, message, fields) =>
    void logged.push(JSON.stringify({ level, message, ...fields }));
  const record = async (id: number, orgId = 1) => {
    const found = await hotels.store.get(readerPrincipal(orgId), DOCUMENT, id);
    if (!found.ok) throw new Error(found.problem.code);
    return found.record;
  };
  const queue = async ({ id, uploadId }: Waiting, orgId = 1) => {
    await js.publish(uploadedSubject(orgId, 1), JSON.stringify({ documentId: id, uploadId }));
  };
  return {
    hotels,
    nats,
    connection,
    config,
    logged,
    log,
    queue,
    record,
    async add({ bytes, documentType, mediaType, orgId = 1, guestId }) {
      const uploadId = crypto.randomUUID();
      await putObject(store, uploadId, bytes);
      const id = await insert(hotels.sql, { uploadId, orgId, documentType, mediaType, bytes, guestId });
      const waiting = { id, uploadId };
      await queue(waiting, orgId);
      return waiting;
    },
    async worker(changed = {}, options = {}) {
      const worker = await startWorker({ ...config, ...changed }, log, { backoffMs: [10], ...options });
      workers.push(worker);
      return worker;
    },
    read: (id, fits = ({ status }) => FINAL.includes(status as string)) =>
      until(`document ${id}`, async () => {
        const now = await record(id);
        return fits(now) && now;
      }, 60_000),
    async actions(id) {
      const rows = await hotels.superuser<{ subject: string; payload: string }[]>`
        select subject, payload from outbox where subject like 'evt.%.document.%' order by (payload::jsonb->>'version')::int`;
      return rows.filter(({ payload }) => JSON.parse(payload).data.id === id).map(({ subject }) =>
        subject.split(".").at(-1)!
      );
    },
    async jobs() {
      return (await jsm.streams.info(DOCS)).state.messages;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(workers.map((worker) => worker.close()));
      await connection.close();
      await nats.stop();
      await hotels[Symbol.asyncDispose]();
    },
  };
}

async function putObject(store: ChunkStore, uploadId: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  const lease = await store.lease(uploadId, crypto.randomUUID(), "upload");
  const chunks = Math.ceil(bytes.length / CHUNK_BYTES);
  for (let seq = 1; seq <= chunks; seq++) {
    const data = bytes.subarray((seq - 1) * CHUNK_BYTES, seq * CHUNK_BYTES);
    await store.put({ uploadId, lease, seq, data });
  }
  const info = { size: bytes.length, chunks, sha256: sha256Of(bytes) };
  await store.publish(uploadId, lease, info, new Date().toISOString());
}

type NewRow = Omit<Required<NewDocument>, "guestId"> & {
  readonly uploadId: string;
  readonly guestId: number | undefined;
};

function insert(sql: Sql, row: NewRow): Promise<number> {
  const { orgId, uploadId, documentType, mediaType, bytes, guestId = null } = row;
  return inTenant(sql, orgId, async (tx) => {
    const [document] = await tx<{ id: number }[]>`
      insert into documents (org_id, property_id, created_by, guest_id, document_type, filename, mimetype, filesize,
        status, stage, fields, upload_id)
      values (${orgId}, 1, 'meera', ${guestId}, ${documentType}, 'a file', ${mediaType}, ${bytes.length},
        'uploaded', 'queued', '{}', ${uploadId})
      returning id`;
    const id = document!.id;
    await tx`
      insert into uploads (id, org_id, property_id, document_type, filename, mimetype, filesize, state, document_id,
        live_document_id, created_by, expires_at, ended_at)
      values (${uploadId}, ${orgId}, 1, ${documentType}, 'a file', ${mediaType}, ${bytes.length}, 'complete', ${id},
        ${id}, 'meera', now() + interval '1 day', now())`;
    return id;
  });
}
