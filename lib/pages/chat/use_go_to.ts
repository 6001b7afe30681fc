import { useEffect, useState } from "preact/hooks";
import { after } from "@/lib/client/browser.ts";
import type { ConversationView } from "@/lib/chat/client/chat_types.ts";
import type { Row } from "@/lib/pages/chat/rows.ts";
import type { Window } from "@/lib/pages/chat/use_window.ts";
import type { Toast } from "@/lib/ui/toasts.tsx";

/** Pages of earlier messages that are loaded for one that is looked for. */
const GO_PAGES_MAX = 120;
/** Left above a message that is shown. Pixels. */
const ABOVE_PX = 120;
/** What was found stands out for so long. */
const FOUND_MS = 2_500;

export interface Goal {
  readonly seq: number;
  /** Of the message that is at the top of the view, cut off by so many pixels. */
  readonly below?: number;
  /** Nothing is said where it cannot be found. */
  readonly isQuiet?: boolean;
}

interface Looking extends Goal {
  /** That were asked for. */
  readonly pages: number;
  /** What the first message was then. */
  readonly askedAt: number;
}

export interface GoTo {
  readonly begin: (goal: Goal) => void;
  readonly isBusy: boolean;
  /** The same, for a message that the person asked for. */
  readonly isLooking: boolean;
  /** The key of the message that was just found. */
  readonly found: string | null;
}

interface GoToParts {
  readonly rows: readonly Row[];
  readonly older: ConversationView["older"];
  readonly window: Window;
  readonly loadOlder: () => void;
  readonly toast: (toast: Toast) => void;
}

/** Leads to a message; where it is not loaded, what is before is loaded until it is there. */
export function useGoTo({ rows, older, window, loadOlder, toast }: GoToParts): GoTo {
  const [goal, setGoal] = useState<Looking | null>(null);
  const [found, setFound] = useState<string | null>(null);
  useEffect(() => found === null ? undefined : after(FOUND_MS, () => setFound(null)), [found]);
  useEffect(() => {
    if (goal === null) return;
    const row = rows.find((row) => row.kind === "message" && row.message.seq >= goal.seq);
    const first = rows.find((row) => row.kind === "message");
    const firstSeq = first?.kind === "message" ? first.message.seq : 0;
    const isLoaded = first !== undefined && (firstSeq <= goal.seq || older === "none");
    if (row !== undefined && isLoaded) {
      setGoal(null);
      window.show(row.key, goal.below === undefined ? ABOVE_PX : -goal.below);
      if (!goal.isQuiet) setFound(row.key);
      return;
    }
    if (older === "loading") return;
    if (older === "some" && goal.pages < GO_PAGES_MAX) {
      // It was asked for already, which does not show yet.
      if (goal.askedAt === firstSeq) return;
      setGoal({ ...goal, pages: goal.pages + 1, askedAt: firstSeq });
      return loadOlder();
    }
    setGoal(null);
    if (!goal.isQuiet) toast({ text: "This message cannot be loaded now", kind: "failed" });
  }, [goal, rows, older]);
  return {
    begin: (goal) => setGoal({ ...goal, pages: 0, askedAt: -1 }),
    isBusy: goal !== null,
    isLooking: goal !== null && !goal.isQuiet,
    found,
  };
}
