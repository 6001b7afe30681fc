// Chat as people use it: two of them in one room, each in a browser of their own.
import assert from "node:assert/strict";
import { call } from "../harness/live.ts";
import { chatTab, choose, HOUSE, isLive, message, newTopic, say, writing } from "./chat_kit.ts";
import { browserTests, NETWORK_FAILURES } from "./kit.ts";
import { HOSTILE } from "./pages_kit.ts";

const { run } = browserTests();

let dir: string;
Deno.test.beforeAll(async () => {
  dir = await Deno.makeTempDir();
});
Deno.test.afterAll(async () => {
  await Deno.remove(dir, { recursive: true });
});

Deno.test(
  "chat - what one writes the other sees being written, then reads, and the first one sees that it was read",
  run(async (scene) => {
    const room = await newTopic(scene, "Two people", { members: ["tomas"] });
    const [meera, tomas] = await Promise.all([
      scene.person("meera").then((person) => chatTab(person, room)),
      scene.person("tomas").then((person) => chatTab(person, room)),
    ]);
    await meera.page.getByRole("button", { name: "2 here now: show them" }).waitFor();
    await tomas.page.bringToFront();
    await writing(meera.page).pressSequentially("Is 204 re");
    await tomas.page.getByText("Meera is typing", { exact: true }).waitFor();
    await writing(meera.page).pressSequentially("ady?");
    await writing(meera.page).press("Enter");
    await message(tomas, "Is 204 ready?").waitFor();
    await tomas.page.locator(".chat-typing", { hasText: /^$/ }).waitFor();
    assert.equal(
      await tomas.page.locator("[data-announced]").textContent(),
      "Meera Deshpande: Is 204 ready?",
    );
    await message(meera, "Is 204 ready?").getByText("Read by 1", { exact: true }).waitFor();
    await choose(meera, "Is 204 ready?", "Who has read it");
    await meera.page.getByRole("dialog").getByText("Tomas Fernandes", { exact: true }).waitFor();
    await meera.page.keyboard.press("Escape");
    await choose(tomas, "Is 204 ready?", "Reply");
    await say(tomas, "In ten minutes");
    const reply = message(meera, "In ten minutes");
    await reply.locator(".chat-quote", { hasText: "Is 204 ready?" }).waitFor();
  }),
);

Deno.test(
  "chat - an edit and a deletion are seen by the other, and Escape gives back what was being written",
  run(async (scene) => {
    const room = await newTopic(scene, "Changes", { members: ["tomas"] });
    const [meera, tomas] = await Promise.all([
      scene.person("meera").then((person) => chatTab(person, room)),
      scene.person("tomas").then((person) => chatTab(person, room)),
    ]);
    await say(meera, "Teh first");
    await say(meera, "A second one");
    await message(tomas, "A second one").waitFor();
    await message(meera, "A second one").getByText(/Sent|Delivered|Read/).first().waitFor();
    // ArrowUp in an empty field leads to the last one.
    await writing(meera.page).press("ArrowUp");
    assert.equal(await writing(meera.page).inputValue(), "A second one");
    await writing(meera.page).press("Escape");
    await writing(meera.page).fill("half a line");
    await choose(meera, "Teh first", "Edit");
    await writing(meera.page).fill("The first");
    await writing(meera.page).press("Enter");
    await message(tomas, "The first").getByText("edited", { exact: true }).waitFor();
    assert.equal(await writing(meera.page).inputValue(), "half a line");
    await choose(meera, "A second one", "Delete…");
    await meera.page.getByRole("button", { name: "Delete", exact: true }).click();
    await tomas.page.locator(".chat-deleted").getByText("Message deleted").waitFor();
    assert.equal(await message(tomas, "A second one").count(), 0);
    // What somebody else said is not theirs to change.
    await message(tomas, "The first").focus();
    await tomas.page.keyboard.press("Enter");
    const items = await tomas.page.getByRole("menuitem").allTextContents();
    assert.deepEqual(items, ["Reply", "Copy text", "Who has read it"]);
  }),
);

Deno.test(
  "chat - what is written offline waits, also through a reload, and arrives once when there is a network again",
  run(async (scene) => {
    const room = await newTopic(scene, "Offline", { members: ["tomas"] });
    const person = await scene.person("meera");
    const tomas = await chatTab(await scene.person("tomas"), room);
    const meera = await chatTab(person, room);
    await person.context.setOffline(true);
    await meera.page.getByText("Offline, what you write is kept", { exact: true }).waitFor();
    await say(meera, "Written in the lift");
    await meera.page.locator('[data-outgoing="waiting"]').waitFor();
    await person.context.setOffline(false);
    await isLive(meera);
    await message(tomas, "Written in the lift").waitFor();
    await message(meera, "Written in the lift").waitFor();
    assert.equal(await meera.page.locator("[data-outgoing]").count(), 0);
    // Nothing gets through, yet the browser does not know: what is written then is there after a reload.
    await person.context.route(/chat\/stream/, (route) => route.abort());
    await person.context.setOffline(true);
    await say(meera, "Before the reload");
    await meera.page.locator('[data-outgoing="waiting"]').waitFor();
    await person.context.setOffline(false);
    await meera.page.reload();
    await message(tomas, "Before the reload").waitFor();
    await message(meera, "Before the reload").waitFor();
    for (const tab of [meera, tomas]) assert.equal(await message(tab, "Before the reload").count(), 1);
  }, { allowed: NETWORK_FAILURES }),
);

Deno.test(
  "chat - a name is chosen by keyboard, and who is mentioned sees it in the list of rooms",
  run(async (scene) => {
    const room = await newTopic(scene, "Mentions", { members: ["tomas", "ishan"] });
    const [meera, tomas] = await Promise.all([
      scene.person("meera").then((person) => chatTab(person, room)),
      scene.person("tomas").then((person) => chatTab(person)),
    ]);
    const { page } = meera;
    await writing(page).pressSequentially("Ask @");
    const people = page.getByRole("listbox", { name: "People" });
    await people.getByRole("option").nth(1).waitFor();
    await writing(page).pressSequentially("tom");
    const option = people.getByRole("option", { name: "Tomas Fernandes" });
    await people.getByRole("option", { name: "Ishan" }).waitFor({ state: "detached" });
    assert.equal(await writing(page).getAttribute("aria-activedescendant"), await option.getAttribute("id"));
    await writing(page).press("Enter");
    assert.equal(await writing(page).inputValue(), "Ask @Tomas Fernandes ");
    await writing(page).pressSequentially("please");
    await writing(page).press("Enter");
    await page.locator(".chat-name", { hasText: "@Tomas Fernandes" }).waitFor();
    const line = tomas.page.locator(`[data-room="${room}"]`);
    await line.getByText("unread, you are mentioned").waitFor();
    await tomas.page.waitForFunction(() => /^\(\d+\+?\) Chat/.test(document.title));
    await line.locator("a").click();
    await tomas.page.locator(".chat-name-own").waitFor();
    await line.locator(".unseen").waitFor({ state: "detached" });
    assert.match(tomas.page.url(), new RegExp(`room=${room}`));
    await tomas.page.goBack();
    await tomas.page.getByText("Choose a room").waitFor();
    await line.getByText("unread").waitFor({ state: "detached" });
  }),
);

Deno.test(
  "chat - what is refused stays where it was said, with the reason, and can be tried again or discarded",
  run(async (scene) => {
    const room = await newTopic(scene, "Refused", { members: ["tomas"] });
    const { page } = await chatTab(await scene.person("meera"), room);
    await writing(page).pressSequentially("@tom");
    await page.getByRole("option", { name: "Tomas Fernandes" }).waitFor();
    await writing(page).press("Tab");
    const token = await scene.server.token({ sub: "meera" });
    const path = `${scene.server.url}/v2/collaboration/rooms/${room}/members/tomas`;
    assert.equal((await call(path, { token, method: "DELETE" })).status, 204);
    await writing(page).press("Enter");
    const failed = page.locator('[data-outgoing="failed"]');
    await failed.getByText(/^Not sent: /).waitFor();
    await failed.getByRole("button", { name: "Try again" }).click();
    await failed.getByText(/^Not sent: /).waitFor();
    await failed.getByRole("button", { name: "Discard" }).click();
    await failed.waitFor({ state: "detached" });
  }),
);

Deno.test(
  "chat - names and texts are text, whatever they look like, and addresses lead only to the web",
  run(async (scene) => {
    const room = await newTopic(scene, HOSTILE.script.slice(0, 100), { members: ["tomas"] });
    const tomas = await chatTab(await scene.person("tomas"), room);
    for (const text of [HOSTILE.script, HOSTILE.rtl, HOSTILE.long]) await say(tomas, text);
    await say(tomas, "see https://example.com/a?b=1, not javascript:alert(1) nor data:text/html,x");
    const link = tomas.page.locator(".chat-text a");
    await link.waitFor();
    assert.equal(await link.count(), 1);
    assert.equal(await link.getAttribute("href"), "https://example.com/a?b=1");
    assert.equal(await link.getAttribute("rel"), "noopener noreferrer nofollow");
    for (const text of [HOSTILE.script, HOSTILE.rtl, HOSTILE.long]) await message(tomas, text).waitFor();
    assert.equal(await tomas.page.locator(".chat-head-name").textContent(), HOSTILE.script.slice(0, 100));
    assert.equal(await tomas.page.locator('img[src="x"]').count(), 0);
    assert.equal(await tomas.page.evaluate(() => "hacked" in globalThis), false);
  }),
);

Deno.test(
  "chat - a topic is begun with people, renamed, and gone for who is taken out of it",
  run(async (scene) => {
    const meera = await chatTab(await scene.person("meera"));
    const tomas = await chatTab(await scene.person("tomas"));
    await meera.page.getByRole("button", { name: "New topic" }).click();
    const dialog = meera.page.getByRole("dialog", { name: "New topic" });
    await dialog.getByLabel("Name", { exact: true }).fill("Pool repair");
    await dialog.getByLabel("Where it belongs").selectOption({ index: 1 });
    await dialog.getByRole("checkbox", { name: "Tomas Fernandes" }).check();
    await dialog.getByRole("button", { name: "Begin" }).click();
    await meera.page.getByRole("heading", { name: "Pool repair" }).waitFor();
    await meera.page.getByText("Nothing was said here yet").waitFor();
    await say(meera, "The tiles come on Monday");
    await tomas.page.locator("[data-room] a", { hasText: "Pool repair" }).click();
    await message(tomas, "The tiles come on Monday").waitFor();
    await meera.page.getByRole("button", { name: "Members" }).click();
    const members = meera.page.getByRole("dialog", { name: "Members" });
    await members.getByLabel("Name of the topic").fill("Pool repair, December");
    await members.getByRole("button", { name: "Rename" }).click();
    await meera.page.locator("[data-room] a", { hasText: "Pool repair, December" }).waitFor();
    await members.getByRole("button", { name: "Remove Tomas Fernandes" }).click();
    await tomas.page.getByText("This room is not there").waitFor();
  }),
);

Deno.test(
  "chat - a record stands in a message as it is now, also when it has changed since",
  run(async (scene) => {
    const title = "Mend the lamp of 31";
    const id = await scene.create("task", { title, propertyId: 1 });
    const meera = await chatTab(await scene.person("meera"), HOUSE);
    await meera.page.getByRole("button", { name: "Attach a task, guest or room" }).click();
    const dialog = meera.page.getByRole("dialog", { name: "Attach" });
    await dialog.getByLabel("Search").fill("lamp of 31");
    await dialog.getByRole("button", { name: title }).click();
    await say(meera, "Who does this?");
    const card = message(meera, "Who does this?").locator(".chat-card");
    await card.getByText("Open", { exact: true }).waitFor();
    assert.equal(await card.locator(".chat-card-title").textContent(), title);
    assert.match(await card.getAttribute("href") ?? "", /^\/tasks\?column=open/);
    const token = await scene.server.token();
    const path = `${scene.server.url}/tasks/task/${id}`;
    const { headers } = await fetch(path, { headers: { authorization: `Bearer ${token}` } });
    await fetch(path, {
      method: "PATCH",
      body: JSON.stringify({ status: "done" }),
      headers: {
        authorization: `Bearer ${token}`,
        "content-type": "application/json",
        "if-match": headers.get("etag")!,
      },
    }).then((response) => response.body?.cancel());
    await card.getByText("Done", { exact: true }).waitFor();
  }),
);

Deno.test(
  "chat - a file that is chosen is uploaded and said in the room",
  run(async (scene) => {
    const room = await newTopic(scene, "Files", { members: ["tomas"] });
    const [meera, tomas] = await Promise.all([
      scene.person("meera").then((person) => chatTab(person, room)),
      scene.person("tomas").then((person) => chatTab(person, room)),
    ]);
    const path = `${dir}/arrivals.csv`;
    await Deno.writeTextFile(path, "name,room\nAnn,204\n");
    await meera.page.locator("[data-picker]").setInputFiles(path);
    for (const { page } of [meera, tomas]) {
      await page.locator(".chat-card-title").getByText("arrivals.csv", { exact: true }).waitFor();
    }
    assert.equal(await meera.page.locator(".chat-uploads").count(), 0);
  }),
);

Deno.test(
  "chat - on the other pages the rail says how much is unread, and a room finds what was said in it",
  run(async (scene) => {
    const room = await newTopic(scene, "Elsewhere", { members: ["tomas"] });
    const meera = await chatTab(await scene.person("meera"), room);
    await say(meera, "The umbrella of 212 is at the desk");
    await say(meera, "Another thing");
    await message(meera, "Another thing").waitFor();
    const tasks = await (await scene.person("tomas")).tab("/tasks");
    await tasks.page.locator('.rail [data-page="chat"] .unseen').waitFor();
    await meera.page.getByRole("button", { name: "Search in this room" }).click();
    const search = meera.page.locator(".chat-search");
    await search.getByRole("searchbox").fill("umbr");
    await search.locator(".chat-found", { hasText: "The umbrella of 212" }).click();
    await meera.page.locator(".chat-message-found").waitFor();
    await search.getByRole("searchbox").fill("zeppelin");
    await search.getByText("Nothing was said about that").waitFor();
  }),
);
