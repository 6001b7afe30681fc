import { createDefine } from "fresh";
import type { Principal } from "@/lib/auth/principal.ts";
import type { Services } from "@/services/services.ts";

/** What every request carries: set by the first middleware of `createApp`. */
export interface State {
  services: Services;
  /** Stands in the log lines and the `x-request-id` header of this request. */
  requestId: string;
  /** What the client is counted under: its address, or the network of it. */
  client: string;
  /** Who is asking, once that is known. */
  principal?: Principal;
  /** Seconds after which it is worth trying again, where an error page is to say so. */
  retryAfter?: number | undefined;
}

export const define = createDefine<State>();
