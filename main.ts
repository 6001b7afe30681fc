import { App, cors, csrf, staticFiles } from "fresh";
import type { State } from "@/services/http/define.ts";
import { audited } from "@/services/audit/audited.ts";
import { counted } from "@/services/http/counted.ts";
import { clientOf } from "@/services/http/client_address.ts";
import { identified, requestIdOf } from "@/services/http/identified.ts";
import { problems } from "@/services/http/problems.ts";
import { secured } from "@/services/http/secured.ts";
import { type Fetch, runProcess } from "@/services/http/serve.ts";
import { exceptPlainOptions, exceptUpgrades } from "@/services/http/upgrades.ts";
import type { Services } from "@/services/services.ts";

/** The app of one instance. Services are asked for at each request, so that pages can be built before anything runs. */
export function createApp(services: () => Services): App<State> {
  const allowed = () => services().config.publicOrigins;
  return new App<State>()
    .use((ctx) => {
      ctx.state.services = services();
      ctx.state.requestId = requestIdOf(ctx.req);
      ctx.state.client = clientOf(ctx.req, ctx.info, services().trustedProxies);
      return ctx.next();
    })
    .use(identified)
    .use(secured)
    .use(exceptUpgrades(exceptPlainOptions(cors({
      origin: (origin) => allowed().includes(origin) ? origin : null,
      credentials: true,
      exposeHeaders: ["ETag", "Location", "Retry-After", "Idempotent-Replayed", "X-Request-Id"],
    }))))
    .use(counted)
    .use(audited)
    .use(problems)
    .use(csrf({ origin: (origin, ctx) => origin === ctx.url.origin || allowed().includes(origin) }))
    .use(staticFiles())
    .fsRoutes();
}

let running: Services | undefined;

/** Called once, when the services run. */
export function provide(services: Services): void {
  running = services;
}

/** What the build of the pages imports. */
export const app = createApp(() => {
  if (running === undefined) throw new Error("Cannot answer: the services are not running yet");
  return running;
});

if (import.meta.main) {
  const built = new URL("./_fresh/server.js", import.meta.url).href;
  // Not awaited here: the build imports this module, which must have been evaluated by then.
  void runProcess(provide, async () => (await import(built)).default.fetch as Fetch);
}
