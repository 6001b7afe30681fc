// Uploads for a page that is made with something else.
import assert from "node:assert/strict";
import { bundleClient } from "@/services/embedded/client_bundle.ts";
import { launchBrowser } from "../harness/browser.ts";
import { call, startDemo, until } from "../harness/live.ts";

Deno.test("upload sdk - a page without our pages' framework sends a file, and hears how far it is", async () => {
  const server = await startDemo();
  const browser = await launchBrowser();
  try {
    const { text, gzipBytes } = await bundleClient("innstream", "uploads");
    console.log(`uploads of the browser client: ${(gzipBytes / 1000).toFixed(1)} kB gzip`);
    const context = await browser.newContext();
    await context.addCookies([{ name: "token", value: await server.token(), url: server.url }]);
    const page = await context.newPage();
    const ready = Promise.withResolvers<{ uploadId: string }>();
    page.on("websocket", (socket) => {
      socket.on("framereceived", ({ payload }) => {
        const frame = JSON.parse(String(payload));
        if (frame.type === "ready") ready.resolve(frame);
      });
    });
    await page.goto(`${server.url}/docs`);
    await page.evaluate(text);
    await page.evaluate(async () => {
      // deno-lint-ignore no-explicit-any
      const page = globalThis as any;
      const { Uploads, browserUploadsWorld } = page.innstream;
      const person = { orgId: 1, userId: "u1" };
      page.world = browserUploadsWorld({ person });
      page.uploads = new Uploads(person, page.world);
      page.states = [];
      page.uploads.onChange(() => {
        const [{ state }] = page.uploads.list;
        if (page.states.at(-1) !== state) page.states.push(state);
      });
      // What others left: one is of no use any more.
      for (const [key, expiresAt] of [["old", "2020-01-01T00:00:00Z"], ["new", "2100-01-01T00:00:00Z"]]) {
        await page.world.kept.put({ key, orgId: 1, userId: "u2", filename: "passport of u2.pdf", expiresAt });
      }
      await page.uploads.start();
      const file = new File([`%PDF-1.7\n${"x".repeat(500_000)}`], "visa.pdf");
      page.uploads.add(file, { documentType: null, guestId: null, propertyId: 1 });
    });
    const read = <T>(what: string) => page.evaluate(what) as Promise<T>;
    await until("the file has arrived", () => read<boolean>(`uploads.list[0].state === "complete"`));
    const states = await read<string[]>("states");
    assert.deepEqual(states.filter((state) => state !== "waiting"), [
      "hashing",
      "connecting",
      "sending",
      "finishing",
      "complete",
    ]);
    const id = await read<number>("uploads.list[0].documentId");
    const { json } = await call(`${server.url}/v2/documents/${id}`, { token: await server.token() });
    assert.deepEqual([json.filename, json.documentType, json.filesize], ["visa.pdf", "visa", 500_009]);
    const others = browserUploads("u2");
    assert.deepEqual(await read(`${others}.kept.all().then((all) => all.map(({ key }) => key))`), ["new"]);
    const { uploadId } = await ready.promise;
    // As a cancel that came too late finds it; and one of an upload that nobody knows.
    assert.deepEqual(await read(`world.remove("${uploadId}")`), { documentId: id });
    assert.equal(await read(`world.remove("${crypto.randomUUID()}")`), "gone");
  } finally {
    await browser.close();
    await server.stop();
  }
});

function browserUploads(userId: string): string {
  return `innstream.browserUploadsWorld({ person: { orgId: 1, userId: "${userId}" } })`;
}
