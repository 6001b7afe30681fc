import { useEffect, useRef, useState } from "preact/hooks";
import { newsCounts } from "@/lib/live/news_list.ts";
import { SERVICE_WORDS } from "@/lib/live/words.ts";
import type { Service } from "@/lib/protocol/services.ts";
import { every } from "@/lib/ui/browser.ts";
import { useEvents } from "@/lib/ui/realtime.tsx";

/** What happened is announced at most this often. */
const ANNOUNCE_MS = 5_000;

/** What arrives, for people who cannot see it: politely, and summed up. */
export function Announcer() {
  const unsaid = useRef(new Map<Service, number>());
  const [says, say] = useState("");
  useEvents({}, (events) => {
    for (const [service, count] of newsCounts(events)) {
      unsaid.current.set(service, (unsaid.current.get(service) ?? 0) + count);
    }
  });
  useEffect(() =>
    every(ANNOUNCE_MS, () => {
      say(announcementOf(unsaid.current));
      unsaid.current = new Map();
    }), []);
  return <p class="hidden" role="status">{says}</p>;
}

/** `3 new in Finance, Tasks`; "" where nothing is. */
function announcementOf(counts: ReadonlyMap<Service, number>): string {
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const names = [...counts.keys()].map((service) => SERVICE_WORDS[service].label);
  return total === 0 ? "" : `${total} new in ${names.join(", ")}`;
}
