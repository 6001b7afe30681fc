import { capital, spaced } from "@/lib/live/words.ts";

export type Tone = "neutral" | "good" | "warn" | "bad" | "info";

/** How states look, whatever record they are of. A state that is not here is neutral. */
const TONES: Readonly<Record<string, Tone>> = {
  approved: "good",
  checked_in: "good",
  vacant: "good",
  active: "good",
  done: "good",
  ready: "good",
  pending: "warn",
  expected: "info",
  cleaning: "warn",
  on_leave: "warn",
  needs_review: "warn",
  in_progress: "info",
  processing: "info",
  occupied: "info",
  rejected: "bad",
  failed: "bad",
  out_of_order: "bad",
  urgent: "bad",
  high: "warn",
};

/** A state in a word, with a dot in its colour. */
export function Tag({ state, label, tone }: { state: string; label?: string; tone?: Tone }) {
  return <span class={`tag tag-${tone ?? toneOf(state)}`}>{label ?? capital(spaced(state))}</span>;
}

export function toneOf(state: string): Tone {
  return Object.hasOwn(TONES, state) ? TONES[state]! : "neutral";
}
