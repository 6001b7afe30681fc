import type { ComponentChildren } from "preact";
import { wordsOf } from "@/lib/client/rest.ts";
import type { Problem } from "@/lib/protocol/problems.ts";
import { Icon } from "@/lib/ui/icon.tsx";
import type { IconName } from "@/lib/ui/icons.ts";

export interface EmptyProps {
  readonly icon: IconName;
  readonly title: string;
  /** What this is, or what to do. */
  readonly text: string;
  /** The one action to take. */
  readonly children?: ComponentChildren;
}

/** A list that has nothing in it: what it is for, and how to begin. */
export function Empty({ icon, title, text, children }: EmptyProps) {
  return (
    <div class="state">
      <Icon name={icon} />
      <p class="state-title">{title}</p>
      <p class="muted">{text}</p>
      {children}
    </div>
  );
}

/** What failed, in the words of the API, and the way to try again. */
export function Failed(
  { what, problem, onRetry }: { what: string; problem: Problem | null; onRetry: () => void },
) {
  return (
    <div class="state state-failed" role="alert">
      <Icon name="alert" />
      <p class="state-title">{what}</p>
      <p class="muted">{problem === null ? "The connection may be gone." : sayProblem(problem)}</p>
      <button type="button" class="button" onClick={onRetry}>Try again</button>
    </div>
  );
}

/** Lines in the places of rows that are on their way. */
export function SkeletonRows({ count, columns }: { count: number; columns: number }) {
  return (
    <>
      {Array.from(
        { length: count },
        (_, row) => (
          <tr key={row} role="row" class="row-skeleton" aria-hidden="true">
            {Array.from({ length: columns }, (_, column) => (
              <td key={column} role="cell">
                <span class={`skeleton skeleton-${(row + column) % 3}`} />
              </td>
            ))}
          </tr>
        ),
      )}
    </>
  );
}

/** A problem as one sentence for people. */
export function sayProblem(problem: Problem): string {
  const [first] = problem.errors ?? [];
  // Of a single field the sentence about it says more than that some are wrong.
  return problem.detail === undefined && first !== undefined
    ? `${first.path} ${first.message}`
    : wordsOf(problem);
}
