// Stand-in: the lead's file of this name replaces it.
import { type ComponentChildren, createContext } from "preact";
import { useContext, useState } from "preact/hooks";
import type { ClientStatus, ClientWarning, EventFilter, LiveEvent } from "@/lib/client/client_types.ts";
import type { Service } from "@/lib/protocol/services.ts";
import type { FrameData } from "@/lib/ui/frame_data.ts";

export type PageClientOptions = Pick<
  FrameData,
  "orgId" | "userId" | "services" | "propertyId" | "position" | "flags"
>;

interface Client {
  propertyId: number | null;
  choose(propertyId: number | null): void;
}
const Context = createContext<Client>({ propertyId: null, choose: () => {} });

export function RealtimeProviderV2(
  { options, children }: { options: PageClientOptions; children: ComponentChildren },
) {
  const [propertyId, set] = useState(options.propertyId);
  const choose = (id: number | null) => {
    const url = new URL(location.href);
    if (id === null) url.searchParams.delete("property");
    else url.searchParams.set("property", String(id));
    history.replaceState(null, "", url);
    set(id);
  };
  return <Context.Provider value={{ propertyId, choose }}>{children}</Context.Provider>;
}

export function useConnection(): {
  status: ClientStatus;
  warning: ClientWarning | null;
  retry(): void;
  dismiss(): void;
} {
  const status: ClientStatus = {
    state: "live",
    since: 0,
    transport: "websocket",
    role: "leader",
    position: { seq: 0, epoch: null },
    retryAt: null,
    message: null,
    received: 0,
    last: null,
  };
  return { status, warning: null, retry: () => {}, dismiss: () => {} };
}

export function useEvents(_filter: EventFilter, _listener: (events: readonly LiveEvent[]) => void): void {}

export function useRealtime(
  _service: Service,
): { status: ClientStatus; last: LiveEvent | null; unseen: number; look(): void } {
  return { status: useConnection().status, last: null, unseen: 0, look: () => {} };
}

export function useProperty(): Client {
  return useContext(Context);
}
