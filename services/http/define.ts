import { createDefine } from "fresh";
import type { Services } from "@/services/services.ts";

/** What every request carries: set by the first middleware of `createApp`. */
export interface State {
  services: Services;
  /** Stands in the log lines and the `x-request-id` header of this request. */
  requestId: string;
}

export const define = createDefine<State>();
