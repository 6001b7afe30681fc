// Several tabs of one browser for tests: one clock, locks, a channel and a network that move only when they are told to.
import assert from "node:assert/strict";
import { type ClientOptions, type ClientWorld, createClient, type PageEvent } from "@/lib/client/client.ts";
import type { ClientFlags } from "@/lib/client/flags.ts";
import type { RealtimeClient } from "@/lib/client/client_types.ts";
import type { Position } from "@/lib/client/position.ts";
import { PING_MS } from "@/lib/protocol/limits.ts";
import type { Subscription } from "@/lib/protocol/frames.ts";
import { isWished } from "@/lib/client/wishes.ts";
import { ModelCalls, ModelChannel, ModelLocks } from "./client_browser_kit.ts";
import { ModelServer, ModelSocket, responseOf } from "./client_server_kit.ts";

/** Turns of the queue of promises that the longest chain of the client takes, with some to spare. */
const MICROTASKS = 40;
const ORG = 1;

/** A page as the server has drawn it. */
export interface Page {
  readonly known: readonly string[];
  /** null: it says nothing of where it was read. */
  readonly position: Position | null;
  readonly streaming: boolean;
}

export class ModelBrowser {
  readonly server = new ModelServer();
  readonly locks = new ModelLocks();
  readonly tabs: ModelTab[] = [];
  /** Of listeners. */
  readonly failures: unknown[] = [];
  readonly hasLocks: boolean;
  now = 1_000_000;
  isOnline = true;
  /** Is the person signed in? */
  isSignedIn = true;
  timers: { readonly tab: { readonly runs: boolean }; readonly due: number; readonly run: () => void }[] = [];
  #opened = 0;
  #seed: number;

  constructor({ seed = 1, hasLocks = true }: { seed?: number; hasLocks?: boolean } = {}) {
    this.#seed = seed;
    this.hasLocks = hasLocks;
    this.#pingLater();
  }

  #pingLater(): void {
    const run = () => {
      this.server.ping();
      this.#pingLater();
    };
    this.timers.push({ tab: { runs: true }, due: this.now + PING_MS, run });
  }

  random(): number {
    this.#seed = (this.#seed * 48_271 + 11) % 2_147_483_647;
    return this.#seed / 2_147_483_647;
  }

  get living(): ModelTab[] {
    return this.tabs.filter(({ isGone }) => !isGone);
  }

  /** Draws a page, as the server would for a tab that is opened later. */
  draw(wish: Subscription, hasPosition = true): Page {
    const { streaming, position } = this.server;
    if (!hasPosition) return { known: [], position: null, streaming };
    return { known: this.server.expected(wish), position, streaming };
  }

  open(wish: Subscription, { page = this.draw(wish), storage = new Map(), isVisible = true }: {
    page?: Page;
    storage?: Map<string, string>;
    isVisible?: boolean;
  } = {}): ModelTab {
    const tab = new ModelTab(this, { id: `tab-${++this.#opened}`, wish, page, storage, isVisible });
    this.tabs.push(tab);
    tab.client.start();
    return tab;
  }

  /** Everything that could happen next, time aside. */
  get steps(): (() => void)[] {
    return this.living.flatMap((tab) => tab.steps);
  }

  /** One thing happens, whichever `choice` falls on. */
  async step(choice = 0): Promise<boolean> {
    const { steps } = this;
    if (steps.length === 0) return false;
    steps[choice % steps.length]!();
    await flush();
    return true;
  }

  /** Everything that is on its way arrives. */
  async arrive(): Promise<void> {
    for (let i = 0; await this.step(i); i++) assert.ok(i < 5_000, "the tabs talk without end");
  }

  /** The next clock strikes, unless that would be later than `until`. */
  async tick(until = Infinity): Promise<boolean> {
    const running = this.timers.filter(({ tab }) => tab.runs);
    const [next] = running.toSorted((a, b) => a.due - b.due);
    if (next === undefined || next.due > until) return false;
    this.timers = this.timers.filter((timer) => timer !== next);
    this.now = Math.max(this.now, next.due);
    next.run();
    await flush();
    return true;
  }

  /** Time passes and everything works as it should. */
  async run(ms: number): Promise<void> {
    const until = this.now + ms;
    await flush();
    do await this.arrive(); while (await this.tick(until));
    this.now = until;
  }

  network(online: boolean): void {
    if (online === this.isOnline) return;
    this.isOnline = online;
    for (const tab of this.living) tab.page(online ? "online" : "offline");
  }

  get sockets(): number {
    return this.server.connections.size;
  }
}

interface TabOptions {
  readonly id: string;
  readonly wish: Subscription;
  readonly page: Page;
  readonly storage: Map<string, string>;
  readonly isVisible: boolean;
}

export class ModelTab {
  readonly id: string;
  readonly client: RealtimeClient;
  readonly storage: Map<string, string>;
  readonly known: Set<string>;
  /** What was handed to the listeners of its page, in order. */
  readonly delivered: string[] = [];
  readonly refetches: string[] = [];
  wish: Subscription;
  isVisible: boolean;
  isHung = false;
  isGone = false;
  /** The page is frozen, or kept for the back button. */
  isAside = false;
  readonly #browser: ModelBrowser;
  readonly #drawn: ReadonlySet<string>;
  /** How much had been delivered when it read anew. */
  readonly #readAt = new Set<number>();
  #listener: ((event: PageEvent) => void) | undefined;
  #tasks: (() => void)[] = [];
  #sockets: ModelSocket[] = [];
  readonly #calls = new ModelCalls();
  readonly #channels: ModelChannel[] = [];

  constructor(browser: ModelBrowser, { id, wish, page, storage, isVisible }: TabOptions) {
    this.#browser = browser;
    this.id = id;
    this.wish = wish;
    this.storage = storage;
    this.isVisible = isVisible;
    this.known = new Set(page.known);
    this.#drawn = new Set(page.known);
    const flags = { ...browser.server.flags, streaming: page.streaming };
    const begin = page.position === null ? {} : { position: page.position };
    const options: ClientOptions = { orgId: ORG, userId: "u", subscription: wish, flags, ...begin };
    this.client = createClient(options, this.#world());
    this.client.on({}, (events) => {
      for (const { id, service, propertyId } of events) {
        assert.ok(isWished(this.wish, service, propertyId), `${this.id} did not ask for ${id}`);
        this.delivered.push(id);
        this.known.add(id);
      }
    });
    this.client.onRefetch((reason) => {
      this.refetches.push(reason);
      this.#readAt.add(this.delivered.length);
      for (const id of browser.server.expected(this.wish)) this.known.add(id);
    });
  }

  /** Does time pass for it? */
  get runs(): boolean {
    return !this.isHung && !this.isAside && !this.isGone;
  }

  get missing(): string[] {
    return this.#browser.server.expected(this.wish).filter((id) => !this.known.has(id));
  }

  get twice(): string[] {
    return this.delivered.filter((id, i) => this.delivered.indexOf(id) !== i);
  }

  /** Delivered after a later event of the same service, unless the page had it before, or has read anew in between. */
  get misplaced(): string[] {
    const { table } = this.#browser.server;
    const places = new Map(table.map(({ id, service }, place) => [id, { service, place }]));
    const last = new Map<string, number>();
    return this.delivered.filter((id, i) => {
      if (this.#readAt.has(i)) last.clear();
      const { service, place } = places.get(id)!;
      const isLate = place < (last.get(service) ?? -1) && !this.#drawn.has(id);
      last.set(service, place);
      return isLate;
    });
  }

  get state(): string {
    return this.client.status.state;
  }

  get isLeader(): boolean {
    return this.client.status.role === "leader";
  }

  choose(wish: Subscription): void {
    this.wish = wish;
    this.client.subscribe(wish);
  }

  show(visible: boolean): void {
    this.isVisible = visible;
    this.page(visible ? "visible" : "hidden");
  }

  /** Frozen, or kept for the back button. */
  putAside(): void {
    if (!this.runs) return;
    this.#listener?.("left");
    this.isAside = true;
  }

  /** Browsers may tell it twice: as the end of being frozen, and of being kept. */
  takeBack(times = 1): void {
    if (!this.isAside) return;
    this.isAside = false;
    for (let i = 0; i < times; i++) this.page("returned");
  }

  /** Happens to the page once it runs. */
  page(event: PageEvent): void {
    this.task(() => this.#listener?.(event));
  }

  task(run: () => void): void {
    this.#tasks.push(run);
  }

  /** The browser lets the page say its last words. */
  close(): void {
    this.#listener?.("left");
    this.vanish();
  }

  /** No more words; the browser gives on what it held. */
  vanish(): void {
    this.isGone = true;
    const { locks, timers } = this.#browser;
    locks.forget(this);
    this.#browser.timers = timers.filter(({ tab }) => tab !== this);
    for (const socket of this.#sockets) socket.close();
    for (const channel of this.#channels) channel.isOpen = false;
    this.#calls.forget();
  }

  /** The next thing that its leader says does not reach it. */
  loseBroadcast(): void {
    for (const channel of this.#channels) channel.lose();
  }

  /** Nor does anything that is on its way. */
  loseBroadcasts(): void {
    for (const channel of this.#channels) channel.forget();
  }

  drop(code: number): void {
    for (const socket of this.#sockets) if (socket.line !== undefined) socket.drop(code);
  }

  loseFrame(): void {
    for (const socket of this.#sockets) socket.line?.lose();
  }

  /** Nothing of it is left behind. */
  get leftovers(): string[] {
    const timers = this.#browser.timers.filter(({ tab }) => tab === this).map(() => "timer");
    const sockets = this.#sockets.filter((socket) => !socket.isOver).map(() => "socket");
    const channels = this.#channels.filter(({ isOpen }) => isOpen).map(() => "channel");
    const listeners = this.#listener === undefined ? [] : ["listener"];
    return [...timers, ...sockets, ...channels, ...listeners, ...this.#calls.underWay];
  }

  get steps(): (() => void)[] {
    if (!this.runs) return [];
    const { isOnline } = this.#browser;
    const steps: (() => void)[] = [];
    if (this.#tasks.length > 0) steps.push(() => this.#tasks.shift()!());
    for (const channel of this.#channels) steps.push(...channel.steps);
    this.#sockets = this.#sockets.filter((socket) => !socket.isOver);
    for (const socket of this.#sockets) {
      if (socket.canStep(isOnline)) steps.push(() => socket.step(isOnline));
    }
    return [...steps, ...this.#calls.steps(this.#isReachable)];
  }

  get #isReachable(): boolean {
    return this.#browser.isOnline && this.#browser.server.isUp;
  }

  #world(): ClientWorld {
    const [browser, { server, locks }] = [this.#browser, this.#browser];
    const sockets = () => this.#sockets;
    class WebSocket extends ModelSocket {
      constructor(_url: string) {
        super(server);
        sockets().push(this);
      }
    }
    return {
      WebSocket,
      socketUrl: () => "ws://server/v2/realtime/stream",
      get: async (path, signal) => {
        const wait = Number(new URL(path, "http://server").searchParams.get("wait"));
        const due = browser.now + wait;
        return responseOf(await this.#calls.ask(() => server.poll(path, browser.now >= due), signal));
      },
      askFlags: () => {
        const ask = () => browser.isSignedIn ? server.flags : "unauthenticated" as const;
        return this.#calls.ask<ClientFlags | "unauthenticated">(ask).catch(() => null);
      },
      renew: () => Promise.resolve(browser.isSignedIn ? { credential: null } : "ended"),
      after: (ms, run) => {
        const timer = { tab: this, due: browser.now + ms, run };
        browser.timers.push(timer);
        return () => void (browser.timers = browser.timers.filter((other) => other !== timer));
      },
      now: () => browser.now,
      random: () => browser.random(),
      isOnline: () => browser.isOnline,
      isVisible: () => this.isVisible,
      locks: browser.hasLocks ? { request: (_, options, work) => locks.request(this, options, work) } : null,
      channel: () => {
        const channel = new ModelChannel(
          this,
          () => browser.living.flatMap((tab) => tab === this ? [] : tab.#channels),
        );
        this.#channels.push(channel);
        return channel;
      },
      storage: {
        getItem: (key) => this.storage.get(key) ?? null,
        setItem: (key, value) => void this.storage.set(key, value),
      },
      newId: () => this.id,
      watchPage: (listener) => {
        this.#listener = listener;
        return () => void (this.#listener = undefined);
      },
      failed: (error) => browser.failures.push(error),
    };
  }
}

/** Lets every promise that can settle do so. */
async function flush(): Promise<void> {
  for (let i = 0; i < MICROTASKS; i++) await null;
}
