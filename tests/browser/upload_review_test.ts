// A document while it is looked at: what goes wrong with one page or one request stays with it.
import assert from "node:assert/strict";
import { browserTests, NETWORK_FAILURES } from "./kit.ts";
import { DESK } from "./pages_kit.ts";
import { documentOf, FIELDS, guestTab, newGuest, openDocuments, readDocument } from "./upload_kit.ts";

const { run } = browserTests();

Deno.test(
  "upload review - a page whose picture cannot be loaded does not take the others along",
  run(async (scene) => {
    const guestId = await newGuest(scene, "Kiran Pages");
    // Only the first has a picture.
    await readDocument(scene, { guestId, status: "done", fields: FIELDS, previews: 2 });
    const meera = await scene.person("meera", { viewport: DESK });
    const dialog = await openDocuments(await guestTab(meera), "Kiran Pages");
    await dialog.locator(".document-open").click();
    await dialog.locator(".preview img").waitFor();
    await dialog.getByRole("button", { name: "Next" }).click();
    await dialog.getByText("The picture could not be loaded").waitFor();
    await dialog.getByRole("button", { name: "Before" }).click();
    await dialog.getByRole("img", { name: "Page 1 of the document" }).waitFor();
  }, { allowed: NETWORK_FAILURES }),
);

Deno.test(
  "upload review - what is typed while corrections are saved is not lost",
  run(async (scene) => {
    const guestId = await newGuest(scene, "Lata Typing");
    const id = await readDocument(scene, { guestId, status: "needs_review", fields: FIELDS });
    const meera = await scene.person("meera", { viewport: DESK });
    const tab = await guestTab(meera);
    const dialog = await openDocuments(tab, "Lata Typing");
    await dialog.locator(".document-open").click();
    const field = (name: string) => dialog.locator(`[data-field="${name}"] input`);
    const [asked, answer] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    await tab.page.route(`**/v2/documents/${id}`, async (route) => {
      if (route.request().method() === "PATCH") {
        asked.resolve();
        await answer.promise;
      }
      await route.continue();
    });
    await field("dateOfBirth").fill("1975-08-12");
    await dialog.getByRole("button", { name: "Save corrections" }).click();
    await asked.promise;
    await field("documentNumber").fill("M1234567");
    answer.resolve();
    await dialog.getByText("1 correction", { exact: true }).waitFor();
    await dialog.getByRole("button", { name: "Save corrections" }).waitFor();
    assert.equal(await field("documentNumber").inputValue(), "M1234567");
    const { fields } = await documentOf(scene, id);
    assert.deepEqual([fields.dateOfBirth.value, fields.documentNumber.value], ["1975-08-12", "L8988901C"]);
  }),
);
