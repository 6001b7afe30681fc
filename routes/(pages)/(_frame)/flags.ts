import type { Principal } from "@/lib/auth/principal.ts";
import { type Service, SERVICE_NAMES } from "@/lib/protocol/services.ts";
import type { FrameData } from "@/lib/ui/frame_data.ts";
import type { Services } from "@/services/services.ts";

/** How realtime is switched for the organisation of this person, and whether they may switch it. */
export function readFlags(
  _services: Services,
  { role }: Principal,
): Promise<Pick<FrameData, "flags" | "isOperator">> {
  const longPoll = Object.fromEntries(SERVICE_NAMES.map((name) => [name, true])) as Record<Service, boolean>;
  return Promise.resolve({ flags: { streaming: true, longPoll }, isOperator: role === "admin" });
}
