import { isService, serviceOfBase } from "@/lib/protocol/services.ts";
import { parseId } from "@/lib/protocol/subjects.ts";
import { resumeFrom } from "@/lib/protocol/frames.ts";
import { POLL_WAIT_MS, SWITCHED_OFF_RETRY_S } from "@/lib/protocol/limits.ts";
import { type Problem, problemResponse } from "@/lib/protocol/problems.ts";
import type { ResumePoint } from "@/lib/realtime/subscriber.ts";
import { authenticate } from "@/services/http/authenticate.ts";
import { define } from "@/services/http/define.ts";
import { methods } from "@/services/http/methods.ts";
import { poll } from "@/services/realtime/poll.ts";

/** The long poll of each of the ten services, with the cursor of the socket: the fallback. */
export const handler = define.handlers(methods({
  async GET(ctx) {
    const service = serviceOfBase(ctx.params.base ?? "");
    if (service === undefined || !isService(service)) return problemResponse({ code: "not_found" });
    const principal = await authenticate(ctx);
    const query = queryOf(ctx.url.searchParams);
    if ("code" in query) return problemResponse(query);
    if (!await ctx.state.services.flags.longPoll(service)) {
      return problemResponse({ code: "long_poll_off", retryAfter: SWITCHED_OFF_RETRY_S });
    }
    const answer = await poll(ctx.state.services, { principal, service, ...query, signal: ctx.req.signal });
    if (typeof answer !== "string") return problemResponse(answer);
    return new Response(answer, {
      headers: { "content-type": "application/json", "cache-control": "no-store" },
    });
  },
}));

interface Query {
  readonly propertyId: number | null;
  readonly from: ResumePoint | null;
  readonly waitMs: number;
}

function queryOf(search: URLSearchParams): Query | Problem {
  const property = search.get("propertyId") || null;
  const propertyId = property === null ? null : parseId(property);
  if (propertyId === undefined) {
    return { code: "bad_request", detail: `propertyId is "${property}": a positive integer is needed` };
  }
  const last = search.get("lastSeq") || "0";
  const seq = last === "0" ? 0 : parseId(last);
  if (seq === undefined) {
    return { code: "bad_request", detail: `lastSeq is "${last}": a whole number is needed` };
  }
  const wait = search.get("wait") || String(POLL_WAIT_MS);
  const waitMs = wait === "0" ? 0 : parseId(wait);
  if (waitMs === undefined || waitMs > POLL_WAIT_MS) {
    return {
      code: "bad_request",
      detail: `wait is "${wait}": milliseconds from 0 to ${POLL_WAIT_MS} are needed`,
    };
  }
  const { lastSeq, epoch } = resumeFrom(seq, search.get("epoch") || null);
  return { propertyId, from: lastSeq === null ? null : { seq: lastSeq, epoch }, waitMs };
}
