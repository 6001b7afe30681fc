import { HttpError } from "fresh";
import { define } from "../../define.ts";

export const handler = define.handlers({
  GET: (ctx) => ctx.json({ item: ctx.url.searchParams.get("id") }),
  POST() {
    throw new HttpError(409, "taken");
  },
});
