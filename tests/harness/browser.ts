import { type Browser, chromium } from "playwright-core";

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

/** A real headless browser of the caller's own; `close()` ends it. */
export async function launchBrowser(): Promise<Browser> {
  const executablePath = browserPath();
  if (executablePath === undefined) throw new Error(NO_BROWSER);
  return await chromium.launch({
    executablePath,
    args: [
      // Its sandbox refuses to run as root.
      ...(Deno.uid() === 0 ? ["--no-sandbox"] : []),
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
