import type { Problem } from "@/lib/protocol/problems.ts";

/** What an operation answers: its result, or the expected reason why there is none. */
export type Answer<T> = ({ readonly ok: true } & T) | { readonly ok: false; readonly problem: Problem };

export function refuse(problem: Problem): { readonly ok: false; readonly problem: Problem } {
  return { ok: false, problem };
}
