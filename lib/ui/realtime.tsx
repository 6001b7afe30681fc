import { type ComponentChildren, createContext } from "preact";
import { useContext, useEffect, useMemo, useRef } from "preact/hooks";
import type { ClientStatus, ClientWarning, EventFilter, LiveEvent } from "@/lib/client/client_types.ts";
import type { Service } from "@/lib/protocol/services.ts";
import { type PageClient, pageClient, type PageClientOptions } from "@/lib/ui/page_client.ts";

const Context = createContext<PageClient | null>(null);

export interface ProviderProps {
  readonly options: PageClientOptions;
  readonly children?: ComponentChildren;
}

/** Gives the hooks below their client: one for the whole page, whichever islands it has, and one socket for all tabs. */
export function RealtimeProviderV2({ options, children }: ProviderProps) {
  const client = useMemo(() => pageClient(options), []);
  return <Context.Provider value={client}>{children}</Context.Provider>;
}

/** The client of the page. Throws outside of a RealtimeProviderV2. */
export function usePageClient(): PageClient {
  const client = useContext(Context);
  if (client === null) throw new Error("Cannot use realtime here: there is no RealtimeProviderV2 around");
  return client;
}

export interface ConnectionView {
  readonly status: ClientStatus;
  readonly warning: ClientWarning | null;
  /** Connects now instead of waiting. */
  retry(): void;
  dismiss(): void;
}

/** How events reach this page. */
export function useConnection(): ConnectionView {
  const { client, status, warning } = usePageClient();
  return {
    status: status.value,
    warning: warning.value,
    retry: () => client.retry(),
    dismiss: () => client.dismiss(),
  };
}

/** Calls `listener` for the events that fit, once each and in order. The listener may be a new one at each render. */
export function useEvents(filter: EventFilter, listener: (events: readonly LiveEvent[]) => void): void {
  const { client } = usePageClient();
  const latest = useRef(listener);
  latest.current = listener;
  const { service, entity, action } = filter;
  useEffect(() => client.on(filter, (events) => latest.current(events)), [client, service, entity, action]);
}

export interface ServiceView {
  readonly status: ClientStatus;
  /** The latest event that has come since the page was opened. */
  readonly last: LiveEvent | null;
  /** Events since the person last looked at this service, in any tab. */
  readonly unseen: number;
  /** The person looks at it now. */
  look(): void;
}

/** What is new in one service. */
export function useRealtime(service: Service): ServiceView {
  const { status, last, unseen, look } = usePageClient();
  return {
    status: status.value,
    last: last.value[service] ?? null,
    unseen: unseen.value[service] ?? 0,
    look: () => look(service),
  };
}

export interface PropertyView {
  /** null: all that the person may see. */
  readonly propertyId: number | null;
  /** Shows another property, on the connection as it stands; the address follows. */
  choose(propertyId: number | null): void;
}

export function useProperty(): PropertyView {
  const { propertyId, choose } = usePageClient();
  return {
    propertyId: propertyId.value,
    choose(next) {
      const url = new URL(location.href);
      if (next === null) url.searchParams.delete("property");
      else url.searchParams.set("property", String(next));
      history.replaceState(history.state, "", url);
      choose(next);
    },
  };
}
