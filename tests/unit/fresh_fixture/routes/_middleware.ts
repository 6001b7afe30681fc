import { define } from "../define.ts";

export const handler = define.middleware([
  (ctx) => {
    ctx.state.trail = ["root"];
    return ctx.next();
  },
  async (ctx) => {
    ctx.state.trail.push("second");
    const res = await ctx.next();
    res.headers.set("X-Trail", ctx.state.trail.join(" "));
    return res;
  },
]);
