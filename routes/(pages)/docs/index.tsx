import { page } from "fresh";
import { asset, Head } from "fresh/runtime";
import { renderToString } from "preact-render-to-string";
import { definePages } from "@/services/auth/session.ts";
import { Reference } from "./(_parts)/reference.tsx";

let written: string | undefined;

/** The contracts, for people. They do not change while the process runs: what is long about the page is written once. */
export const handler = definePages.handlers({
  GET: () => page({ html: written ??= renderToString(<Reference />) }),
});

export default definePages.page<typeof handler>(({ data: { html } }) => (
  <>
    <Head>
      <title>Reference · Innstream</title>
      <link rel="stylesheet" href={asset("/pages/docs.css")} />
      <script src={asset("/docs.js")} defer />
    </Head>
    {/* Of constants of ours only. */}
    <div class="docs" dangerouslySetInnerHTML={{ __html: html }} />
  </>
));
