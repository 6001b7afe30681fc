import assert from "node:assert/strict";
import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import type { Service } from "@/lib/protocol/services.ts";
import { seedDemo } from "@/services/demo/seed.ts";
import { launchBrowser } from "../harness/browser.ts";
import { startServer, type TestServer } from "../harness/server.ts";

/** What browsers say of a socket or a request that fails; some tests make that happen. */
export const NETWORK_FAILURES = /WebSocket connection to|Failed to load resource/;

/** Longest wait for what a page should show. */
const WAIT_MS = 15_000;

/** A browser window of one person. */
export interface Window {
  readonly page: Page;
  readonly context: BrowserContext;
  /** The titles in a card, top first. */
  titles(service: Service): Promise<string[]>;
  /** Waits until a card's first line is this one. */
  top(service: Service, title: string): Promise<void>;
  live(): Promise<void>;
}

export interface Live {
  readonly server: TestServer;
  /** Signs in as one of the demo people, in a window of their own. */
  open(person: string, options?: BrowserContextOptions & { url?: string }): Promise<Window>;
  /** A window of somebody who is not signed in, on this page. */
  visit(path: string, options?: BrowserContextOptions): Promise<Window>;
  /** Posts a record as the manager of organisation 1, unless other claims are given. */
  post(path: string, body: unknown, claims?: Record<string, unknown>): Promise<number>;
}

/** Runs a test against the whole server, with the demo's people and records, in a real browser. No page may complain. */
export async function withLive(
  use: (live: Live) => Promise<void>,
  { allowed }: { allowed?: RegExp } = {},
): Promise<void> {
  const server = await startServer();
  const complaints: string[] = [];
  let browser: Browser | undefined;
  try {
    await seedDemo(server.database.ownerUrl);
    browser = await launchBrowser();
    await use(liveOf(server, browser, complaints));
  } finally {
    await browser?.close();
    await server.stop();
  }
  assert.deepEqual(complaints.filter((text) => allowed === undefined || !allowed.test(text)), []);
}

function liveOf(server: TestServer, browser: Browser, complaints: string[]): Live {
  const visit = async (url: string, options: BrowserContextOptions) => {
    const context = await browser.newContext(options);
    context.setDefaultTimeout(WAIT_MS);
    const page = await context.newPage();
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) complaints.push(message.text());
    });
    await page.goto(url);
    return windowOf(page, context);
  };
  return {
    server,
    visit: (path, options = {}) => visit(server.url + path, options),
    async open(person, { url = server.url, ...options } = {}) {
      const window = await visit(`${url}/`, options);
      await window.page.click(`button[value="${person}"]`);
      await window.page.waitForURL(`${url}/live`);
      if (options.javaScriptEnabled !== false) await window.live();
      return window;
    },
    async post(path, body, claims = {}) {
      const headers = {
        authorization: `Bearer ${await server.token(claims)}`,
        "content-type": "application/json",
      };
      const response = await fetch(server.url + path, {
        method: "POST",
        headers,
        body: JSON.stringify(body),
      });
      assert.equal(response.status, 201, await response.clone().text());
      return (await response.json()).id;
    },
  };
}

function windowOf(page: Page, context: BrowserContext): Window {
  const rows = (service: Service) => page.locator(`[data-service="${service}"] .row-title`);
  return {
    page,
    context,
    titles: (service) => rows(service).allTextContents(),
    top: (service, title) => {
      return page.waitForFunction(([service, title]) => {
        return document.querySelector(`[data-service="${service}"] .row-title`)?.textContent === title;
      }, [service, title]).then(() => {});
    },
    live: () => page.locator(".pill-live").waitFor(),
  };
}
