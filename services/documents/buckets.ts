import { DiscardPolicy, RetentionPolicy, StorageType, type StreamConfig } from "@nats-io/jetstream";
import { UPLOADED_SUBJECTS } from "@/lib/protocol/subjects.ts";

/** Bucket of the files as they came; an object is named after its upload. */
export const DOCS_BUCKET = "docs";
/** Bucket of the pictures of pages. */
export const PREVIEWS_BUCKET = "previews";
export const DOCS_STORE = `OBJ_${DOCS_BUCKET}`;
const PREVIEWS_STORE = `OBJ_${PREVIEWS_BUCKET}`;
/** Work queue of documents that wait to be read. */
export const DOCS = "DOCS";

const PREVIEWS_BYTES_MAX = 2 * 1024 ** 3;
const QUEUE_BYTES_MAX = 64 * 1024 ** 2;
const NANOS_PER_MS = 1_000_000;
const QUEUE_AGE_MS = 14 * 24 * 3_600_000;
const DUPLICATE_WINDOW_MS = 120_000;

/** The streams that documents need; `bytes`: what all files together may take. */
export function documentStreams(bytes: number): (Partial<StreamConfig> & { name: string })[] {
  return [
    bucket(DOCS_STORE, DOCS_BUCKET, bytes),
    bucket(PREVIEWS_STORE, PREVIEWS_BUCKET, PREVIEWS_BYTES_MAX),
    {
      name: DOCS,
      subjects: [UPLOADED_SUBJECTS],
      retention: RetentionPolicy.Workqueue,
      storage: StorageType.File,
      // A job that finds no room waits in the outbox.
      discard: DiscardPolicy.New,
      max_bytes: QUEUE_BYTES_MAX,
      max_age: QUEUE_AGE_MS * NANOS_PER_MS,
      duplicate_window: DUPLICATE_WINDOW_MS * NANOS_PER_MS,
    },
  ];
}

/** As an object store is declared by NATS clients, so that theirs read it. Full, it takes nothing more. */
function bucket(name: string, bucket: string, bytes: number): Partial<StreamConfig> & { name: string } {
  return {
    name,
    subjects: [`$O.${bucket}.C.>`, `$O.${bucket}.M.>`],
    storage: StorageType.File,
    discard: DiscardPolicy.New,
    max_bytes: bytes,
    allow_direct: true,
    allow_rollup_hdrs: true,
    duplicate_window: DUPLICATE_WINDOW_MS * NANOS_PER_MS,
  };
}
