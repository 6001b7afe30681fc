import assert from "node:assert/strict";
import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import type { ClientState } from "@/lib/client/client_types.ts";
import { type EntityName, placeOfEntity } from "@/lib/ui/records.ts";
import type { Config } from "@/services/config.ts";
import type { RealtimeMetrics } from "@/services/realtime/metrics.ts";
import { SESSION_S } from "@/services/auth/session.ts";
import { DEMO_USERS } from "@/services/demo/users.ts";
import { TOKEN_COOKIE } from "@/services/http/authenticate.ts";
import { launchBrowser, ordinaryWindow } from "../harness/browser.ts";
import { call, publish, startDemo, until } from "../harness/live.ts";
import type { TestServer } from "../harness/server.ts";
import { Flow } from "./flow.ts";
import { Tab } from "./tab.ts";

/** What browsers say of a socket or a request that fails; some tests make that happen. */
export const NETWORK_FAILURES = /WebSocket connection to|Failed to load resource/;
/** Longest wait for what a page should show. */
const WAIT_MS = 15_000;

/** A browser of one person, signed in: its tabs share a cookie, a lock and a channel. */
export interface Person {
  readonly context: BrowserContext;
  /** Has this browser be somebody else's from now on, or the same person's with another session. */
  signInAs(userId: string, session?: Pick<PersonOptions, "lifeS" | "sessionAt">): Promise<void>;
  /** Opens a page in a new tab and waits until it is live, unless another state is expected. */
  tab(path?: string, state?: ClientState | "none", until?: "load" | "commit"): Promise<Tab>;
}

export interface PersonOptions extends BrowserContextOptions {
  /** Of another instance; the file's own by default. */
  readonly url?: string;
  /** How long the session lasts, and when it began (Unix seconds). */
  readonly lifeS?: number;
  readonly sessionAt?: number;
}

/** What one test works with. */
export interface Scene {
  readonly server: TestServer;
  readonly browser: Browser;
  /** Signs somebody of the demo in; null: nobody. */
  person(userId: string | null, options?: PersonOptions): Promise<Person>;
  /** The same in a window as people have it: of its tabs, one is visible. */
  window(userId: string): Promise<Person>;
  /** Records a revenue by REST as another program would; answers its id. */
  revenue(description: string, of?: { propertyId?: number; orgId?: number }): Promise<number>;
  /** Creates a record as a manager of organisation 1, unless other claims are given. */
  create(entity: EntityName, body: object, claims?: Record<string, unknown>): Promise<number>;
  /** Begins to record revenues one after the other, called "<word> 1", "<word> 2", ... */
  flow(word: string): Flow;
  /** Sets feature flags as an operator. */
  flags(values: Record<string, unknown>): Promise<void>;
  /** Of the whole instance. */
  metrics(): Promise<RealtimeMetrics>;
  /** Waits until the server holds this many connections. */
  connections(count: number): Promise<void>;
  /** Waits until every tab has received all that happened so far. */
  settle(...tabs: readonly Tab[]): Promise<void>;
}

export interface BrowserTests {
  /** One test: a scene of its own in the file's server and browser. No page may complain of anything. */
  run(play: (scene: Scene) => Promise<void>, options?: { readonly allowed?: RegExp }): () => Promise<void>;
}

/** The whole server with the demo's people and records, and a real browser, for all tests of a file. */
export function browserTests(
  { prepare, ...overrides }: Partial<Config> & { readonly prepare?: (scene: Scene) => Promise<void> } = {},
): BrowserTests {
  let server: TestServer;
  let browser: Browser;
  Deno.test.beforeAll(async () => {
    [server, browser] = await Promise.all([startDemo(overrides, { talk: true }), launchBrowser()]);
    await prepare?.(sceneOf({ server, browser, complaints: [], ends: [] }));
  });
  Deno.test.afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });
  return {
    run: (play, { allowed } = {}) => async () => {
      const parts: Parts = { server, browser, complaints: [], ends: [] };
      const scene = sceneOf(parts);
      let complaints: string[];
      try {
        await play(scene);
      } finally {
        // Tabs that are closed one after the other hand the connection on, and say so.
        complaints = [...parts.complaints];
        for (const end of parts.ends.toReversed()) await end();
      }
      assert.deepEqual(complaints.filter((text) => allowed === undefined || !allowed.test(text)), []);
      await scene.connections(0);
    },
  };
}

interface Parts {
  readonly server: TestServer;
  readonly browser: Browser;
  readonly complaints: string[];
  /** What is to be done at the end of the test, the last first. */
  readonly ends: (() => Promise<unknown>)[];
}

function sceneOf({ server, browser, complaints, ends }: Parts): Scene {
  const create: Scene["create"] = async (entity, body, claims = {}) => {
    const { path } = placeOfEntity(entity);
    const answer = await call(server.url + path, { token: await server.token(claims), json: body });
    assert.equal(answer.status, 201, answer.text);
    return answer.json.id as number;
  };
  const metrics = async () => {
    const token = await server.token({ role: "service", orgId: 1 });
    return (await call(`${server.url}/v2/realtime/metrics`, { token })).json as RealtimeMetrics;
  };
  const revenue: Scene["revenue"] = (description, { propertyId = 1, orgId = 1 } = {}) => {
    return create("revenue", { amount: 1_000, description, propertyId }, { orgId });
  };
  return {
    server,
    browser,
    create,
    metrics,
    revenue,
    flow(word) {
      const flow = new Flow(word, revenue);
      ends.push(() => flow.stop());
      return flow;
    },
    async person(userId, { url = server.url, lifeS, sessionAt, ...options } = {}) {
      const context = await browser.newContext(options);
      ends.push(() => context.close());
      if (userId !== null) await signIn(server, { context, userId, url, lifeS, sessionAt });
      return personOf(context, { server, url, complaints });
    },
    async window(userId) {
      const context = await ordinaryWindow(browser);
      ends.push(async () => {
        await context.clearCookies();
        for (const page of context.pages()) await page.close();
        await context.browser()!.close();
      });
      await signIn(server, { context, userId, url: server.url });
      return personOf(context, { server, url: server.url, complaints });
    },
    async flags(values) {
      const token = await server.token({ sub: "ishan", role: "admin" });
      const { status, text } = await call(`${server.url}/feature-flags`, { token, json: values });
      assert.equal(status, 200, text);
    },
    async connections(count) {
      await until(`${count} connections`, async () => (await metrics()).activeConnections === count);
    },
    async settle(...tabs) {
      // Nothing on any page shows it, yet every page is told.
      const { seq } = await publish(server, "evt.1.1.tasks.task.updated");
      await Promise.all(tabs.map((tab) => tab.reaches(seq)));
    },
  };
}

function personOf(
  context: BrowserContext,
  { server, url, complaints }: Pick<Parts, "server" | "complaints"> & { readonly url: string },
): Person {
  context.setDefaultTimeout(WAIT_MS);
  context.on("page", (page) => listen(page, complaints));
  return {
    context,
    signInAs: (userId, session) => signIn(server, { context, userId, url, ...session }),
    async tab(path = "/finance", state = "live", until = "load") {
      const page = await context.newPage();
      await page.goto(url + path, { waitUntil: until });
      const tab = new Tab(page);
      if (state !== "none") await tab.is(state);
      return tab;
    },
  };
}

function listen(page: Page, complaints: string[]): void {
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
}

interface SignIn {
  readonly context: BrowserContext;
  readonly userId: string;
  readonly url: string;
  readonly lifeS?: number | undefined;
  readonly sessionAt?: number | undefined;
}

/** With the cookie that the sign-in page would have set. */
async function signIn({ services }: TestServer, { context, userId, url, ...session }: SignIn): Promise<void> {
  const { lifeS = SESSION_S, sessionAt = Math.floor(Date.now() / 1000) } = session;
  const { orgId, role, properties, name } = DEMO_USERS.find((user) => user.userId === userId)!;
  const value = await services.tokens.sign({ sub: userId, orgId, role, properties, name, sessionAt }, lifeS);
  await context.addCookies([{ name: TOKEN_COOKIE, value, url, httpOnly: true, sameSite: "Lax" }]);
}
