import { useEffect, useReducer, useState } from "preact/hooks";
import { after } from "@/lib/client/browser.ts";
import { Icon } from "@/lib/ui/icon.tsx";

/** Long enough to read it and to reach for "Undo". */
const SHOWN_MS = 7_000;
/** More at once are nobody's to read: the oldest goes. */
const TOASTS_MAX = 3;

/** What was done, or could not be done, in a few words. */
export interface Toast {
  readonly text: string;
  readonly kind?: "done" | "failed";
  /** Takes it back; left out where it cannot be. */
  readonly undo?: () => void;
}

interface Shown extends Toast {
  readonly key: number;
}

/** The toasts of a page: what shows them, and what adds one. */
export function useToasts() {
  const [shown, change] = useReducer<readonly Shown[], Toast | number>((before, given) => {
    if (typeof given === "number") return before.filter(({ key }) => key !== given);
    return [...before, { ...given, key: (before.at(-1)?.key ?? 0) + 1 }].slice(-TOASTS_MAX);
  }, []);
  return { shown, add: (toast: Toast) => change(toast), drop: (key: number) => change(key) };
}

/** At the foot of the page, over everything else and in nobody's way. */
export function Toasts({ shown, drop }: Pick<ReturnType<typeof useToasts>, "shown" | "drop">) {
  return (
    <div class="toast-place" role="status">
      {shown.map(({ key, ...toast }) => <ToastLine key={key} {...toast} onEnd={() => drop(key)} />)}
    </div>
  );
}

function ToastLine({ text, kind = "done", undo, onEnd }: Toast & { onEnd: () => void }) {
  const [isHeld, hold] = useState(false);
  useEffect(() => isHeld ? undefined : after(SHOWN_MS, onEnd), [isHeld]);
  return (
    <div
      class={`toast toast-${kind}`}
      onPointerEnter={() => hold(true)}
      onPointerLeave={() => hold(false)}
      onFocusIn={() => hold(true)}
      onFocusOut={() => hold(false)}
    >
      <Icon name={kind === "done" ? "check" : "alert"} />
      <p dir="auto">{text}</p>
      {undo && (
        <button
          type="button"
          class="toast-undo"
          onClick={() => {
            onEnd();
            undo();
          }}
        >
          Undo
        </button>
      )}
      <button type="button" class="toast-close" aria-label="Dismiss" onClick={onEnd}>
        <Icon name="close" />
      </button>
    </div>
  );
}
