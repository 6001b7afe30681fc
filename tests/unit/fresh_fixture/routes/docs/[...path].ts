import { define } from "../../define.ts";

export const handler = define.handlers({
  GET: (ctx) => ctx.text(`docs ${ctx.params.path} ${ctx.route}`),
});
