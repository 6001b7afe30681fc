import { localDay } from "@/lib/derived/local_day.ts";
import type { KnownGuest } from "@/lib/ocr/reading.ts";
import type { DocumentProblem, KEPT } from "@/lib/upload/document_types.ts";
import { beginAttempt, forgetAttempts } from "@/services/documents/attempts.ts";
import { DOCUMENT, GUEST, readerPrincipal } from "@/services/documents/records.ts";
import { errorFields } from "@/services/log.ts";
import type { ReadOutcome } from "@/services/ocr/reader/process.ts";
import { DocumentRecord, Overtaken } from "@/services/ocr/worker/document_record.ts";
import type { ReadJob } from "@/services/ocr/worker/jobs.ts";
import type { WorkerParts } from "@/services/ocr/worker/parts.ts";
import { ATTEMPTS_MAX, isTriedAgain, waitAfter } from "@/services/ocr/worker/tries.ts";
import { inTenant } from "@/services/postgres/tenant.ts";

/** Wait before a document is looked at again that somebody else writes, or that cannot be written now. */
export const RETRY_MS = 5_000;

/** What becomes of a job: it is over, or it is to come again. */
export type JobEnd = "done" | { readonly retryMs: number };

/**
 * Reads the document of a job, whatever state an earlier delivery left it in. Throws where PostgreSQL or NATS is away.
 * `signal` hands it back.
 */
export async function readJob(parts: WorkerParts, job: ReadJob, signal: AbortSignal): Promise<JobEnd> {
  const found = await parts.resources.get(readerPrincipal(job.orgId), DOCUMENT, job.documentId);
  if (!found.ok) {
    if (found.problem.code !== "not_found") return { retryMs: RETRY_MS };
    // An earlier delivery may have put pictures there when those of the removed document were gone already.
    await parts.previews.removePreviews(job.orgId, job.documentId);
    return "done";
  }
  const document = new DocumentRecord(parts, job, found.record);
  const { status } = found.record;
  if (status !== "uploaded" && status !== "processing") {
    // An earlier delivery has come so far; it may have died before it erased what must not be kept.
    await eraseUnkept(parts, job, document);
    return "done";
  }
  try {
    return await attempt(parts, job, document, signal);
  } catch (error) {
    if (!(error instanceof Overtaken)) throw error;
    // Another worker is at it, or a program has written it: no fault of the document.
    await forgetAttempts(parts.sql, job, "last");
    return { retryMs: RETRY_MS };
  } finally {
    await document.told();
  }
}

async function attempt(
  parts: WorkerParts,
  job: ReadJob,
  document: DocumentRecord,
  signal: AbortSignal,
): Promise<JobEnd> {
  const { sql, log } = parts;
  const attempts = await beginAttempt(sql, job);
  const giveUp = async (problem: DocumentProblem): Promise<JobEnd> => {
    await document.bury(problem, attempts);
    await document.fail(problem);
    log("error", "a document could not be read", { ...placeOf(job), problem, attempts });
    return "done";
  };
  // Earlier ones ended with their worker; nobody knows whether the file was scanned.
  if (attempts > ATTEMPTS_MAX) return await giveUp(parts.config.clamavRequired ? "scanner_down" : "crashed");
  let outcome: ReadOutcome;
  const began = performance.now();
  try {
    outcome = await readOnce(parts, job, document, { signal, password: null });
  } catch (error) {
    // Stopped, or the file could not be fetched: the document has nothing to do with it.
    await forgetAttempts(sql, job, "last");
    throw error;
  }
  parts.registry.observe("innstream_ocr_read_seconds", {}, (performance.now() - began) / 1000);
  parts.registry.count("innstream_ocr_documents_total", { outcome: outcome.ok ? "read" : outcome.problem });
  if (!outcome.ok) {
    const { problem, why } = outcome;
    log("warn", "an attempt at a document failed", { ...placeOf(job), problem, why, attempts });
    if (problem === "infected") await settle(parts, job, document, refusal(document, problem));
    else if (isTriedAgain(problem, attempts)) return { retryMs: waitAfter(attempts, parts.backoffMs) };
    else return await giveUp(problem);
    return "done";
  }
  await settle(parts, job, document, outcome);
  return "done";
}

export interface ReadOnceOptions {
  readonly signal: AbortSignal;
  readonly password: string | null;
  /** Told when the file is open. */
  readonly opened?: () => void;
}

/** Scans and reads it, in a process of its own. */
export async function readOnce(
  parts: WorkerParts,
  job: ReadJob,
  document: DocumentRecord,
  { signal, password, opened }: ReadOnceOptions,
): Promise<ReadOutcome> {
  const { originals, config, scanner, readers } = parts;
  if (scanner !== undefined) {
    document.stage("scanning");
    const verdict = await scanner.scan(originals.readOriginal(job.uploadId));
    if (verdict.state === "infected") return { ok: false, problem: "infected", why: verdict.signature };
    if (verdict.state === "scanner_down") {
      if (config.clamavRequired) return { ok: false, problem: "scanner_down", why: verdict.why };
      parts.log("warn", "a file was not scanned", { ...placeOf(job), why: verdict.why });
    }
  }
  const known = await knownOf(parts, job, document);
  document.stage("opening");
  const { documentType, record } = document;
  return await readers.read({
    request: {
      documentType,
      mimetype: record.mimetype as string,
      password,
      aadhaarKeys: parts.aadhaarKeys,
      ...known,
    },
    contentBytes: record.filesize as number,
    content: originals.readOriginal(job.uploadId),
    stage: (stage) => {
      if (stage === "reading") opened?.();
      document.stage(stage);
    },
    timeoutMs: config.timeoutMs,
    memoryBytes: config.memoryBytes,
    signal,
  });
}

/** Keeps what was read, and then erases what must not be kept. */
export async function settle(
  parts: WorkerParts,
  job: ReadJob,
  document: DocumentRecord,
  { reading, kept, previews }: Read,
): Promise<void> {
  const { orgId, documentId } = job;
  const pages = [...previews].sort(([a], [b]) => a - b);
  // Before the record says that they are there; a later attempt writes over them.
  await Promise.all(pages.map(([, bytes], index) => {
    return parts.previews.putPreview(orgId, documentId, index + 1, bytes);
  }));
  try {
    await document.finish(reading, kept, pages.length);
  } catch (error) {
    if (error instanceof Overtaken && error.message === "not_found") {
      await parts.previews.removePreviews(orgId, documentId);
    }
    throw error;
  }
  await eraseUnkept(parts, job, document);
}

type Read = Omit<Extract<ReadOutcome, { ok: true }>, "ok">;

/** Nothing is read of it, and nothing kept. */
export function refusal(document: DocumentRecord, problem: DocumentProblem): Read {
  const { documentType } = document;
  const kept: (typeof KEPT)[number] = "nothing";
  return { reading: { documentType, status: "failed", problem, fields: {} }, kept, previews: new Map() };
}

async function eraseUnkept(
  { originals }: WorkerParts,
  job: ReadJob,
  document: DocumentRecord,
): Promise<void> {
  if (document.kept !== "original") await originals.eraseOriginal(job.uploadId);
}

/** What the reader may know of the guest, and which day it is there. */
async function knownOf(
  { sql, resources, now, log }: WorkerParts,
  { orgId, propertyId }: ReadJob,
  { record }: DocumentRecord,
): Promise<{ guest: KnownGuest | null; today: string }> {
  const [property] = await inTenant(sql, orgId, (tx) =>
    tx<{ timezone: string }[]>`
      select timezone from properties where org_id = ${orgId} and id = ${propertyId}`, { readOnly: true });
  const today = localDay(now(), property?.timezone ?? "UTC");
  if (record.guestId === null) return { guest: null, today };
  const found = await resources.get(readerPrincipal(orgId), GUEST, record.guestId as number);
  if (!found.ok) {
    log("warn", "the guest of a document cannot be read", errorFields(found.problem.code));
    return { guest: null, today };
  }
  const { name, dateOfBirth, departsOn } = found.record as unknown as KnownGuest;
  return { guest: { name, dateOfBirth, departsOn }, today };
}

/** What stands in the log: ids, never a word of the document. */
export function placeOf({ orgId, propertyId, documentId }: ReadJob): Record<string, unknown> {
  return { orgId, propertyId, documentId };
}
