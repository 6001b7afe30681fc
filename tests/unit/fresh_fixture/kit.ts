import { App, staticFiles } from "fresh";
import { Builder } from "fresh/dev";
import { type Browser, chromium } from "playwright-core";
import type { State } from "./define.ts";

export const ROOT = import.meta.dirname!;

/** The fixture's build, which each test applies to an app of its own. */
export function buildFixture(): Promise<(app: App<State>) => void> {
  return new Builder<State>({ root: ROOT }).build({ snapshot: "memory" });
}

/** The app of the fixture's `main.ts`, but a new one for each call. */
export function newFixtureApp(): App<State> {
  return new App<State>().use(staticFiles()).fsRoutes();
}

type Handler = (req: Request) => Promise<Response>;

/** Requests to a handler by path, with the answer's text beside it. */
export function client(handler: Handler) {
  return async (path: string, init?: RequestInit) => {
    const res = await handler(new Request(`http://localhost${path}`, init));
    return { res, status: res.status, text: await res.text() };
  };
}

/** Runs `use` against the handler on a random port. */
export async function withServer<T>(
  handler: Handler,
  use: (origin: string) => Promise<T>,
): Promise<T> {
  const hostname = "127.0.0.1";
  const server = Deno.serve({ hostname, port: 0, onListen() {} }, handler);
  try {
    return await use(`http://${hostname}:${server.addr.port}`);
  } finally {
    await server.shutdown();
  }
}

export async function withBrowser<T>(
  use: (browser: Browser) => Promise<T>,
): Promise<T> {
  const browser = await chromium.launch({
    executablePath: Deno.env.get("CHROMIUM_BIN") ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
  try {
    return await use(browser);
  } finally {
    await browser.close();
  }
}

/** Keeps what is logged as an error out of the test's output; resolves to its first arguments. */
export async function silenced(run: () => Promise<void>): Promise<unknown[]> {
  const { error } = console;
  const logged: unknown[] = [];
  console.error = (first) => logged.push(first);
  try {
    await run();
  } finally {
    console.error = error;
  }
  return logged;
}
