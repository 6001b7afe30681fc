import { type Problem, ProblemError } from "@/lib/protocol/problems.ts";
import type { Answer } from "@/lib/resources/answer.ts";

/** Others wrote first, or have removed it: what was computed is of no use, and reading again shows why. */
const OVERTAKEN: ReadonlySet<Problem["code"]> = new Set(["version_conflict", "already_exists", "not_found"]);

/** Was it written? false: somebody else was faster. Throws where it should have been. */
export function written(answer: Answer<object>): boolean {
  if (answer.ok) return true;
  if (OVERTAKEN.has(answer.problem.code)) return false;
  throw new ProblemError(answer.problem);
}
