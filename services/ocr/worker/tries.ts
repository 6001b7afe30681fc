import type { DocumentProblem } from "@/lib/upload/document_types.ts";

/** Attempts at one document, of all workers together; the next one gives it up unread. */
export const ATTEMPTS_MAX = 5;
/** Waits between them. */
export const BACKOFF_MS: readonly number[] = [1_000, 5_000, 15_000, 60_000];

/** What may go better another time, and how often it is tried: a document that only takes long holds a worker up. */
const TRIES: Partial<Readonly<Record<DocumentProblem, number>>> = {
  crashed: ATTEMPTS_MAX,
  scanner_down: ATTEMPTS_MAX,
  took_too_long: 2,
  took_too_much_memory: 2,
};

/** Is it worth another attempt after so many? */
export function isTriedAgain(problem: DocumentProblem, attempts: number): boolean {
  return attempts < (TRIES[problem] ?? 1);
}

/** How long to wait after so many attempts. */
export function waitAfter(attempts: number, backoffMs: readonly number[]): number {
  return backoffMs[Math.min(attempts, backoffMs.length) - 1] ?? 0;
}
