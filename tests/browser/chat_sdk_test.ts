// Chat for a page that is made with something else.
import assert from "node:assert/strict";
import { bundleClient } from "@/services/embedded/client_bundle.ts";
import { launchBrowser } from "../harness/browser.ts";
import { call, startDemo, until } from "../harness/live.ts";

Deno.test("chat sdk - a page without our pages' framework talks, and what one has left goes out from the next", async () => {
  const server = await startDemo();
  const browser = await launchBrowser();
  try {
    const { text, gzipBytes } = await bundleClient("innstream", "chat");
    console.log(`chat of the browser client: ${(gzipBytes / 1000).toFixed(1)} kB gzip`);
    const context = await browser.newContext();
    const token = await server.token();
    await context.addCookies([{ name: "token", value: token, url: server.url }]);
    const made = await call(`${server.url}/v2/collaboration/rooms`, {
      token,
      json: { name: "Early shift", propertyId: 1, members: [] },
    });
    assert.equal(made.status, 201, made.text);
    const open = async () => {
      const page = await context.newPage();
      await page.goto(`${server.url}/docs`);
      await page.evaluate(text);
      await page.evaluate((roomId) => {
        // deno-lint-ignore no-explicit-any
        const page = globalThis as any;
        page.chat = page.innstream.browserChat({ orgId: 1, userId: "u1" });
        page.room = page.chat.conversation(roomId);
        page.changes = 0;
        page.room.subscribe(() => page.changes++);
        page.chat.start();
        page.says = (text: string) => page.room.send({ text, replyTo: null, link: null, mentions: [] });
        page.texts = () => page.room.view.messages.map(({ text }: { text: string }) => text);
        page.kept = () =>
          Object.keys(localStorage).filter((key) => key.startsWith("innstream.chat.outgoing.1.u1."));
      }, made.json.roomId as string);
      return { read: <T>(what: string) => page.evaluate(what) as Promise<T>, close: () => page.close() };
    };
    const first = await open();
    await until("it is in", () => first.read<boolean>(`room.view.state === "open"`));
    assert.equal(await first.read(`says("Good morning")`), true);
    await until(
      "it is kept",
      () => first.read<boolean>(`room.view.outgoing.length === 0 && texts().length === 1`),
    );
    assert.ok(await first.read<number>("changes") > 0);
    await until(
      "the list has it",
      () => first.read<boolean>(`chat.view.rooms[0]?.lastMessage?.text === "Good morning"`),
    );
    assert.deepEqual(await first.read("kept()"), []);

    await context.setOffline(true);
    await until("it is offline", () => first.read<boolean>(`chat.view.state === "offline"`));
    await first.read(`says("one"), says("two")`);
    assert.equal(await first.read("kept().length"), 1);
    await context.setOffline(false);
    await until("they are sent", () => first.read<boolean>("texts().length === 3"));
    await context.setOffline(true);
    await until("it is offline", () => first.read<boolean>(`chat.view.state === "offline"`));
    await first.read(`says("three"), says("four")`);
    await first.close();
    await context.setOffline(false);
    const next = await open();
    await until("they are sent", () => next.read<boolean>("texts().length === 5 && kept().length === 0"));
    assert.deepEqual(await next.read("texts()"), ["Good morning", "one", "two", "three", "four"]);
  } finally {
    await browser.close();
    await server.stop();
  }
});
