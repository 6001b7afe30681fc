// Who is taken out of a topic hears nothing more of it, whatever is lost between instances.
import assert from "node:assert/strict";
import { ALIVE_MS, CUT_MS } from "@/services/chat/alive.ts";
import { HEARD_MS, House, Somebody } from "../harness/chat_house.ts";

Deno.test("members - who is taken out by an instance that is cut off hears nothing more once it is back", async () => {
  const house = new House();
  const [one, two] = [house.instance(), house.instance()];
  const anna = await house.join(two, "anna");
  const ben = await house.join(two, "ben");
  const watching = await house.watch(two, "ben");
  one.bus.isUp = false;
  house.expel(one, "ben");
  await house.run(CUT_MS + HEARD_MS);
  one.bus.isUp = true;
  await house.run(HEARD_MS);
  await house.say(two, "anna", { text: "Not for Ben" });
  assert.deepEqual([anna.heard, ben.heard, watching.heard], [["Not for Ben"], [], []]);
  await house.close();
});

Deno.test("members - nor once the instance that took them out is seen to be gone, before it could tell", async () => {
  const house = new House();
  const [one, two] = [house.instance(), house.instance()];
  await house.run(HEARD_MS);
  const ben = await house.join(two, "ben");
  const watching = await house.watch(two, "ben");
  one.bus.isDead = true;
  house.expel(one, "ben");
  await house.run(ALIVE_MS + HEARD_MS);
  await house.say(two, "anna", { text: "Not for Ben" });
  assert.deepEqual([ben.heard, watching.heard], [[], []]);
  await house.close();
});

Deno.test("members - a connection to NATS that breaks for a moment is noticed, however short that was", async () => {
  for (const broken of ["teller", "listener"]) {
    const house = new House();
    const [one, two] = [house.instance(), house.instance()];
    await house.run(HEARD_MS);
    const ben = await house.join(two, "ben");
    const watching = await house.watch(two, "ben");
    const { bus } = broken === "teller" ? one : two;
    bus.break();
    house.expel(one, "ben");
    bus.mend();
    await house.run(HEARD_MS);
    await house.say(two, "anna", { text: "Not for Ben" });
    assert.deepEqual([ben.heard, watching.heard], [[], []], broken);
    await house.close();
  }
});

Deno.test("members - of who begins to watch, what is read late does not undo what was told meanwhile", async () => {
  // Before the answer of which read ben is taken out: something else changes before the first.
  for (const nth of [0, 1]) {
    const house = new House();
    const one = house.instance();
    // Each of these reads what there is now, and answers it late.
    const late: (() => void)[] = [];
    const read = house.record.topicsOf.bind(house.record);
    house.record.topicsOf = async (principal) => {
      const topics = await read(principal);
      await new Promise<void>((resolve) => late.push(resolve));
      return topics;
    };
    const ben = new Somebody("ben", true);
    const attaching = one.chat.attach(ben);
    await house.run(HEARD_MS);
    one.chat.membersChanged(1, "topic-2");
    await house.run(HEARD_MS);
    for (let i = 0; i < late.length; i++) {
      if (i === nth) house.expel(one, "ben");
      await house.run(HEARD_MS);
      late[i]!();
      await house.run(HEARD_MS);
    }
    await attaching;
    if (late.length <= nth) house.expel(one, "ben");
    await house.say(one, "anna", { text: "Not for Ben" });
    assert.deepEqual(ben.heard, []);
    await house.close();
  }
});

Deno.test("members - however often other topics change, a room can be joined", async () => {
  const house = new House();
  const one = house.instance();
  house.record.topics.set("topic-2", { name: "Day shift", userIds: new Set(["carl"]) });
  const enter = house.record.enter.bind(house.record);
  house.record.enter = async (principal, roomId) => {
    const entered = await enter(principal, roomId);
    one.chat.membersChanged(1, "topic-2");
    return entered;
  };
  const anna = await house.join(one, "anna");
  assert.equal(anna.frames[0]?.type, "joined");
  await house.close();
});
