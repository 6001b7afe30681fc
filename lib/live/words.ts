import type { Service } from "@/lib/protocol/services.ts";

/** How a service is called on a page, and what its card will show while it has nothing to show. */
export interface ServiceWords {
  readonly label: string;
  readonly empty: string;
}

export const SERVICE_WORDS: Readonly<Record<Service, ServiceWords>> = {
  finance: { label: "Finance", empty: "Revenues, expenses and approvals appear here as they are entered" },
  guest: { label: "Guests", empty: "Arrivals, departures and documents appear here as they happen" },
  staff: { label: "Staff", empty: "Employees, schedules and leave requests appear here as they change" },
  tasks: { label: "Tasks", empty: "New and finished tasks appear here, from every department" },
  properties: { label: "Properties", empty: "Rooms appear here as they are vacated, cleaned and taken" },
  users: { label: "Users", empty: "People who are given access, or lose it, appear here" },
  dashboard: { label: "Dashboard", empty: "Key figures appear here as they are recomputed" },
  branding: { label: "Branding", empty: "Changes of name, colours and logo appear here" },
  analytics: { label: "Analytics", empty: "Daily statistics appear here as they are drawn up" },
  reports: {
    label: "Reports",
    empty: "Reports appear here when they are asked for, and when they are ready",
  },
};

/** How an action is told in the past tense, and what kind of news it is. */
export interface Verb {
  readonly word: string;
  readonly kind: "added" | "changed" | "removed" | "failed" | "other";
}

const VERBS: Readonly<Record<string, Verb>> = {
  created: { word: "added", kind: "added" },
  updated: { word: "changed", kind: "changed" },
  deleted: { word: "removed", kind: "removed" },
  uploaded: { word: "uploaded", kind: "added" },
  ready: { word: "ready", kind: "added" },
  failed: { word: "failed", kind: "failed" },
  ocr_completed: { word: "read", kind: "changed" },
  ocr_failed: { word: "could not be read", kind: "failed" },
};

/** The words for an action; one that is not known is shown as it is. */
export function verbOf(action: string): Verb {
  return Object.hasOwn(VERBS, action) ? VERBS[action]! : { word: spaced(action), kind: "other" };
}

/** `out_of_order` and `out-of-order` as people write it. */
export function spaced(word: string): string {
  return word.replaceAll(/[_-]+/g, " ").trim();
}

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
