import { useEffect, useState } from "preact/hooks";
import { after } from "@/lib/client/browser.ts";

/** What is typed is asked for when the person pauses. */
const PAUSE_MS = 250;

/** The value, once it has stood still for a moment. */
export function useLate(value: string): string {
  const [late, set] = useState(value);
  useEffect(() => after(PAUSE_MS, () => set(value)), [value]);
  return late;
}
