// From the file to the guest's record with everything real in between: dropped, sent, read by a worker, taken over.
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { startWorker, type Worker } from "@/services/ocr/worker/start.ts";
import { call } from "../harness/live.ts";
import { letterPdf, pictureOf } from "../specimens/catalogue.ts";
import { browserTests } from "./kit.ts";
import { DESK } from "./pages_kit.ts";
import { guestTab, newGuest, openDocuments } from "./upload_kit.ts";

/** A reader has to start, and this is not its speed test. */
const READ_MS = 60_000;

let worker: Worker | undefined;
const { run } = browserTests({
  prepare: async ({ server: { database, nats } }) => {
    worker = await startWorker({
      databaseUrl: database.appUrl,
      natsUrl: nats.url,
      concurrency: 1,
      timeoutMs: READ_MS,
      memoryBytes: 1024 ** 3,
      clamav: undefined,
      clamavRequired: false,
      metricsHost: "127.0.0.1",
      metricsPort: undefined,
      aadhaarKeys: [],
    }, () => {});
  },
});
Deno.test.afterAll(async () => {
  await worker?.close();
});

Deno.test(
  "upload read - a passport that is dropped shows what it says, and that becomes the guest's",
  run(async (scene) => {
    const specimen = await pictureOf("passport", "clean", 7);
    const { surname, givenNames, documentNumber, dateOfBirth } = specimen.truth;
    const guestId = await newGuest(scene, `${givenNames} ${surname}`);
    const meera = await scene.person("meera", { viewport: DESK });
    const tab = await guestTab(meera);
    const dialog = await openDocuments(tab, `${givenNames} ${surname}`);
    const files = await tab.page.evaluateHandle((base64) => {
      const transfer = new DataTransfer();
      const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
      transfer.items.add(new File([bytes], "passport.png", { type: "image/png" }));
      return transfer;
    }, Buffer.from(specimen.bytes).toString("base64"));
    await dialog.locator(".upload-area").dispatchEvent("drop", { dataTransfer: files });
    await dialog.locator('.document:is([data-status="done"], [data-status="needs_review"])').waitFor({
      timeout: READ_MS,
    });
    await dialog.locator(".document-open").click();
    await dialog.locator(".preview img").waitFor();
    const value = (field: string) => dialog.locator(`[data-field="${field}"] input`).inputValue();
    assert.deepEqual(
      [await value("documentNumber"), await value("dateOfBirth")],
      [documentNumber, dateOfBirth],
    );
    assert.match(await dialog.locator('[data-field="documentNumber"]').innerText(), /check digit agrees/);
    await dialog.getByRole("button", { name: "Apply to guest" }).click();
    for (const field of ["idNumber", "dateOfBirth"]) {
      await dialog.locator(`[data-apply="${field}"] input`).check();
    }
    await dialog.getByRole("button", { name: /^Apply \d values$/ }).click();
    await dialog.getByText("Applied", { exact: true }).waitFor();
    const guest = await call(`${scene.server.url}/guest-checkin/guest/${guestId}`, {
      token: await scene.server.token(),
    });
    assert.deepEqual(
      [guest.json.idType, guest.json.idNumber, guest.json.dateOfBirth],
      ["passport", documentNumber, dateOfBirth],
    );
  }),
);

Deno.test(
  "upload read - a locked letter asks for its password, says when it is wrong, and hides the number",
  run(async (scene) => {
    const letter = letterPdf(3, { locked: true });
    await newGuest(scene, "Somebody Else");
    const meera = await scene.person("meera", { viewport: DESK });
    const tab = await guestTab(meera);
    const dialog = await openDocuments(tab, "Somebody Else");
    await dialog.locator("[data-picker]").setInputFiles({
      name: "aadhaar.pdf",
      mimeType: "application/pdf",
      buffer: Buffer.from(letter.bytes),
    });
    await dialog.locator(".document").getByText(/needs its password/i).waitFor({ timeout: READ_MS });
    await dialog.locator(".document-open").click();
    const password = dialog.getByLabel("Password of the PDF");
    await password.fill("WRONG0000");
    await dialog.getByRole("button", { name: "Open it" }).click();
    await dialog.getByText(/does not open this document/).waitFor({ timeout: READ_MS });
    await password.fill(letter.password);
    await dialog.getByRole("button", { name: "Open it" }).click();
    const number = dialog.locator('[data-field="documentNumber"] input');
    await number.waitFor({ timeout: READ_MS });
    assert.equal(await number.inputValue(), letter.truth.documentNumber);
    const text = (await tab.page.content()).replaceAll(/\D/g, "");
    assert.equal(text.includes(letter.secret!), false, "the whole number is on the page");
  }, { allowed: /status of 422/ }),
);
