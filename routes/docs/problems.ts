import { define } from "@/services/http/define.ts";
import { methods } from "@/services/http/methods.ts";

const PAGE = new URL("../../docs/problems.md", import.meta.url);

/** What the `type` of every problem answer points at. */
export const handler = define.handlers(methods({
  async GET() {
    return new Response(await Deno.readTextFile(PAGE), {
      headers: { "content-type": "text/plain; charset=utf-8", "cache-control": "public, max-age=3600" },
    });
  },
}));
