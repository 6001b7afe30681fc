import { define } from "../../define.ts";

export default define.middleware((ctx) => {
  ctx.state.trail.push("rooms");
  return ctx.next();
});
