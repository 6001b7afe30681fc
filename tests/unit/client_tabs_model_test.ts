import assert from "node:assert/strict";
import fc from "fast-check";
import { CLOSE } from "@/lib/protocol/close_codes.ts";
import type { Subscription } from "@/lib/protocol/frames.ts";
import { ModelBrowser, type ModelTab, type Page } from "./client_tabs_kit.ts";

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

const nat = fc.nat({ max: 60 });
const tab = fc.nat({ max: TABS_OPEN_MAX - 1 });
const wish = fc.nat({ max: WISHES.length - 1 });
const flip = fc.boolean();

const move = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record({
      type: fc.constant("publish"),
      service: fc.constantFrom(...SERVICES),
      property: fc.constantFrom(1, 2, null),
    }),
  },
  { weight: 14, arbitrary: fc.record({ type: fc.constant("step"), choice: nat, times: fc.nat({ max: 6 }) }) },
  { weight: 6, arbitrary: fc.record({ type: fc.constant("tick"), times: fc.nat({ max: 4 }) }) },
  {
    weight: 4,
    arbitrary: fc.record({ type: fc.constant("run"), ms: fc.constantFrom(0, 300, 5_000, 70_000) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant("open"),
      wish,
      drawn: flip,
      hasPosition: flip,
      isVisible: flip,
    }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant("draw"), wish }) },
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constantFrom("close", "crash", "reload", "hang", "unhang", "aside"),
      tab,
      wish,
    }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant("back"), tab, twice: flip }) },
  { weight: 4, arbitrary: fc.record({ type: fc.constant("show"), tab, on: flip }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant("drop"), tab, code: fc.constantFrom(...CODES) }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constantFrom("lose_frame", "lose_broadcast"), tab }) },
  { weight: 4, arbitrary: fc.record({ type: fc.constant("choose"), tab, wish }) },
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constantFrom("streaming", "long_poll", "upgrades", "network", "up", "restart"),
      on: flip,
    }),
  },
  { weight: 3, arbitrary: fc.record({ type: fc.constantFrom("again", "trim", "recreate") }) },
);
type Move = typeof move extends fc.Arbitrary<infer T> ? T : never;

/** Plays a history, and knows the pages that were drawn and not opened yet. */
class History {
  readonly browser: ModelBrowser;
  #drawn: Page[] = [];

  constructor(seed: number, hasLocks: boolean) {
    this.browser = new ModelBrowser({ seed, hasLocks });
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
        return void this.#drawn.push(browser.draw(WISHES[move.wish]!));
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

  #open({ wish, drawn, hasPosition, isVisible }: Extract<Move, { drawn: boolean }>): void {
    const { browser } = this;
    if (browser.living.length >= TABS_OPEN_MAX) return;
    const subscription = WISHES[wish]!;
    const page = (drawn ? this.#drawn.shift() : undefined) ?? browser.draw(subscription, hasPosition);
    browser.open(subscription, { page: { ...page, known: known(page, subscription, browser) }, isVisible });
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
        return void this.browser.open(WISHES[move.wish]!, { storage, isVisible });
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
    await browser.run(SETTLE_MS);
    // A frame or a broadcast that was lost shows by the next one.
    for (const service of SERVICES) for (const property of [1, 2, null]) server.publish(service, property);
    await browser.run(SETTLE_MS);
  }

  async check(): Promise<void> {
    const { browser } = this;
    const { living } = browser;
    for (const tab of browser.tabs) assert.deepEqual(tab.twice, [], `twice in ${tab.id}`);
    for (const tab of living) {
      assert.equal(tab.state, "live", tab.id);
      assert.deepEqual(tab.missing, [], `missing in ${tab.id}`);
    }
    const alone = Math.min(1, living.length);
    const leaders = living.filter(({ isLeader }) => isLeader);
    assert.equal(leaders.length, browser.hasLocks ? alone : living.length, "leaders");
    assert.equal(browser.sockets, leaders.length, "sockets");
    for (const tab of living) tab.client.stop();
    await browser.run(0);
    assert.deepEqual(browser.tabs.flatMap((tab) => tab.isGone ? [] : tab.leftovers), []);
    assert.equal(browser.locks.holder, undefined);
  }
}

function known(page: Page, wish: Subscription, { server }: ModelBrowser): string[] {
  const wished = new Set(server.expected(wish));
  return page.known.filter((id) => wished.has(id));
}

function property(hasLocks: boolean) {
  return fc.asyncProperty(fc.array(move, { maxLength: 70 }), fc.nat(), async (moves, seed) => {
    const history = new History(seed, hasLocks);
    history.browser.open(WISHES[0]!);
    history.browser.open(WISHES[1]!);
    for (const next of moves) await history.play(next);
    await history.settle();
    await history.check();
  });
}

Deno.test("client tabs model - whatever happens to the tabs, all know everything in the end, and nothing came twice", async () => {
  await fc.assert(property(true), { numRuns: Number(Deno.env.get("RUNS") ?? 400) });
});

Deno.test("client tabs model - without locks every tab is on its own, and knows everything too", async () => {
  await fc.assert(property(false), { numRuns: 100 });
});
