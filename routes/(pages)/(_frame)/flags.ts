import type { Principal } from "@/lib/auth/principal.ts";
import type { FrameData } from "@/lib/ui/frame_data.ts";
import { isOperator } from "@/services/flags/operator.ts";
import type { Services } from "@/services/services.ts";

/** How realtime is switched for the organisation of this person, and whether they may switch it. */
export function readFlags(
  { flags, config }: Services,
  principal: Principal,
): Pick<FrameData, "flags" | "isOperator"> {
  const { streaming, longPoll } = flags.effective(principal.orgId);
  return { flags: { streaming, longPoll }, isOperator: isOperator(principal, config) };
}
