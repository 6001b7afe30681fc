import { define } from "@/services/http/define.ts";
import { methods } from "@/services/http/methods.ts";

/** 200 where every part can be reached, else 503 with what is missing, by part. */
export const handler = define.handlers(methods({
  async GET({ state: { services } }) {
    const missing = await services.missing();
    const ready = Object.keys(missing).length === 0;
    const body = ready ? { status: "ready" } : { status: "not ready", missing };
    return Response.json(body, { status: ready ? 200 : 503, headers: { "cache-control": "no-store" } });
  },
}));
