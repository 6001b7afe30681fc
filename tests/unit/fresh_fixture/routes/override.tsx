import type { RouteConfig } from "fresh";
import { define } from "../define.ts";

export const config: RouteConfig = { routeOverride: "/special/:name(x\\d+)" };

export const handler = define.handlers({
  GET: (ctx) => ctx.text(`special ${ctx.params.name}`),
});
