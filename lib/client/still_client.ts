import type { Subscription } from "@/lib/protocol/frames.ts";
import type { ClientStatus, RealtimeClient } from "@/lib/client/client_types.ts";
import type { Position } from "@/lib/client/position.ts";

/** A client that never starts: what a page is drawn from on the server. */
export function stillClient(subscription: Subscription, position: Position): RealtimeClient {
  const status: ClientStatus = {
    state: "connecting",
    since: 0,
    transport: null,
    role: "leader",
    position,
    retryAt: null,
    message: null,
    pollReason: null,
    off: [],
    received: 0,
    last: null,
  };
  const nothing = () => {};
  const listen = () => nothing;
  return {
    status,
    warning: null,
    subscription,
    start: nothing,
    stop: nothing,
    subscribe: nothing,
    retry: nothing,
    dismiss: nothing,
    on: listen,
    onRefetch: listen,
    onStatus: listen,
  };
}
