import { isService, serviceOfBase } from "@/lib/protocol/services.ts";
import { parseId } from "@/lib/protocol/subjects.ts";
import { resumeFrom } from "@/lib/protocol/frames.ts";
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
    const answer = await poll(ctx.state.services, { principal, service, ...query, signal: ctx.req.signal });
    if (typeof answer !== "string") return problemResponse(answer);
    return new Response(answer, {
      headers: { "content-type": "application/json", "cache-control": "no-store" },
    });
  },
}));

function queryOf(search: URLSearchParams): { propertyId: number | null; from: ResumePoint | null } | Problem {
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
  const { lastSeq, epoch } = resumeFrom(seq, search.get("epoch") || null);
  return { propertyId, from: lastSeq === null ? null : { seq: lastSeq, epoch } };
}
