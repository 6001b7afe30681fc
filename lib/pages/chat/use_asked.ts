import { useEffect, useState } from "preact/hooks";
import type { RestAnswer } from "@/lib/client/rest.ts";
import type { Problem } from "@/lib/protocol/problems.ts";

export interface Asked<T> {
  /** null: not yet, or not at all. */
  readonly value: T | null;
  readonly problem: Problem | null;
  readonly again: () => void;
}

/** What the server answers to a question; asked anew where `about` is another one. */
export function useAsked<T>(ask: () => Promise<RestAnswer<{ value: T }>>, about: string): Asked<T> {
  const [turn, setTurn] = useState(0);
  const [answer, set] = useState<Omit<Asked<T>, "again">>({ value: null, problem: null });
  useEffect(() => {
    let isLatest = true;
    void ask().then((answer) => {
      if (!isLatest) return;
      set(answer.ok ? { value: answer.value, problem: null } : { value: null, problem: answer.problem });
    });
    return () => void (isLatest = false);
  }, [about, turn]);
  return { ...answer, again: () => setTurn(turn + 1) };
}
