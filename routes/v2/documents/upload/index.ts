import { problemResponse } from "@/lib/protocol/problems.ts";
import { receiveForm } from "@/services/documents/form_upload.ts";
import { authenticate } from "@/services/http/authenticate.ts";
import { define } from "@/services/http/define.ts";
import { methods } from "@/services/http/methods.ts";

/** A file as a form: for clients that have no sockets. */
export const handler = define.handlers(methods({
  async POST(ctx) {
    const { uploads, documents } = ctx.state.services;
    const principal = await authenticate(ctx);
    const done = await receiveForm(uploads, principal, ctx.req);
    if ("code" in done) return problemResponse(done);
    const answer = await documents.get(principal, done.documentId);
    if (!answer.ok) return problemResponse(answer.problem);
    return Response.json(answer.document, {
      status: 201,
      headers: { "cache-control": "no-store", location: `/v2/documents/${done.documentId}` },
    });
  },
}));
