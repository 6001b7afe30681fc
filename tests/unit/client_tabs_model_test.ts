import assert from "node:assert/strict";
import fc from "fast-check";
import { CLOSE } from "@/lib/protocol/close_codes.ts";
import type { Subscription } from "@/lib/protocol/frames.ts";
import { ModelBrowser, type ModelTab, type Page } from "./client_tabs_kit.ts";

const RUNS = 1_000;
const TABS_OPEN_MAX = 4;
const CODES = [1006, 1001, CLOSE.slow.code, CLOSE.internal.code];
const SERVICES = ["finance", "tasks"] as const;
const WISHES: readonly Subscription[] = [
  { services: SERVICES, propertyId: null },
  { services: ["tasks"], propertyId: null },
  { services: ["finance"], propertyId: null },
  { services: SERVICES, propertyId: 1 },
  { services: ["tasks"], propertyId: 2 },
];
/** A minute until the flags are asked for, and time to connect and to be told. */
const SETTLE_MS = 120_000;
const QUIET_MS = 2_000;

const tab = fc.nat({ max: TABS_OPEN_MAX - 1 });
const wish = fc.nat({ max: WISHES.length - 1 });
const on = fc.boolean();
/** Which of the pages that were drawn before, or one drawn now. */
const drawn = fc.constantFrom("first", "last", "now");

function moves<T>(weight: number, model: { [K in keyof T]: fc.Arbitrary<T[K]> }) {
  return { weight, arbitrary: fc.record<T>(model) };
}

const move = fc.oneof(
  moves(12, {
    type: fc.constant("publish"),
    service: fc.constantFrom(...SERVICES),
    property: fc.constantFrom(1, 2, null),
  }),
  moves(14, { type: fc.constant("step"), choice: fc.nat({ max: 60 }), times: fc.nat({ max: 6 }) }),
  moves(6, { type: fc.constant("tick"), times: fc.nat({ max: 4 }) }),
  moves(5, { type: fc.constant("run"), ms: fc.constantFrom(0, 300, 5_000, 70_000) }),
  moves(4, { type: fc.constant("open"), wish, drawn, hasPosition: on, isVisible: on }),
  moves(4, { type: fc.constant("draw") }),
  moves(6, { type: fc.constantFrom("close", "crash", "hang", "unhang", "aside"), tab }),
  moves(3, { type: fc.constant("reload"), tab, wish, drawn, hasPosition: on }),
  moves(3, { type: fc.constant("back"), tab, twice: on }),
  moves(4, { type: fc.constant("show"), tab, on }),
  moves(2, { type: fc.constant("drop"), tab, code: fc.constantFrom(...CODES) }),
  moves(4, { type: fc.constantFrom("lose_frame", "lose_broadcast"), tab }),
  moves(5, { type: fc.constant("choose"), tab, wish }),
  moves(3, { type: fc.constant("streaming"), on }),
  moves(5, { type: fc.constantFrom("long_poll", "upgrades", "network", "up", "restart"), on }),
  moves(3, { type: fc.constantFrom("again", "trim", "recreate") }),
);
type Move = typeof move extends fc.Arbitrary<infer T> ? T : never;

/** Plays a history, and knows the pages that were drawn and not opened yet. */
class History {
  readonly browser: ModelBrowser;
  #drawn: Page[] = [];
  /** An event that is published twice has two places. */
  #again = false;

  constructor(seed: number, hasLocks: boolean) {
    this.browser = new ModelBrowser({ seed, hasLocks });
  }

  #page(wish: Subscription, { drawn, hasPosition }: { drawn: string; hasPosition: boolean }): Page {
    const { browser } = this;
    const before = { first: () => this.#drawn.shift(), last: () => this.#drawn.pop() }[drawn];
    const page = before?.() ?? browser.draw(wish, hasPosition);
    const wished = new Set(browser.server.expected(wish));
    return { ...page, known: page.known.filter((id) => wished.has(id)) };
  }

  async play(move: Move): Promise<void> {
    const { browser } = this;
    const { server } = browser;
    switch (move.type) {
      case "publish":
        return void server.publish(move.service, move.property);
      case "step":
        for (let i = 0; i <= move.times; i++) await browser.step(move.choice + i);
        return;
      case "tick":
        for (let i = 0; i <= move.times; i++) await browser.tick();
        return;
      case "run":
        return await browser.run(move.ms);
      case "open":
        return this.#open(move);
      case "draw":
        return void this.#drawn.push(browser.draw(WISHES[0]!));
      case "streaming":
        return server.switchStreaming(move.on);
      case "long_poll":
        return void (move.on ? server.longPollOff.clear() : server.longPollOff.add("finance"));
      case "upgrades":
        return void (server.upgrades = move.on);
      case "network":
        return browser.network(move.on);
      case "up":
        server.isUp = move.on;
        return move.on ? undefined : server.restart(false);
      case "restart":
        return server.restart(move.on);
      case "again":
        this.#again = true;
        return server.publishAgain();
      case "trim":
        return server.trim();
      case "recreate":
        return server.recreate();
      default: {
        const tab = browser.living[move.tab];
        if (tab !== undefined) this.#touch(tab, move);
      }
    }
  }

  #open(move: Extract<Move, { type: "open" }>): void {
    if (this.browser.living.length >= TABS_OPEN_MAX) return;
    const wish = WISHES[move.wish]!;
    this.browser.open(wish, { page: this.#page(wish, move), isVisible: move.isVisible });
  }

  #touch(tab: ModelTab, move: Extract<Move, { tab: number }>): void {
    switch (move.type) {
      case "close":
        return tab.close();
      case "crash":
        return tab.vanish();
      case "reload": {
        if (!tab.runs) return;
        tab.close();
        const { storage, isVisible } = tab;
        const wish = WISHES[move.wish]!;
        return void this.browser.open(wish, { page: this.#page(wish, move), storage, isVisible });
      }
      case "hang":
        return void (tab.isHung = true);
      case "unhang":
        return void (tab.isHung = false);
      case "aside":
        return tab.putAside();
      case "back":
        return tab.takeBack(move.twice ? 2 : 1);
      case "show":
        return tab.show(move.on);
      case "drop":
        return tab.drop(move.code);
      case "lose_frame":
        return tab.loseFrame();
      case "lose_broadcast":
        return tab.loseBroadcast();
      case "choose":
        return tab.runs ? tab.choose(WISHES[move.wish]!) : undefined;
    }
  }

  /** Everything works again, and time passes. */
  async settle(): Promise<void> {
    const { browser } = this;
    const { server } = browser;
    server.isUp = server.upgrades = server.streaming = true;
    server.longPollOff.clear();
    for (const tab of browser.living) {
      tab.isHung = false;
      tab.takeBack();
    }
    browser.network(true);
    await this.#quiet();
    // A frame or a broadcast that was lost shows by the next one.
    for (const service of SERVICES) for (const property of [1, 2, null]) server.publish(service, property);
    await this.#quiet();
  }

  /** Until all is as it should be, and a little longer. */
  async #quiet(): Promise<void> {
    const { browser } = this;
    for (let passed = 0; passed < SETTLE_MS && this.faults.length > 0; passed += QUIET_MS) {
      await browser.run(QUIET_MS);
    }
    await browser.run(QUIET_MS);
  }

  /** What is not as it should be in the end. */
  get faults(): string[] {
    const { living, server, hasLocks } = this.browser;
    const leaders = living.filter(({ isLeader }) => isLeader).length;
    const leadersMax = hasLocks ? Math.min(1, living.length) : living.length;
    return [
      ...living.filter(({ state }) => state !== "live").map(({ id, state }) => `${id} is ${state}`),
      ...living.flatMap(({ id, missing }) => missing.map((event) => `${id} misses ${event}`)),
      ...leaders === leadersMax ? [] : [`${leaders} leaders`],
      ...server.connections.size === leadersMax ? [] : [`${server.connections.size} sockets`],
    ];
  }

  check(): void {
    const { browser } = this;
    for (const tab of browser.tabs) {
      assert.deepEqual(tab.twice, [], `twice in ${tab.id}`);
      if (!this.#again) assert.deepEqual(tab.misplaced, [], `out of order in ${tab.id}`);
    }
    assert.deepEqual(browser.failures, []);
    assert.deepEqual(this.faults, []);
  }

  async stop(): Promise<void> {
    const { browser } = this;
    for (const tab of browser.living) {
      tab.isHung = tab.isAside = false;
      tab.client.stop();
    }
    await browser.run(0);
    assert.deepEqual(browser.living.flatMap((tab) => tab.leftovers), []);
    assert.deepEqual([browser.sockets, browser.locks.holder], [0, undefined]);
  }
}

const beginning = fc.record({
  seed: fc.nat(),
  streaming: fc.boolean(),
  wishes: fc.array(wish, { minLength: 1, maxLength: 3 }),
});
const history = fc.array(move, { maxLength: 80 });

async function play(
  begin: typeof beginning extends fc.Arbitrary<infer T> ? T : never,
  moves: Move[],
  hasLocks: boolean,
) {
  const history = new History(begin.seed, hasLocks);
  const { browser } = history;
  browser.server.streaming = begin.streaming;
  for (const index of begin.wishes) browser.open(WISHES[index]!);
  for (const next of moves) await history.play(next);
  return history;
}

function inTheEnd(hasLocks: boolean) {
  return fc.asyncProperty(beginning, history, async (begin, moves) => {
    const history = await play(begin, moves, hasLocks);
    await history.settle();
    history.check();
    await history.stop();
  });
}

Deno.test("client tabs model - whatever happens to the tabs, all know everything in the end, and nothing came twice", async () => {
  await fc.assert(inTheEnd(true), { numRuns: RUNS });
});

Deno.test("client tabs model - without locks every tab is on its own, and knows everything too", async () => {
  await fc.assert(inTheEnd(false), { numRuns: RUNS / 4 });
});

Deno.test("client tabs model - tabs that are stopped at any moment leave nothing behind", async () => {
  const stopped = fc.asyncProperty(beginning, history, async (begin, moves) => {
    const history = await play(begin, moves, true);
    await history.stop();
  });
  await fc.assert(stopped, { numRuns: RUNS / 4 });
});
