import { useEffect, useRef } from "preact/hooks";
import { hrefOf, type PageInfo } from "@/lib/ui/pages.ts";

/** The letter after `g` must come within this. */
const CHORD_MS = 1_200;

export interface Shortcuts {
  readonly pages: readonly PageInfo[];
  readonly propertyId: number | null;
  /** Shows the list of keys. */
  readonly onHelp: () => void;
}

/**
 * The keys of every page. What they act on says so itself: `data-search` on the search field, `data-new` on the button
 * that makes something new, `data-row` on each line of a list.
 */
export function useShortcuts(shortcuts: Shortcuts): void {
  const given = useRef(shortcuts);
  given.current = shortcuts;
  useEffect(() => {
    let chordAt = -Infinity;
    const pressed = (event: KeyboardEvent) => {
      if (isTaken(event)) return;
      const isChord = event.timeStamp - chordAt < CHORD_MS;
      chordAt = event.key === "g" && !isChord ? event.timeStamp : -Infinity;
      const done = isChord ? goTo(event.key, given.current) : press(event.key, given.current);
      if (done) event.preventDefault();
    };
    document.addEventListener("keydown", pressed);
    return () => document.removeEventListener("keydown", pressed);
  }, []);
}

/** Is this key somebody else's: typed into a field, part of a browser's shortcut, or meant for a dialog? */
function isTaken(
  { target, ctrlKey, metaKey, altKey, isComposing, defaultPrevented }: KeyboardEvent,
): boolean {
  if (ctrlKey || metaKey || altKey || isComposing || defaultPrevented) return true;
  if (document.querySelector("dialog[open], :popover-open") !== null) return true;
  return target instanceof Element && target.closest("input, textarea, select, [contenteditable]") !== null;
}

function goTo(key: string, { pages, propertyId }: Shortcuts): boolean {
  const page = pages.find(({ letter }) => letter === key);
  if (page === undefined) return false;
  location.assign(hrefOf(page.path, propertyId));
  return true;
}

function press(key: string, { onHelp }: Shortcuts): boolean {
  switch (key) {
    case "?":
      onHelp();
      return true;
    case "/":
      return focus(document.querySelector<HTMLElement>("[data-search]"));
    case "n": {
      const button = document.querySelector<HTMLElement>("[data-new]");
      button?.click();
      return button !== null;
    }
    case "j":
      return step(1);
    case "k":
      return step(-1);
    default:
      return false;
  }
}

function step(by: 1 | -1): boolean {
  const rows = [...document.querySelectorAll<HTMLElement>("[data-row]")];
  const here = rows.findIndex((row) => row.contains(document.activeElement));
  const next = here < 0 ? (by > 0 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, here + by));
  const row = rows[next];
  return focus(row?.querySelector<HTMLElement>("[data-open]") ?? row ?? null);
}

function focus(element: HTMLElement | null): boolean {
  element?.focus();
  element?.scrollIntoView({ block: "nearest" });
  return element !== null;
}
