// The ways a file comes to the page besides the dialog: dropped as people drop it, pasted, taken with the camera.
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import type { Locator } from "playwright-core";
import { call } from "../harness/live.ts";
import { browserTests, type Scene } from "./kit.ts";
import { DESK, PHONE } from "./pages_kit.ts";
import type { Tab } from "./tab.ts";
import { guestTab, newGuest, openDocuments, pdfFile, type TestFile } from "./upload_kit.ts";

const { run } = browserTests();

let dir: string;
Deno.test.beforeAll(async () => {
  dir = await Deno.makeTempDir();
});
Deno.test.afterAll(async () => {
  await Deno.remove(dir, { recursive: true });
});

/** Drops files of the disk onto the middle of a place, as the system does when somebody lets them go. */
async function drop({ page }: Tab, place: Locator, ...files: readonly TestFile[]): Promise<void> {
  // Where what lies below the pointer changes between two events, the browser takes it for a leave instead of a drop.
  await page.evaluate(async () => {
    const moving = document.getAnimations().filter(({ effect }) => {
      return effect?.getComputedTiming().iterations !== Infinity;
    });
    await Promise.allSettled(moving.map(({ finished }) => finished));
  });
  const box = (await place.boundingBox())!;
  const at = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  const data = { items: [], files: files.map(({ path }) => path), dragOperationsMask: 1 };
  const session = await page.context().newCDPSession(page);
  for (const type of ["dragEnter", "dragOver", "dragOver", "drop"] as const) {
    await session.send("Input.dispatchDragEvent", { type, ...at, data });
  }
  await session.detach();
}

async function documentsOf({ server }: Scene, query: string) {
  const token = await server.token();
  const answer = await call(`${server.url}/guest-checkin/document?${query}`, { token });
  return answer.json.items as { filename: string; sha256: string; guestId: number; propertyId: number }[];
}

Deno.test(
  "upload ways - files dropped in the area, and beside it, are the guest's",
  run(async (scene) => {
    const guestId = await newGuest(scene, "Gopal Drop");
    const [first, second] = await Promise.all([
      pdfFile(dir, "passport.pdf", 90_000),
      pdfFile(dir, "visa.pdf", 70_000),
    ]);
    const meera = await scene.person("meera", { viewport: DESK });
    const tab = await guestTab(meera);
    const dialog = await openDocuments(tab, "Gopal Drop");
    await drop(tab, dialog.locator(".upload-area"), first);
    await dialog.locator(".document", { hasText: "passport.pdf" }).waitFor();
    await drop(tab, dialog.locator(".dialog-head"), second);
    await dialog.locator(".document", { hasText: "visa.pdf" }).waitFor();
    const found = await documentsOf(scene, `guestId=${guestId}`);
    assert.deepEqual(
      found.map(({ filename, sha256 }) => [filename, sha256]).toSorted(),
      [["passport.pdf", first.sha256], ["visa.pdf", second.sha256]],
    );
  }),
);

Deno.test(
  "upload ways - what is dropped while a document is looked at does not leave the page",
  run(async (scene) => {
    await newGuest(scene, "Hema Beside");
    const file = await pdfFile(dir, "other.pdf", 70_000);
    const meera = await scene.person("meera", { viewport: DESK });
    const tab = await guestTab(meera);
    const dialog = await openDocuments(tab, "Hema Beside");
    await drop(tab, dialog.locator(".upload-area"), file);
    await dialog.locator(".document-open").click();
    const url = tab.page.url();
    const pages = meera.context.pages().length;
    await drop(tab, dialog.locator(".review-head"), file);
    await dialog.getByRole("button", { name: "All documents" }).click();
    await dialog.locator(".document").waitFor();
    assert.deepEqual([tab.page.url(), meera.context.pages().length], [url, pages]);
  }),
);

Deno.test(
  "upload ways - a scan dropped on the page is uploaded for the property that is shown, or that is chosen",
  run(async (scene) => {
    const [shown, chosen] = await Promise.all([
      pdfFile(dir, "shown.pdf", 70_000),
      pdfFile(dir, "chosen.pdf", 70_000),
    ]);
    const meera = await scene.person("meera", { viewport: DESK });
    let tab = await meera.tab("/guests?view=all&property=2");
    await drop(tab, tab.page.locator("h1"), shown);
    let dialog = tab.page.getByRole("dialog", { name: "Upload documents" });
    await dialog.locator(".document", { hasText: "shown.pdf" }).waitFor();
    await tab.close();
    tab = await meera.tab("/guests?view=documents");
    await drop(tab, tab.page.locator("h1"), chosen);
    dialog = tab.page.getByRole("dialog", { name: "Upload documents" });
    await dialog.getByText("1 file waits: choose the property first").waitFor();
    assert.equal(await dialog.locator(".upload, .upload-area").count(), 0, "nothing is sent yet");
    await dialog.getByLabel("Property").selectOption("1");
    await dialog.locator(".document", { hasText: "chosen.pdf" }).waitFor();
    const all = await documentsOf(scene, "limit=200");
    const places = all.filter(({ filename }) => /^(shown|chosen)/.test(filename)).map((one) => {
      return [one.filename, one.propertyId, one.guestId];
    });
    assert.deepEqual(places.toSorted(), [["chosen.pdf", 1, null], ["shown.pdf", 2, null]]);
  }),
);

Deno.test(
  "upload ways - a picture in the clipboard is pasted, and text is not",
  run(async (scene) => {
    const guestId = await newGuest(scene, "Ila Paste");
    const meera = await scene.person("meera", { viewport: DESK });
    await meera.context.grantPermissions(["clipboard-read", "clipboard-write"]);
    const tab = await guestTab(meera);
    const dialog = await openDocuments(tab, "Ila Paste");
    await tab.page.evaluate(() => navigator.clipboard.writeText("no file"));
    await tab.page.keyboard.press("Control+V");
    await tab.page.evaluate(async () => {
      const canvas = new OffscreenCanvas(64, 40);
      canvas.getContext("2d")!.fillRect(0, 0, 64, 40);
      const blob = await canvas.convertToBlob({ type: "image/png" });
      await navigator.clipboard.write([new ClipboardItem({ "image/png": blob })]);
    });
    await tab.page.keyboard.press("Control+V");
    await dialog.locator(".document").waitFor();
    const found = await documentsOf(scene, `guestId=${guestId}`);
    assert.deepEqual(found.map(({ filename }) => filename), ["image.png"]);
  }),
);

Deno.test(
  "upload ways - on a phone a photo is taken with the camera at the back, above a long list",
  run(async (scene) => {
    const guestId = await newGuest(scene, "Jai Camera");
    const meera = await scene.person("meera", { viewport: PHONE, hasTouch: true, isMobile: true });
    const tab = await guestTab(meera);
    const dialog = await openDocuments(tab, "Jai Camera");
    for (const name of ["a", "b"]) {
      const chooser = tab.page.waitForEvent("filechooser");
      await dialog.getByRole("button", { name: "Take a photo" }).tap();
      const asked = await chooser;
      assert.equal(await asked.element().getAttribute("capture"), "environment");
      await asked.setFiles({ name: `${name}.jpg`, mimeType: "image/jpeg", buffer: JPEG });
      await dialog.locator(".document", { hasText: `${name}.jpg` }).waitFor();
    }
    assert.equal((await documentsOf(scene, `guestId=${guestId}`)).length, 2);
    const [area, list] = await Promise.all(
      [".upload-area", ".document-list"].map((one) => dialog.locator(one).boundingBox()),
    );
    assert.ok(area!.y + area!.height <= list!.y, "the place for more stands above what is there");
  }),
);

/** As much of a JPEG as the server looks at. */
const JPEG = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.alloc(4_096)]);
