import { HttpError, page } from "fresh";
import { Head } from "fresh/runtime";
import { REQUEST_ID_HEADER } from "@/services/http/identified.ts";
import { SECURITY_HEADERS } from "@/services/http/secured.ts";
import { define } from "@/services/http/define.ts";
import { Wordmark } from "@/lib/ui/wordmark.tsx";

/** No script of ours runs here but the one that sets the theme. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

export const handler = define.handlers(({ error, state }) => {
  const status = error instanceof HttpError ? error.status : 500;
  const headers = {
    ...SECURITY_HEADERS,
    "cache-control": "no-store",
    "content-security-policy": POLICY,
    [REQUEST_ID_HEADER]: state.requestId,
    ...(state.retryAfter !== undefined && { "retry-after": String(state.retryAfter) }),
  };
  return page({ status, detail: error instanceof HttpError ? error.message : "" }, { status, headers });
});

/** The heading and what to do about it. */
function wordsOf(status: number, detail: string): [title: string, text: string] {
  if (status === 404) {
    return ["There is no such page", "The address may be mistyped, or what was here has moved."];
  }
  if (status === 401) return ["Please sign in", "This page is for people who are signed in."];
  if (status === 403) return ["This is not yours to see", "Ask a manager if you think it should be."];
  if (status === 429) return ["Too much at once", "Wait a moment, then try again."];
  if (status < 500) return ["This did not work", detail];
  if (status === 503) {
    return ["Back in a moment", "A part of the service cannot be reached right now. Try again shortly."];
  }
  return [
    "Something went wrong on our side",
    "It has been noted. Try again; if it stays, tell us the number below.",
  ];
}

export default define.page<typeof handler>(({ data: { status, detail }, state }) => {
  const [title, text] = wordsOf(status, detail);
  return (
    <main class="plain" id="main">
      <Head>
        <title>{title} · Innstream</title>
      </Head>
      <Wordmark />
      <div class="panel">
        <p class="eyebrow">Error {status}</p>
        <h1>{title}</h1>
        <p class="muted">{text}</p>
        {status >= 500 && <p class="muted">Request {state.requestId}</p>}
        <p>
          <a class="button button-main" href="/">To the first page</a>
        </p>
      </div>
    </main>
  );
});
