import type { Msg, Subscription } from "@nats-io/transport-node";
import * as v from "valibot";
import { parseId, UNLOCK_SUBJECTS } from "@/lib/protocol/subjects.ts";
import { type UnlockAnswer, type UnlockRequest, unlockRequest } from "@/lib/upload/unlock.ts";
import { DOCUMENT, readerPrincipal } from "@/services/documents/records.ts";
import { DocumentRecord, Overtaken } from "@/services/ocr/worker/document_record.ts";
import type { ReadJob } from "@/services/ocr/worker/jobs.ts";
import type { WorkerParts } from "@/services/ocr/worker/parts.ts";
import { placeOf, readOnce, refusal, settle } from "@/services/ocr/worker/read_job.ts";
import { errorFields } from "@/services/log.ts";

/** Locked documents that one worker opens at once, beside those of the queue. */
const UNLOCKS_AT_ONCE = 2;
/** One worker answers each request. */
const GROUP = "ocr";

/**
 * Opens locked documents with what people type. The answer comes as soon as the file is open; reading it goes on. The
 * password is in the memory of this process and of the reader, and nowhere else: a worker that is told to end leaves a
 * document that waits for it again, one that is killed leaves one that a manager has read again.
 */
export class Unlocks {
  readonly #parts: WorkerParts;
  readonly #subscription: Subscription;
  readonly #stopping = new AbortController();
  readonly #running = new Set<Promise<void>>();

  constructor(parts: WorkerParts) {
    this.#parts = parts;
    this.#subscription = parts.nats.subscribe(UNLOCK_SUBJECTS, {
      queue: GROUP,
      callback: (error, message) => {
        if (error === null) this.#take(message);
      },
    });
  }

  async close(): Promise<void> {
    this.#subscription.unsubscribe();
    this.#stopping.abort(new DOMException("The worker is stopping", "AbortError"));
    await Promise.all(this.#running);
  }

  #take(message: Msg): void {
    const asked = askedOf(message);
    if (asked === undefined) return;
    let answered = false;
    const answer = (what: UnlockAnswer) => {
      if (!answered) message.respond(JSON.stringify({ answer: what }));
      answered = true;
    };
    if (this.#running.size >= UNLOCKS_AT_ONCE) return answer("busy");
    const run = this.#unlock(asked.job, asked.password, answer)
      .catch((error) => {
        if (!this.#stopping.signal.aborted && !(error instanceof Overtaken)) {
          this.#parts.log("warn", "a locked document could not be read", {
            ...placeOf(asked.job),
            ...errorFields(error),
          });
        }
        answer("busy");
      })
      .finally(() => this.#running.delete(run));
    this.#running.add(run);
  }

  async #unlock(job: ReadJob, password: string, answer: (what: UnlockAnswer) => void): Promise<void> {
    const { resources } = this.#parts;
    const found = await resources.get(readerPrincipal(job.orgId), DOCUMENT, job.documentId);
    if (!found.ok) return answer("busy");
    const { record } = found;
    const isLocked = record.propertyId === job.propertyId && record.problem === "password_required";
    if (!isLocked) return answer("not_locked");
    const told = ["reading", "checking"] as const;
    const document = new DocumentRecord(this.#parts, job, record, { told, isQueued: false });
    try {
      await this.#read(job, document, password, answer);
    } catch (error) {
      await document.told();
      // Stopped, or a part is away: it waits for its password as before.
      if (document.record.status === "processing") await document.fail("password_required");
      throw error;
    }
  }

  async #read(
    job: ReadJob,
    document: DocumentRecord,
    password: string,
    answer: (what: UnlockAnswer) => void,
  ): Promise<void> {
    const outcome = await readOnce(this.#parts, job, document, {
      signal: this.#stopping.signal,
      password,
      opened: () => answer("opened"),
    });
    if (!outcome.ok) {
      const { problem, why } = outcome;
      this.#parts.log("warn", "a locked document could not be read", { ...placeOf(job), problem, why });
      if (problem === "infected") await settle(this.#parts, job, document, refusal(document, problem));
      // Without its scanner it still waits for the password.
      else if (problem !== "scanner_down") await document.fail(problem);
      return answer(problem === "scanner_down" ? "busy" : "opened");
    }
    if (outcome.reading.problem === "password_required") return answer("wrong");
    await settle(this.#parts, job, document, outcome);
    answer("opened");
  }
}

function askedOf(message: Msg): { job: ReadJob; password: string } | undefined {
  const [, org = "", property = ""] = /^docs\.unlock\.([0-9]+)\.([0-9]+)$/.exec(message.subject) ?? [];
  const orgId = parseId(org);
  const propertyId = parseId(property);
  const request = requestOf(message);
  if (orgId === undefined || propertyId === undefined || request === undefined) return undefined;
  const { documentId, uploadId, password } = request;
  return { job: { orgId, propertyId, documentId, uploadId }, password };
}

function requestOf(message: Msg): UnlockRequest | undefined {
  try {
    return v.parse(unlockRequest, message.json());
  } catch {
    // Nobody of ours: there is nothing to answer, and nothing of it belongs into a log.
    return undefined;
  }
}
