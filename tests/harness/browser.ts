import { type Browser, type BrowserContext, chromium } from "playwright-core";
import { freePort } from "./ports.ts";

/** Where Debian, other Linux distributions and macOS put it. */
const PLACES = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

/** Why the browser tests cannot run and what to do, for the terminal. */
export const NO_BROWSER =
  "looking for Chromium: there is none; install it (Debian: apt-get install chromium) or set CHROMIUM_BIN to one";

/** The browser's program; undefined where there is none. */
export function browserPath(): string | undefined {
  const asked = Deno.env.get("CHROMIUM_BIN");
  return (asked ? [asked] : PLACES).find(isFile);
}

/** Where each browser may be asked for what it is to people, see `ordinaryWindow`. */
const debugged = new WeakMap<Browser, string>();

/** A real headless browser of the caller's own; `close()` ends it. */
export async function launchBrowser(): Promise<Browser> {
  const executablePath = browserPath();
  if (executablePath === undefined) throw new Error(NO_BROWSER);
  const port = freePort();
  const browser = await chromium.launch({
    executablePath,
    args: [
      // Its sandbox refuses to run as root.
      ...(Deno.uid() === 0 ? ["--no-sandbox"] : []),
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      `--remote-debugging-port=${port}`,
    ],
  });
  debugged.set(browser, `http://127.0.0.1:${port}`);
  return browser;
}

/**
 * One window as people have it: the tab in front is visible, the others are hidden and may be frozen, where in all other
 * contexts every tab counts as visible. The browser has one such window for all who ask.
 */
export async function ordinaryWindow(browser: Browser): Promise<BrowserContext> {
  const again = await chromium.connectOverCDP(debugged.get(browser)!, { noDefaults: true });
  return again.contexts()[0]!;
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
