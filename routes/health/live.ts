import { define } from "@/services/http/define.ts";
import { methods } from "@/services/http/methods.ts";

/** The process answers. */
export const handler = define.handlers(methods({ GET: () => Response.json({ status: "live" }) }));
