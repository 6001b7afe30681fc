import { csvText } from "@/lib/csv/csv.ts";
import { reportRows } from "@/lib/derived/report_csv.ts";
import { problemResponse } from "@/lib/protocol/problems.ts";
import { parseId } from "@/lib/protocol/subjects.ts";
import { isPlainObject } from "@/lib/resources/plain_json.ts";
import { REPORT } from "@/services/derived/place.ts";
import { authenticate } from "@/services/http/authenticate.ts";
import { define } from "@/services/http/define.ts";
import { methods } from "@/services/http/methods.ts";

/** The figures of a report that is ready, as CSV; for whoever may see the report. */
export const handler = define.handlers(methods({
  async GET(ctx) {
    const id = parseId(ctx.params.id ?? "");
    if (id === undefined) return problemResponse({ code: "not_found" });
    const answer = await ctx.state.services.resources.get(await authenticate(ctx), REPORT, id);
    if (!answer.ok) return problemResponse(answer.problem);
    const { status, figures, startsOn, endsOn } = answer.record;
    if (status !== "ready" || !isPlainObject(figures)) {
      return problemResponse({
        code: "not_ready",
        detail: `The report ${id} is ${status}, it must be ready`,
      });
    }
    const period = { startsOn: String(startsOn), endsOn: String(endsOn) };
    return new Response(csvText(reportRows(figures, period)), {
      headers: {
        "content-type": "text/csv; charset=utf-8",
        "content-disposition": `attachment; filename="report-${id}-${period.startsOn}-${period.endsOn}.csv"`,
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
      },
    });
  },
}));
