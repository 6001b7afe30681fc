import { deadDocumentSubject, uploadedSubject } from "@/lib/protocol/subjects.ts";
import type { Reading } from "@/lib/ocr/reading.ts";
import {
  type DocumentProblem,
  type DocumentType,
  KEPT,
  type Stage,
  STAGES,
} from "@/lib/upload/document_types.ts";
import { ProblemError } from "@/lib/protocol/problems.ts";
import type { Answer } from "@/lib/resources/answer.ts";
import { DOCUMENT, readerPrincipal } from "@/services/documents/records.ts";
import type { ReadJob } from "@/services/ocr/worker/jobs.ts";
import type { WorkerParts } from "@/services/ocr/worker/parts.ts";
import type { ResourceRecord } from "@/services/resources/record.ts";

/** A document tells how far its reading is at most once in this time. */
export const PROGRESS_MS = 1_000;

type Kept = (typeof KEPT)[number];

/** Somebody else has written the document meanwhile, or it is gone. */
export class Overtaken extends Error {
  override readonly name = "Overtaken";
}

/** The record of a document under way: what its reading writes, one after the other, each on the version before it. */
export class DocumentRecord {
  readonly #parts: WorkerParts;
  readonly #job: ReadJob;
  #record: ResourceRecord;
  readonly #told: readonly Stage[];
  readonly #isQueued: boolean;
  #toldAt = -Infinity;
  #last: Promise<void> = Promise.resolve();
  #failure: unknown;

  /**
   * `told`: the stages that are told. `isQueued`: a job stands behind this reading, which comes again until what must not
   * be kept is erased; without one, it is queued when the reading is written.
   */
  constructor(
    parts: WorkerParts,
    job: ReadJob,
    record: ResourceRecord,
    { told = STAGES, isQueued = true }: { told?: readonly Stage[]; isQueued?: boolean } = {},
  ) {
    this.#isQueued = isQueued;
    this.#parts = parts;
    this.#job = job;
    this.#record = record;
    this.#told = told;
  }

  get record(): ResourceRecord {
    return this.#record;
  }

  get documentType(): DocumentType {
    return this.#record.documentType as DocumentType;
  }

  get kept(): Kept {
    return this.#record.kept as Kept;
  }

  /** Tells a stage, where the one before was not told just now. What goes wrong is told by the next write. */
  stage(stage: Stage): void {
    const now = this.#parts.now();
    if (!this.#told.includes(stage)) return;
    if (now < this.#toldAt + PROGRESS_MS) return;
    this.#toldAt = now;
    this.#last = this.#last.then(() => this.#progress(stage)).catch((error) => this.#failure ??= error);
  }

  /** Waits for what is being written: whoever takes the document next must find its version. */
  async told(): Promise<void> {
    await this.#last;
  }

  /** Writes what was read, and its table, and that it is done. Throws Overtaken, or where it cannot be written now. */
  async finish(reading: Reading, kept: Kept, previews: number): Promise<void> {
    const { documentType, status, problem, fields, table } = reading;
    const changes = { documentType, status, problem, fields, kept, previews, stage: null };
    await this.#settle(changes, status === "failed" ? "ocr_failed" : "ocr_completed", table);
  }

  /** Writes that it could not be read. */
  async fail(problem: DocumentProblem, kept: Kept = this.kept): Promise<void> {
    await this.#settle({ status: "failed", problem, kept, stage: null }, "ocr_failed");
  }

  /** Keeps the job where somebody looks for it who wonders why. */
  async bury(problem: DocumentProblem, attempts: number): Promise<void> {
    const { orgId, propertyId, documentId, uploadId } = this.#job;
    const at = new Date(this.#parts.now()).toISOString();
    const subject = deadDocumentSubject(orgId, propertyId, documentId);
    await this.#parts.js.publish(subject, JSON.stringify({ documentId, uploadId, problem, attempts, at }));
  }

  async #progress(stage: Stage): Promise<void> {
    if (this.#failure !== undefined) return;
    const { id, version } = this.#record;
    const { orgId } = this.#job;
    const changes = { status: "processing", stage, problem: null, version };
    const answer = await this.#parts.resources.update(readerPrincipal(orgId), DOCUMENT, id, changes, {
      action: "progress",
    });
    this.#record = orThrow(answer).record;
  }

  async #settle(changes: object, action: string, table?: Reading["table"]): Promise<void> {
    await this.#last;
    if (this.#failure !== undefined) throw this.#failure;
    const { orgId, propertyId, documentId, uploadId } = this.#job;
    const { id, version } = this.#record;
    const answer = await this.#parts.resources.together(orgId, async (writes) => {
      const { tx } = writes;
      const principal = readerPrincipal(orgId);
      const record = await writes.update(principal, DOCUMENT, id, { ...changes, version }, { action });
      await tx`delete from document_tables where org_id = ${orgId} and document_id = ${id}`;
      if (table !== undefined) {
        await tx`insert into document_tables (org_id, document_id, body)
          values (${orgId}, ${id}, ${tx.json(table as never)})`;
      }
      await tx`update document_attempts set attempts = 0 where org_id = ${orgId} and document_id = ${id}`;
      if (!this.#isQueued && record.kept !== "original") {
        writes.tell(uploadedSubject(orgId, propertyId), { documentId, uploadId });
      }
      return record;
    });
    this.#record = orThrow(answer).result;
  }
}

/** Throws Overtaken where others wrote first or it is gone; else what keeps it from being written. */
function orThrow<T>(answer: Answer<T>): T {
  if (answer.ok) return answer;
  const { code } = answer.problem;
  if (code === "version_conflict" || code === "not_found") throw new Overtaken(code);
  throw new ProblemError(answer.problem);
}
