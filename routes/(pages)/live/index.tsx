import { page } from "fresh";
import { Head } from "fresh/runtime";
import LiveFeed from "@/islands/LiveFeed.tsx";
import type { LivePage } from "@/lib/live/page.ts";
import { definePages, signInPath } from "@/services/auth/session.ts";
import { readLive } from "../(_live)/latest.ts";
import { tryIt } from "../(_live)/try_it.ts";

export const handler = definePages.handlers({
  async GET(ctx) {
    const { services, session } = ctx.state;
    if (session === null) return ctx.redirect(signInPath(ctx.url));
    const read = await readLive(services, session, ctx.url.searchParams.get("property"));
    const live: LivePage = {
      ...read,
      orgId: session.principal.orgId,
      locale: session.organisation.locale,
      now: Date.now(),
      tryIt: await tryIt(services, session, ctx.url.origin),
    };
    return page(live);
  },
});

export default definePages.page<typeof handler>(({ data }) => (
  <main class="page" id="main">
    <Head>
      <title>Live · Innstream</title>
    </Head>
    <LiveFeed {...data} />
  </main>
));
