// Documents of a guest as people use them: by hand, by keyboard, on a phone; and what was read, put right and taken over.
import assert from "node:assert/strict";
import { call, until } from "../harness/live.ts";
import { browserTests, NETWORK_FAILURES, type Scene } from "./kit.ts";
import { axe, DESK, overhang, PHONE } from "./pages_kit.ts";
import { startUploadGate } from "./upload_gate.ts";
import {
  documentOf,
  FIELDS,
  guestTab,
  MB,
  newGuest,
  openDocuments,
  pdfFile,
  readDocument,
} from "./upload_kit.ts";

const { run } = browserTests();
/** A key that had no effect for so long is pressed again. */
const PRESS_AGAIN_MS = 3_000;

let dir: string;
Deno.test.beforeAll(async () => {
  dir = await Deno.makeTempDir();
});
Deno.test.afterAll(async () => {
  await Deno.remove(dir, { recursive: true });
});

async function documentsOf({ server }: Scene, guestId: number) {
  const token = await server.token();
  const answer = await call(`${server.url}/guest-checkin/document?guestId=${guestId}`, { token });
  return answer.json.items as { filename: string; sha256: string; documentType: string }[];
}

function gateOf({ server }: Scene) {
  return startUploadGate(Number(new URL(server.url).port));
}

Deno.test(
  "upload widget - two files at once arrive, each as what its name says, and a refused one says why",
  run(async (scene) => {
    const guestId = await newGuest(scene, "Bina Twofold");
    const [passport, visa] = await Promise.all([
      pdfFile(dir, "passport of bina.pdf", 2 * MB),
      pdfFile(dir, "visa.pdf", 3 * MB),
    ]);
    await Deno.writeTextFile(`${dir}/list.txt`, "no document");
    await Deno.writeTextFile(`${dir}/false.pdf`, "This is no PDF");
    const gate = gateOf(scene);
    try {
      const meera = await scene.person("meera", { url: gate.url });
      const tab = await guestTab(meera);
      const dialog = await openDocuments(tab, "Bina Twofold");
      await dialog.locator("[data-picker]").setInputFiles([
        passport.path,
        visa.path,
        `${dir}/list.txt`,
        `${dir}/false.pdf`,
      ]);
      await dialog.locator('[data-upload="sending"], [data-upload="connecting"]').nth(1).waitFor();
      gate.open();
      await dialog.getByText("Not uploaded: only JPEG, PNG, GIF, WebP, PDF, CSV and Excel files are taken", {
        exact: true,
      })
        .waitFor();
      await dialog.getByText(/^Not uploaded: the content is not what the name says/).waitFor();
      await dialog.locator(".document").nth(1).waitFor();
      const documents = await documentsOf(scene, guestId);
      assert.deepEqual(
        documents.map(({ filename, sha256, documentType }) => [filename, sha256, documentType]).toSorted(),
        [["passport of bina.pdf", passport.sha256, "passport"], ["visa.pdf", visa.sha256, "visa"]],
      );
      await dialog.getByRole("button", { name: "Dismiss: list.txt" }).click();
      await dialog.getByText("list.txt").waitFor({ state: "detached" });
    } finally {
      gate.stop();
    }
  }, { allowed: NETWORK_FAILURES }),
);

Deno.test(
  "upload widget - offline it waits and goes on by itself, and what is cancelled is forgotten",
  run(async (scene) => {
    const guestId = await newGuest(scene, "Chitra Offline");
    const [kept, dropped] = await Promise.all([
      pdfFile(dir, "kept.pdf", 3 * MB),
      pdfFile(dir, "dropped.pdf", 3 * MB),
    ]);
    const gate = gateOf(scene);
    try {
      const meera = await scene.person("meera", { url: gate.url });
      const tab = await guestTab(meera);
      const dialog = await openDocuments(tab, "Chitra Offline");
      gate.allow(MB);
      await dialog.locator("[data-picker]").setInputFiles([kept.path, dropped.path]);
      await dialog.locator('[data-upload="sending"]').nth(1).waitFor();
      await meera.context.setOffline(true);
      await dialog.getByText("Waiting for the network, goes on by itself").nth(1).waitFor();
      await meera.context.setOffline(false);
      await dialog.locator('[data-upload="sending"]').nth(1).waitFor();
      await dialog.getByRole("button", { name: "Cancel: dropped.pdf" }).click();
      gate.open();
      await dialog.locator(".document").waitFor();
      assert.deepEqual((await documentsOf(scene, guestId)).map(({ filename }) => filename), ["kept.pdf"]);
    } finally {
      gate.stop();
    }
  }, { allowed: NETWORK_FAILURES }),
);

Deno.test(
  "upload widget - a file that the browser can find again goes on by itself after a reload",
  run(async (scene) => {
    const guestId = await newGuest(scene, "Dev Handle");
    const gate = gateOf(scene);
    try {
      const meera = await scene.person("meera", { url: gate.url });
      // A file of the browser's own, with a real handle, in place of the dialog that nobody can press here.
      await meera.context.addInitScript(() => {
        Object.assign(globalThis, {
          async showOpenFilePicker() {
            const root = await navigator.storage.getDirectory();
            const handle = await root.getFileHandle("passport.pdf", { create: true });
            const writable = await handle.createWritable();
            await writable.write(`%PDF-1.7\n${"x".repeat(3 * 1024 * 1024)}`);
            await writable.close();
            return [handle];
          },
        });
      });
      const tab = await guestTab(meera);
      const dialog = await openDocuments(tab, "Dev Handle");
      gate.allow(MB);
      await dialog.getByRole("button", { name: "Choose files" }).click();
      await dialog.locator('[data-upload="sending"]').waitFor();
      await tab.page.waitForFunction(() => localStorage.getItem("innstream.uploads") !== null);
      await tab.page.reload();
      await tab.is("live");
      await tab.page.locator('.upload-tray [data-upload="sending"]').waitFor();
      gate.open();
      await tab.page.locator('.upload-tray [data-upload="complete"]').waitFor();
      assert.deepEqual((await documentsOf(scene, guestId)).map(({ filename }) => filename), ["passport.pdf"]);
    } finally {
      gate.stop();
    }
  }, { allowed: NETWORK_FAILURES }),
);

Deno.test(
  "upload widget - all of it goes by keyboard, and is said politely",
  run(async (scene) => {
    await newGuest(scene, "Esha Keys");
    const file = await pdfFile(dir, "voter id.pdf", 1 * MB);
    const meera = await scene.person("meera", { viewport: DESK, reducedMotion: "reduce" });
    await meera.context.addInitScript(() => {
      Object.defineProperty(globalThis, "showOpenFilePicker", { value: undefined });
    });
    const tab = await guestTab(meera);
    const { page } = tab;
    const focus = async (name: RegExp) => {
      for (let i = 0; i < 60; i++) {
        const text = await page.evaluate(() => {
          const { activeElement: at } = document;
          return at?.getAttribute("aria-label") ?? at?.textContent ?? "";
        });
        if (name.test(text)) return;
        await page.keyboard.press("Tab");
      }
      assert.fail(`Tab does not come to ${name}`);
    };
    await page.locator('[data-entity="guest"]').getByRole("button", { name: "Esha Keys", exact: true })
      .focus();
    await page.keyboard.press("Enter");
    await page.locator("dialog[open]").waitFor();
    await focus(/^Documents$/);
    await page.keyboard.press("Enter");
    const dialog = page.getByRole("dialog", { name: "Documents of Esha Keys" });
    await dialog.locator(".upload-area").waitFor();
    const chooser = page.waitForEvent("filechooser");
    const opens = chooser.then(() => true);
    // A page that is busy may drop a key, as it may for a person, who presses it again.
    await until("the chooser opens", async () => {
      await focus(/^Choose files$/);
      await page.keyboard.press("Enter");
      return await Promise.race([
        opens,
        new Promise<false>((resolve) => setTimeout(resolve, PRESS_AGAIN_MS, false)),
      ]);
    });
    await (await chooser).setFiles(file.path);
    await dialog.locator(".document").waitFor();
    await focus(/^Voter ID/);
    await page.keyboard.press("Enter");
    await dialog.getByText("This takes a few seconds").waitFor();
    await focus(/^All documents$/);
    await page.keyboard.press("Enter");
    await dialog.locator(".document").waitFor();
    const polite = await dialog.locator('[role="status"]').count();
    assert.ok(polite > 0, "nothing says what happens");
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
  }),
);

Deno.test(
  "upload widget - a value is put right, and chosen values become the guest's",
  run(async (scene) => {
    const guestId = await newGuest(scene, "Meera Bhattacharya", { dateOfBirth: "1975-08-12" });
    const id = await readDocument(scene, { guestId, status: "needs_review", fields: FIELDS, previews: 1 });
    const meera = await scene.person("meera", { viewport: DESK });
    const tab = await guestTab(meera);
    const dialog = await openDocuments(tab, "Meera Bhattacharya");
    await dialog.locator(".document-open").click();
    await dialog.locator(".preview img").waitFor();
    const width = await dialog.locator(".preview img").evaluate((image: HTMLImageElement) => {
      return image.decode().then(() => image.naturalWidth);
    });
    assert.ok(width > 0, "the picture is there");
    const birth = dialog.locator('[data-field="dateOfBirth"]');
    assert.match(await birth.innerText(), /Needs a look[\s\S]*differs from the booking: 1975-08-12/);
    assert.match(await dialog.locator('[data-field="documentNumber"]').innerText(), /check digit agrees/);
    await birth.locator("input").fill("1975-08-12");
    await dialog.locator('[data-field="nationality"] input').fill("in");
    await dialog.getByRole("button", { name: "Save corrections" }).click();
    await dialog.getByText("must be a country code such as IND").first().waitFor();
    await dialog.locator('[data-field="nationality"] input').fill("IND");
    await dialog.getByRole("button", { name: "Save corrections" }).click();
    await dialog.getByText("1 correction", { exact: true }).waitFor();
    const corrected = await documentOf(scene, id);
    assert.equal(corrected.status, "done");
    assert.deepEqual(
      [corrected.corrections[0].field, corrected.corrections[0].after, corrected.corrections[0].correctedBy],
      ["dateOfBirth", "1975-08-12", "meera"],
    );
    await dialog.getByRole("button", { name: "Apply to guest" }).click();
    const number = dialog.locator('[data-apply="idNumber"] input');
    assert.equal(await number.isChecked(), true);
    assert.equal(
      await dialog.locator('[data-apply="dateOfBirth"] input').isDisabled(),
      true,
      "it says the same",
    );
    await dialog.locator('[data-apply="sex"] input').uncheck();
    await dialog.getByRole("button", { name: /^Apply \d values$/ }).click();
    await dialog.getByText("Applied", { exact: true }).waitFor();
    const answer = await call(`${scene.server.url}/guest-checkin/guest/${guestId}`, {
      token: await scene.server.token(),
    });
    const { idType, idNumber, idExpiresOn, nationality, sex } = answer.json;
    assert.deepEqual(
      [idType, idNumber, idExpiresOn, nationality, sex],
      ["passport", "L8988901C", "2031-04-15", "IND", null],
    );
  }, { allowed: /status of 422/ }),
);

Deno.test(
  "upload widget - on a phone nothing hangs over, and axe has nothing serious against any state",
  run(async (scene) => {
    const guestId = await newGuest(scene, "Farid Phone");
    await readDocument(scene, { guestId, status: "needs_review", fields: FIELDS, previews: 1 });
    await readDocument(scene, {
      guestId,
      documentType: "aadhaar",
      filename: `${"e-aadhaar ".repeat(12)}.pdf`,
      status: "needs_review",
      problem: "password_required",
    });
    const file = await pdfFile(dir, `${"long name ".repeat(9)}.pdf`, 2 * MB);
    const gate = gateOf(scene);
    try {
      const found: string[] = [];
      for (const colorScheme of ["light", "dark"] as const) {
        const meera = await scene.person("meera", {
          url: gate.url,
          viewport: PHONE,
          colorScheme,
          hasTouch: true,
          reducedMotion: "reduce",
        });
        const tab = await guestTab(meera);
        const look = async (state: string) => {
          found.push(
            ...[...await axe(tab), ...await overhang(tab)].map((text) => `${colorScheme} ${state}: ${text}`),
          );
        };
        const dialog = await openDocuments(tab, "Farid Phone");
        await dialog.locator(".document").nth(1).waitFor();
        await dialog.locator("[data-picker]").setInputFiles(file.path);
        await dialog.getByRole("button", { name: /^Pause/ }).click();
        await look("paused");
        await dialog.locator(".document-open", { hasText: "Passport" }).click();
        await dialog.locator(".review-fields").waitFor();
        await look("review");
        await dialog.getByRole("button", { name: "Apply to guest" }).click();
        await look("apply");
        await dialog.getByRole("button", { name: "All documents" }).click();
        await dialog.locator(".document-open", { hasText: "Aadhaar" }).click();
        await dialog.getByLabel("Password of the PDF").waitFor();
        await look("locked");
        await dialog.getByRole("button", { name: "All documents" }).click();
        await dialog.getByRole("button", { name: /^Cancel: / }).click();
        await tab.close();
      }
      assert.deepEqual(found, []);
    } finally {
      gate.stop();
    }
  }, { allowed: NETWORK_FAILURES }),
);
