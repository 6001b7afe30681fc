import assert from "node:assert/strict";
import { PING_MS } from "@/lib/protocol/limits.ts";
import { CLOSE } from "@/lib/protocol/close_codes.ts";
import { DEDUP_IDS_MAX } from "@/lib/client/dedup.ts";
import { INHERIT_MS } from "@/lib/client/leading.ts";
import { RECENT_EVENTS_MAX } from "@/lib/client/recent_events.ts";
import { ModelBrowser, type ModelTab } from "./client_tabs_kit.ts";

const ALL = { services: ["finance", "tasks"], propertyId: null } as const;
const ONE = { services: ["tasks"], propertyId: 1 } as const;
const TWO = { services: ["tasks"], propertyId: 2 } as const;
const TAKEN_OVER_MS = 5_000;

/** Tabs that are connected, the first of them leading. */
async function tabsOf(count: number, browser = new ModelBrowser()): Promise<[ModelBrowser, ...ModelTab[]]> {
  const tabs = [browser.open(ALL)];
  await browser.run(100);
  while (tabs.length < count) tabs.push(browser.open(ALL));
  await browser.run(100);
  assert.deepEqual(
    tabs.map(({ state, isLeader }) => [state, isLeader]),
    tabs.map((_, i) => ["live", i === 0]),
  );
  return [browser, ...tabs];
}

function publish({ server }: ModelBrowser, count: number): void {
  for (let i = 0; i < count; i++) server.publish(i % 2 === 0 ? "tasks" : "finance", 1 + i % 3);
}

/** Everything was handed to the listeners, once and in the order of each service, and nothing was read anew. */
function hadAll({ server, failures }: ModelBrowser, ...tabs: ModelTab[]): void {
  assert.deepEqual(failures, []);
  for (const service of ALL.services) {
    const ids = server.table.filter((event) => event.service === service).map(({ id }) => id);
    for (const tab of tabs) {
      assert.deepEqual(tab.delivered.filter((id) => ids.includes(id)), ids, `${service} in ${tab.id}`);
    }
  }
  for (const tab of tabs) assert.deepEqual(tab.refetches, [], tab.id);
}

Deno.test("client tabs - a leader that is closed amid events is followed by another, and nothing is lost or read anew", async () => {
  for (let steps = 0; steps < 40; steps++) {
    const [browser, leader, second, third] = await tabsOf(3);
    publish(browser, 7);
    for (let i = 0; i < steps; i++) await browser.step(i * 7);
    leader!.close();
    publish(browser, 6);
    await browser.run(TAKEN_OVER_MS);
    publish(browser, 2);
    await browser.run(1_000);
    hadAll(browser, second!, third!);
    assert.equal(browser.sockets, 1);
    assert.equal([second, third].filter((tab) => tab!.isLeader).length, 1);
  }
});

Deno.test("client tabs - tabs with different wishes go on under a new leader without reading anew", async () => {
  const browser = new ModelBrowser();
  const leader = browser.open(ALL);
  await browser.run(100);
  const tabs = [browser.open(ONE), browser.open(TWO)];
  await browser.run(2_000);
  // One of them is slow to say what it wants.
  tabs[1]!.isHung = true;
  leader.close();
  publish(browser, 6);
  await browser.run(INHERIT_MS / 2);
  tabs[1]!.isHung = false;
  await browser.run(10_000);
  publish(browser, 6);
  await browser.run(10_000);
  for (const tab of tabs) {
    assert.deepEqual([tab.missing, tab.twice, tab.refetches], [[], [], []], tab.id);
    assert.equal(tab.delivered.length, browser.server.expected(tab.wish).length);
  }
});

Deno.test("client tabs - a visible leader that hangs is replaced within 5 s, and follows when it is back", async () => {
  const [browser, leader, second, third] = await tabsOf(3);
  leader!.isHung = true;
  publish(browser, 5);
  await browser.run(TAKEN_OVER_MS);
  assert.equal([second, third].filter((tab) => tab!.isLeader).length, 1);
  hadAll(browser, second!, third!);
  leader!.isHung = false;
  publish(browser, 2);
  await browser.run(TAKEN_OVER_MS);
  hadAll(browser, leader!, second!, third!);
  assert.deepEqual([browser.sockets, leader!.isLeader], [1, false]);
});

Deno.test("client tabs - a tab that was closed without a word is followed at once", async () => {
  const [browser, leader, second] = await tabsOf(2);
  leader!.vanish();
  publish(browser, 3);
  await browser.run(100);
  assert.deepEqual([second!.isLeader, second!.state, browser.sockets], [true, "live", 1]);
  hadAll(browser, second!);
});

Deno.test("client tabs - a leader that goes out of sight yields to a visible tab, to a hidden one not", async () => {
  const [browser, leader, second] = await tabsOf(2);
  second!.show(false);
  await browser.run(100);
  leader!.show(false);
  await browser.run(60_000);
  assert.deepEqual([leader!.isLeader, second!.isLeader], [true, false]);
  second!.show(true);
  await browser.run(2_000);
  assert.deepEqual([leader!.isLeader, second!.isLeader, browser.sockets], [false, true, 1]);
  leader!.show(true);
  await browser.run(60_000);
  assert.equal(second!.isLeader, true, "it keeps what it has");
});

Deno.test("client tabs - windows that are visible side by side do not fight for the lead", async () => {
  for (let seed = 1; seed <= 20; seed++) {
    const [browser, leader, ...others] = await tabsOf(4, new ModelBrowser({ seed }));
    const before = browser.server.attempts;
    await browser.run(20_000);
    assert.equal(browser.server.attempts, before);
    // Three take it in one moment: the last of them has it, and keeps it.
    leader!.show(false);
    await browser.run(60_000);
    assert.equal(others.filter((tab) => tab!.isLeader).length, 1);
    assert.ok(
      browser.server.attempts <= before + others.length,
      `${browser.server.attempts - before} attempts`,
    );
    hadAll(browser, leader!, ...others);
  }
});

Deno.test("client tabs - without locks each tab has its own socket", async () => {
  const browser = new ModelBrowser({ hasLocks: false });
  const tabs = [browser.open(ALL), browser.open(ONE)];
  await browser.run(100);
  publish(browser, 4);
  await browser.run(100);
  assert.deepEqual([browser.sockets, tabs.map(({ isLeader }) => isLeader)], [2, [true, true]]);
  for (const tab of tabs) assert.deepEqual(tab.missing, []);
});

Deno.test("client tabs - a new tab is told how things are before the next beat", async () => {
  const [browser] = await tabsOf(1);
  await browser.run(500);
  const page = browser.draw(ALL);
  publish(browser, 3);
  await browser.arrive();
  const tab = browser.open(ALL, { page });
  await browser.run(0);
  assert.equal(tab.state, "live");
  hadAll(browser, tab);
});

Deno.test("client tabs - a broadcast that a follower missed is told again by its leader", async () => {
  const [browser, , second, third] = await tabsOf(3);
  publish(browser, 4);
  for (let i = 0; i < 40 && second!.delivered.length === 0; i++) {
    await browser.step();
    second!.loseBroadcast();
  }
  await browser.run(3_000);
  hadAll(browser, second!, third!);
});

Deno.test("client tabs - what the leader has no more a follower reads anew", async () => {
  const [browser, , second] = await tabsOf(2);
  second!.isHung = true;
  publish(browser, RECENT_EVENTS_MAX + 10);
  await browser.arrive();
  second!.loseBroadcasts();
  second!.isHung = false;
  await browser.run(3_000);
  assert.deepEqual([second!.refetches, second!.missing], [["too_far"], []]);
  publish(browser, 2);
  await browser.run(100);
  assert.deepEqual([second!.missing, second!.delivered.length], [[], 2]);
});

Deno.test("client tabs - streaming is switched off and on while events flow: each comes once", async () => {
  const [browser, leader, second] = await tabsOf(2);
  const states = new Set<string>();
  const flow = async (ms: number) => {
    for (let left = ms; left > 0; left -= 500) {
      publish(browser, 2);
      await browser.run(500);
      states.add(second!.state);
    }
  };
  await flow(3_000);
  browser.server.switchStreaming(false);
  await flow(2_000);
  assert.equal(second!.state, "polling");
  assert.equal(second!.client.status.pollReason, "switched_off");
  await flow(80_000);
  browser.server.switchStreaming(true);
  await flow(80_000);
  assert.deepEqual([leader!.state, second!.state, browser.sockets], ["live", "live", 1]);
  await browser.run(5_000);
  hadAll(browser, leader!, second!);
  assert.deepEqual([...states].filter((state) => state === "offline"), []);
});

Deno.test("client tabs - a service that was not polled is caught up on the stream, and the others come once", async () => {
  const [browser, leader] = await tabsOf(1);
  browser.server.longPollOff.add("finance");
  browser.server.switchStreaming(false);
  await browser.run(5_000);
  browser.server.publish("finance", 1);
  for (let i = 0; i < DEDUP_IDS_MAX + 500; i++) browser.server.publish("tasks", 1);
  await browser.run((DEDUP_IDS_MAX + 500) * 1_000);
  assert.deepEqual([leader!.delivered.length, leader!.client.status.off], [DEDUP_IDS_MAX + 500, ["finance"]]);
  browser.server.switchStreaming(true);
  await browser.run(80_000);
  hadAll(browser, leader!);
});

Deno.test("client tabs - where upgrades do not get through polls go on, and the server is not stormed", async () => {
  const [browser, leader] = await tabsOf(1);
  browser.server.upgrades = false;
  leader!.drop(1006);
  await browser.run(20_000);
  assert.deepEqual([leader!.state, leader!.client.status.pollReason], ["polling", "upgrades_failed"]);
  const before = browser.server.attempts;
  let slowest = 0;
  for (let i = 0; i < 300; i++) {
    publish(browser, 1);
    let waited = 0;
    for (; leader!.missing.length > 0; waited += 100) await browser.run(100);
    slowest = Math.max(slowest, waited);
    await browser.run(2_000 - Math.min(waited, 1_900));
  }
  assert.ok(slowest <= 1_000, `${slowest} ms`);
  const tried = browser.server.attempts - before;
  assert.ok(tried >= 8 && tried <= 11, `${tried} attempts in 10 minutes`);
  hadAll(browser, leader!);
});

Deno.test("client tabs - a server that was away for longer than three attempts has its streams back at once", async () => {
  const [browser, leader, second] = await tabsOf(2);
  browser.server.isUp = false;
  browser.server.restart(false);
  await browser.run(60_000);
  assert.equal(second!.state, "offline");
  browser.server.isUp = true;
  publish(browser, 3);
  // The longest wait between two polls is 30 s.
  await browser.run(31_000);
  assert.deepEqual([leader!.state, second!.state, browser.sockets], ["live", "live", 1]);
  hadAll(browser, leader!, second!);
});

Deno.test("client tabs - back online everything goes on where it was", async () => {
  const [browser, leader, second] = await tabsOf(2);
  browser.network(false);
  await browser.run(30_000);
  assert.deepEqual([leader!.state, second!.state], ["offline", "offline"]);
  publish(browser, 4);
  browser.network(true);
  await browser.run(1_000);
  assert.deepEqual([leader!.state, second!.state], ["live", "live"]);
  hadAll(browser, leader!, second!);
});

Deno.test("client tabs - a page that is told twice that it is back listens once", async () => {
  const [browser, leader, second] = await tabsOf(2);
  second!.putAside();
  publish(browser, 2);
  await browser.run(5_000);
  second!.takeBack(2);
  await browser.run(1_000);
  publish(browser, 2);
  await browser.run(1_000);
  hadAll(browser, leader!, second!);
  second!.client.stop();
  assert.deepEqual(second!.leftovers, []);
});

Deno.test("client tabs - a page whose listeners throw stays connected, and so do the others", async () => {
  const [browser, leader, second] = await tabsOf(2);
  const broken = () => {
    throw new Error("broken");
  };
  leader!.client.onStatus(broken);
  leader!.client.onRefetch(broken);
  leader!.client.on({}, broken);
  browser.server.recreate();
  publish(browser, 3);
  leader!.drop(1006);
  await browser.run(5_000);
  assert.deepEqual([leader!.state, second!.state, browser.sockets], ["live", "live", 1]);
  assert.deepEqual([leader!.missing, second!.missing], [[], []]);
  assert.ok(browser.failures.length >= 3);
});

Deno.test("client tabs - a leader whose session has ended tries again for a tab that was signed in since", async () => {
  const [browser, leader, second] = await tabsOf(2);
  browser.isSignedIn = false;
  leader!.drop(CLOSE.token_expired.code);
  await browser.run(1_000);
  assert.deepEqual([leader!.state, second!.state], ["signed_out", "signed_out"]);
  browser.isSignedIn = true;
  const third = browser.open(ALL);
  await browser.run(2_000);
  assert.deepEqual([leader!.state, second!.state, third.state], ["live", "live", "live"]);
  publish(browser, 3);
  await browser.run(100);
  hadAll(browser, leader!, second!, third);
});

Deno.test("client tabs - a wish that is refused leaves what was there before, and spoils nobody else's", async () => {
  const browser = new ModelBrowser();
  const leader = browser.open(ONE);
  await browser.run(100);
  const second = browser.open(ONE);
  await browser.run(2_000);
  browser.server.forbidden.add("finance");
  second.choose(ALL);
  // The page follows the client's word.
  second.wish = ONE;
  await browser.run(1_000);
  assert.deepEqual([second.client.subscription, second.client.warning?.type], [ONE, "refused"]);
  leader.choose(TWO);
  await browser.run(1_000);
  assert.deepEqual([leader.client.subscription, leader.client.warning], [TWO, second.client.warning]);
  publish(browser, 9);
  await browser.run(1_000);
  for (const tab of [leader, second]) assert.deepEqual(tab.missing, [], tab.id);
});

Deno.test("client tabs - a follower knows what it cannot tell others, should it ever lead", async () => {
  for (const isLost of [false, true]) {
    const browser = new ModelBrowser();
    const leader = browser.open(ONE);
    await browser.run(100);
    const second = browser.open(ONE);
    await browser.run(100);
    const page = browser.draw(ALL);
    browser.server.publish("finance", 1);
    browser.server.publish("tasks", 1);
    await browser.run(100);
    if (isLost) second.loseBroadcast();
    browser.open(ALL);
    await browser.run(2_000);
    leader.vanish();
    await browser.run(100);
    assert.ok(second.isLeader);
    const last = browser.open(ALL, { page });
    await browser.run(100);
    assert.deepEqual(last.missing, [], `lost: ${isLost}`);
  }
});

Deno.test("client tabs - where nothing passes the filter, the position moves on all the same, in every tab", async () => {
  const browser = new ModelBrowser();
  const tabs = [browser.open(TWO), browser.open(TWO)];
  await browser.run(100);
  for (let i = 0; i < 10; i++) browser.server.publish("tasks", 1);
  await browser.run(PING_MS + 1_000);
  for (const tab of tabs) assert.deepEqual([tab.client.status.position.seq, tab.delivered], [10, []]);
});

Deno.test("client tabs - a tab that sees more properties makes no hole for the next one, where services are polled unequally far", async () => {
  for (let choice = 0; choice < 12; choice++) {
    const browser = new ModelBrowser();
    browser.server.streaming = false;
    browser.open({ ...ALL, propertyId: 2 });
    await browser.run(2_000);
    browser.server.publish("tasks", 2);
    const page = browser.draw(ALL);
    await browser.run(2_000);
    browser.server.publish("tasks", 1);
    browser.server.publish("tasks", 2);
    await browser.run(2_000);
    browser.open(ALL);
    for (let i = 0; i < 30; i++) await browser.step(choice);
    const last = browser.open(ALL, { page });
    await browser.run(30_000);
    assert.deepEqual(last.missing, [], `${choice}`);
  }
});
