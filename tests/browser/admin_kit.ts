import assert from "node:assert/strict";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { seedDemo } from "@/services/demo/seed.ts";
import { launchBrowser } from "../harness/browser.ts";
import { startServer, type TestServer } from "../harness/server.ts";

/** Longest wait for what a page should show. */
const WAIT_MS = 15_000;

export interface Desk {
  readonly server: TestServer;
  /** A window of its own in which one of the demo people is signed in, on this page, connected. */
  open(person: string, path: string, options?: BrowserContextOptions): Promise<Page>;
}

/** Runs a test against the whole server, with the demo's people, in a real browser. No page may complain. */
export async function withDesk(use: (desk: Desk) => Promise<void>, allowed?: RegExp): Promise<void> {
  const server = await startServer();
  const complaints: string[] = [];
  let browser: Browser | undefined;
  try {
    await seedDemo(server.database.ownerUrl);
    browser = await launchBrowser();
    await use({ server, open: opener(server, browser, complaints) });
  } finally {
    await browser?.close();
    await server.stop();
  }
  assert.deepEqual(complaints.filter((text) => allowed === undefined || !allowed.test(text)), []);
}

function opener(server: TestServer, browser: Browser, complaints: string[]): Desk["open"] {
  return async (person, path, options = {}) => {
    const context = await browser.newContext(options);
    context.setDefaultTimeout(WAIT_MS);
    const page = await context.newPage();
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) complaints.push(message.text());
    });
    await page.goto(`${server.url}/sign-in?${new URLSearchParams({ next: path })}`);
    await page.click(`button[value="${person}"]`);
    await page.waitForURL(server.url + path);
    if (options.javaScriptEnabled !== false) await page.locator(".pill-live").waitFor();
    return page;
  };
}
