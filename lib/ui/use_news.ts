import { useEffect, useMemo, useReducer } from "preact/hooks";
import { coalesced } from "@/lib/client/browser.ts";
import type { LiveEvent } from "@/lib/client/client_types.ts";
import { NewsList } from "@/lib/live/news_list.ts";
import type { Problem } from "@/lib/protocol/problems.ts";
import { useEvents, usePageClient } from "@/lib/ui/realtime.tsx";

const RECENT_PATH = "/v2/realtime/recent";

/** What `GET /v2/realtime/recent` answers. */
export interface RecentPage {
  /** The newest first. */
  readonly events: readonly LiveEvent[];
  readonly seq: number;
  readonly epoch: string;
}

export interface News {
  readonly list: NewsList;
  /** Why it could not be read again; null: it is as it should be. */
  readonly problem: Problem | null;
  hold(on: boolean): void;
  release(): void;
  settle(): void;
  reload(): void;
}

export interface UseNewsOptions {
  readonly first: RecentPage;
  /** Events asked for where it is read again. */
  readonly limit: number;
  /** Does an event belong here? Always the same answer for the same event. */
  readonly keep?: (event: LiveEvent) => boolean;
}

/** What happened lately, live, of the property that is shown. */
export function useNews({ first, limit, keep = () => true }: UseNewsOptions): News {
  const { client, rest, propertyId } = usePageClient();
  const [, draw] = useReducer<number, void>((count) => count + 1, 0);
  const property = propertyId.value;
  const news = useMemo(() => {
    const isHere = (event: LiveEvent) => {
      const shown = propertyId.peek();
      return shown === null || event.propertyId === null || event.propertyId === shown;
    };
    const list = new NewsList(first.events, (event) => keep(event) && isHere(event));
    const changed = coalesced(() => draw());
    let reading = 0;
    const self = {
      list,
      problem: null as Problem | null,
      add: (events: readonly LiveEvent[]) => (list.add(events), changed()),
      hold: (on: boolean) => (list.hold(on), changed()),
      release: () => (list.release(), changed()),
      settle: () => (list.settle(), changed()),
      async reload() {
        const turn = ++reading;
        list.beginReading();
        const shown = propertyId.peek();
        const query = new URLSearchParams({ limit: String(limit) });
        if (shown !== null) query.set("propertyId", String(shown));
        const answer = await rest.json(`${RECENT_PATH}?${query}`);
        if (turn !== reading) return;
        self.problem = answer.ok ? null : answer.problem;
        if (answer.ok) list.read((answer.value as RecentPage).events);
        changed();
      },
    };
    return self;
  }, []);
  useEvents({}, news.add);
  useEffect(() => client.onRefetch(() => void news.reload()), []);
  // What is of another property goes at once; the rest is read when the stream tells of this one.
  useEffect(() => (news.list.narrow(), draw()), [property]);
  return news;
}
