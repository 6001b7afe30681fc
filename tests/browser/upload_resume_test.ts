// A large file on a bad day: paused, the page reloaded, the server killed; it arrives once and whole.
import assert from "node:assert/strict";
import { call, until } from "../harness/live.ts";
import { freePort } from "../harness/ports.ts";
import { type AppProcess, buildApp, startProcess } from "../harness/process.ts";
import { TEST_SECRET, type TestServer } from "../harness/server.ts";
import { browserTests, NETWORK_FAILURES } from "./kit.ts";
import { startUploadGate } from "./upload_gate.ts";
import {
  guestTab,
  MB,
  newGuest,
  noted,
  notePercents,
  openDocuments,
  pdfFile,
  percentOf,
} from "./upload_kit.ts";

const { run } = browserTests();
Deno.test.beforeAll(buildApp);

const FILE_BYTES = 30 * MB;

function startApp({ database, nats }: TestServer, port: number): Promise<AppProcess> {
  return startProcess({
    DATABASE_URL: database.appUrl,
    NATS_URL: nats.url,
    JWT_SECRET: TEST_SECRET,
    DEMO: "1",
    PORT: String(port),
  });
}

Deno.test(
  "upload resume - paused, reloaded and after a crash of the server, a file goes on where it was",
  run(async (scene) => {
    const guestId = await newGuest(scene, "Asha Resume");
    const dir = await Deno.makeTempDir();
    const port = freePort();
    let app = await startApp(scene.server, port);
    const gate = startUploadGate(port);
    try {
      const [file, other] = await Promise.all([
        pdfFile(dir, "scan.pdf", FILE_BYTES),
        pdfFile(dir, "other.pdf", FILE_BYTES),
      ]);
      const meera = await scene.person("meera", { url: gate.url });
      await meera.context.addInitScript(notePercents);
      const tab = await guestTab(meera);
      const { page } = tab;
      page.on("dialog", (dialog) => void dialog.accept());
      let dialog = await openDocuments(tab, "Asha Resume");
      gate.allow(6 * MB);
      await dialog.locator("[data-picker]").setInputFiles(file.path);
      const reaches = async (percent: number) => {
        await page.waitForFunction((percent) => {
          const text = document.querySelector(".upload .progress .figure")?.textContent ?? "";
          return Number(text.replaceAll(/\D/g, "")) >= percent;
        }, percent);
      };
      await reaches(15);
      await dialog.getByRole("button", { name: "Pause: scan.pdf" }).click();
      await dialog.getByText("Paused", { exact: true }).waitFor();
      const paused = await percentOf(dialog);
      // What is under way still arrives, then nothing.
      gate.allow(2 * MB);
      await dialog.getByRole("button", { name: "Resume: scan.pdf" }).click();
      gate.allow(4 * MB);
      await reaches(paused + 10);
      const reloaded = await percentOf(dialog);
      await page.reload();
      await tab.is("live");
      const tray = page.locator(".upload-tray");
      await tray.getByText("Unfinished: choose the file again to go on").waitFor();
      await tray.locator("input[type=file]").setInputFiles(other.path);
      await tray.getByText("That is another file. Choose the one that was begun").waitFor();
      gate.allow(3 * MB);
      await tray.locator("input[type=file]").setInputFiles(file.path);
      await reaches(reloaded + 5);
      const percents = await noted(tab);
      assert.deepEqual(percents, percents.toSorted((a, b) => a - b), "progress went back");
      assert.ok(percents[0]! >= paused, `after the reload it began at ${percents[0]} %`);
      app.kill("SIGKILL");
      await app.ended;
      await tray.getByText("Connection lost, goes on by itself").waitFor();
      gate.open();
      app = await startApp(scene.server, port);
      await tray.getByRole("button", { name: "Try now: scan.pdf" }).click({ timeout: 1_000 }).catch(() => {});
      await tray.getByText("Uploaded", { exact: true }).waitFor();
      dialog = await openDocuments(tab, "Asha Resume");
      await dialog.getByText("Waiting to be read").waitFor();
      const token = await scene.server.token();
      const list = await call(`${scene.server.url}/guest-checkin/document?guestId=${guestId}`, { token });
      assert.equal(list.json.items.length, 1);
      const [{ sha256, filesize, id }] = list.json.items;
      assert.deepEqual([sha256, filesize], [file.sha256, FILE_BYTES]);
      const content = await fetch(`${scene.server.url}/v2/documents/${id}/content`, {
        headers: { authorization: `Bearer ${token}` },
      });
      assert.equal((await content.arrayBuffer()).byteLength, FILE_BYTES);
      const kept = await page.evaluate(() => localStorage.getItem("innstream.uploads"));
      assert.equal(kept, null, "the browser still remembers it");
    } finally {
      gate.stop();
      await app.stop();
      await Deno.remove(dir, { recursive: true });
    }
  }, { allowed: NETWORK_FAILURES }),
);

Deno.test(
  "upload resume - a session that ends while a file is sent is renewed on the same connection",
  run(async (scene) => {
    const guestId = await newGuest(scene, "Bela Renewed");
    const dir = await Deno.makeTempDir();
    const gate = startUploadGate(Number(new URL(scene.server.url).port));
    try {
      const file = await pdfFile(dir, "long.pdf", 4 * MB);
      const meera = await scene.person("meera", { url: gate.url });
      const tab = await guestTab(meera);
      const frames: string[][] = [];
      tab.page.on("websocket", (socket) => {
        if (!socket.url().includes("/documents/upload/stream")) return;
        const own: string[] = [];
        frames.push(own);
        const note = ({ payload }: { payload: string | Uint8Array }) => {
          if (typeof payload !== "string" || !payload.startsWith("{")) return;
          const { type, code } = JSON.parse(payload);
          if (type !== "progress") own.push(code ?? type ?? "handshake");
        };
        socket.on("framesent", note);
        socket.on("framereceived", note);
      });
      const dialog = await openDocuments(tab, "Bela Renewed");
      gate.allow(MB);
      // Less than the minute before its end in which the server asks for a new one; just before, so that nothing else on
      // the page renews it first.
      await meera.signInAs("meera", { lifeS: 40 });
      await dialog.locator("[data-picker]").setInputFiles(file.path);
      await until("a new token", () => Promise.resolve(frames[0]?.includes("auth") ?? false));
      gate.open();
      await dialog.locator(".document").waitFor();
      assert.deepEqual(frames, [["handshake", "ready", "token_expiring", "auth", "renewed", "complete"]]);
      const token = await scene.server.token();
      const list = await call(`${scene.server.url}/guest-checkin/document?guestId=${guestId}`, { token });
      assert.deepEqual(list.json.items.map(({ sha256 }: { sha256: string }) => sha256), [file.sha256]);
    } finally {
      gate.stop();
      await Deno.remove(dir, { recursive: true });
    }
  }, { allowed: NETWORK_FAILURES }),
);
