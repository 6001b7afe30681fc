import { useRef } from "preact/hooks";
import type { Problem } from "@/lib/protocol/problems.ts";
import type { Records, Saved } from "@/lib/ui/records.ts";

/** What is changed: the records of a list, or of several that a page shows as one. */
export type Edited = Pick<Records, "rows" | "create" | "update" | "remove" | "retry" | "discard">;

export interface Saving {
  /** The same body again is the same creation: where only its answer was lost, there is no second record. */
  create(body: object): Promise<Saved>;
  /** `seen`: the version that the form was opened with. */
  update(id: number, changes: object, seen?: number): Promise<Saved>;
  /** The form is closed: what it could not create is given up. */
  forget(): void;
}

/** How a form saves. What fails is told by the form, which stays; so the list need not. */
export function useSaving(records: Edited): Saving {
  const failed = useRef<{ readonly key: string; readonly text: string } | null>(null);
  /** Whoever was told that somebody else was faster, and saves again, means it. */
  const told = useRef<number | null>(null);
  const keyOf = (problem: Problem) => {
    const row = records.rows.find(({ failure }) => failure === problem);
    return row && (row.editKey ?? row.key);
  };
  const forget = () => {
    if (failed.current !== null) records.discard(failed.current.key);
    failed.current = null;
    told.current = null;
  };
  return {
    forget,
    async create(body) {
      const text = JSON.stringify(body);
      const again = failed.current?.text === text ? records.retry(failed.current.key) : undefined;
      if (again === undefined) forget();
      const answer = await (again ?? records.create(body));
      const key = answer.ok ? undefined : keyOf(answer.problem);
      failed.current = key === undefined ? null : { key, text };
      return answer;
    },
    async update(id, changes, seen) {
      const answer = await records.update(id, changes, told.current === id ? undefined : seen);
      told.current = !answer.ok && answer.problem.code === "version_conflict" ? id : null;
      const key = answer.ok ? undefined : keyOf(answer.problem);
      if (key !== undefined) records.discard(key);
      return answer;
    },
  };
}
