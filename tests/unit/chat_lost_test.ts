// What was committed without anybody having told it, and rooms that are about something else than before.
import assert from "node:assert/strict";
import { HEADS_MS } from "@/services/chat/org_hub.ts";
import { HEARD_MS, House } from "../harness/chat_house.ts";

const ROOM = "room-45";

Deno.test("chat - what was committed with its answer lost is heard everywhere when it is sent again", async () => {
  const house = new House();
  const [one, two] = [house.instance(), house.instance()];
  await house.run(HEARD_MS);
  const ben = await house.join(two, "ben");
  const send = house.record.send.bind(house.record);
  house.record.send = async (...sending) => {
    house.record.send = send;
    await send(...sending);
    throw Object.assign(new Error("Cannot read: the connection broke"), { code: "CONNECTION_CLOSED" });
  };
  const sent = { text: "Kept", clientMsgId: "c" };
  const first = await house.say(one, "anna", sent);
  assert.ok("error" in first && first.error === "not_kept");
  assert.deepEqual(ben.heard, []);
  const again = await house.say(one, "anna", sent);
  assert.ok("message" in again && !again.isNew);
  assert.deepEqual(ben.heard, ["Kept"]);
  await house.say(one, "anna", sent);
  assert.deepEqual(ben.heard, ["Kept"]);
  await house.close();
});

Deno.test("chat - of a hotel room that goes to another property, people of the old one hear nothing more", async () => {
  const house = new House();
  const one = house.instance();
  const anna = await house.join(one, "anna", { roomId: ROOM });
  const ben = await house.join(one, "ben", { roomId: ROOM, properties: [1] });
  const watching = await house.watch(one, "ben", { properties: [1] });
  const newcomer = await house.watch(one, "carl", { properties: [2] });
  await house.say(one, "anna", { roomId: ROOM, text: "Here" });
  house.record.propertyId = 2;
  await house.run(HEADS_MS + HEARD_MS);
  await house.say(one, "anna", { roomId: ROOM, text: "There" });
  assert.deepEqual([anna.heard, ben.heard, watching.heard, newcomer.heard], [
    ["Here", "There"],
    ["Here"],
    ["Here"],
    ["There"],
  ]);
  await house.close();
});
