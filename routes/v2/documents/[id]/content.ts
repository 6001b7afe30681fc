import { problemResponse } from "@/lib/protocol/problems.ts";
import { parseId } from "@/lib/protocol/subjects.ts";
import { attachmentHeaders } from "@/services/http/attachment.ts";
import { authenticate } from "@/services/http/authenticate.ts";
import { define } from "@/services/http/define.ts";
import { methods } from "@/services/http/methods.ts";

/** The file as it came, to be saved. */
export const handler = define.handlers(methods({
  async GET(ctx) {
    const id = parseId(ctx.params.id ?? "");
    if (id === undefined) return problemResponse({ code: "not_found" });
    const answer = await ctx.state.services.documents.content(await authenticate(ctx), id);
    if (!answer.ok) return problemResponse(answer.problem);
    const { filename, mimetype, size, bytes } = answer.content;
    // Read as it is sent, and no faster.
    return new Response(ReadableStream.from(bytes), { headers: attachmentHeaders(filename, mimetype, size) });
  },
}));
