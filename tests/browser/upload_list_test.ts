// A guest list: uploaded, shown row by row, and taken over as guests; and the view of all documents.
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { call } from "../harness/live.ts";
import { browserTests } from "./kit.ts";
import { DESK } from "./pages_kit.ts";
import { FIELDS, newGuest, readDocument } from "./upload_kit.ts";

const { run } = browserTests();

Deno.test(
  "upload list - a guest list is sent from the page of guests",
  run(async (scene) => {
    const meera = await scene.person("meera", { viewport: DESK });
    const { page } = await meera.tab("/guests?property=1");
    await page.getByRole("button", { name: "Guest list", exact: true }).click();
    const dialog = page.getByRole("dialog", { name: "Upload a guest list" });
    await dialog.locator("[data-picker]").setInputFiles({
      name: "group.csv",
      mimeType: "application/vnd.ms-excel",
      buffer: Buffer.from("Name,Arrives\nAsha Verma,2026-12-01\n"),
    });
    await dialog.locator(".review-title").getByText("group.csv").waitFor();
    await dialog.getByText("Guest list (CSV)").waitFor();
    await dialog.locator(".review-reading").getByText("Waiting to be read").first().waitFor();
  }),
);

Deno.test(
  "upload list - where all houses are shown, nothing is sent before one of them is chosen",
  run(async (scene) => {
    const meera = await scene.person("meera", { viewport: DESK });
    const { page } = await meera.tab("/guests?view=all");
    await page.getByRole("button", { name: "Guest list", exact: true }).click();
    const dialog = page.getByRole("dialog", { name: "Upload a guest list" });
    await dialog.getByLabel("Property").waitFor();
    assert.equal(await dialog.locator(".upload-area").count(), 0);
    await dialog.getByLabel("Property").selectOption("2");
    await dialog.locator(".upload-area").waitFor();
  }),
);

Deno.test(
  "upload list - the rows that are confirmed become guests, once",
  run(async (scene) => {
    const id = await readDocument(scene, {
      documentType: "csv",
      filename: "wedding.csv",
      mimetype: "text/csv",
      status: "needs_review",
    }, {
      columns: [
        { heading: "Guest", field: "name" },
        { heading: "Mail", field: "email" },
        { heading: "Car", field: null },
      ],
      rows: [
        ["Gita Wedding", "gita@example.com", "KA 01"],
        ["Hari Wedding", "hari(at)example", null],
        [null, "nobody@example.com", null],
        ["Indu Wedding", null, null],
      ],
      rowsTotal: 4,
      problems: [
        { row: 1, column: 1, message: "is not an e-mail address" },
        { row: 2, column: 0, message: "has no name" },
      ],
    });
    const meera = await scene.person("meera", { viewport: DESK });
    const { page } = await meera.tab("/guests?view=documents");
    await page.locator('[data-entity="document"]').getByRole("button", { name: "wedding.csv" }).click();
    const dialog = page.locator("dialog[open]");
    await dialog.getByText("is not an e-mail address").waitFor();
    assert.equal(await dialog.getByLabel("Row 1: Gita Wedding").isChecked(), true);
    assert.equal(await dialog.getByLabel("Row 2: Hari Wedding").isChecked(), false, "it has a problem");
    assert.equal(await dialog.getByLabel("Row 3: no name").isDisabled(), true);
    await dialog.getByRole("button", { name: "Add 2 guests" }).click();
    await dialog.getByText("These guests have been added").waitFor();
    const token = await scene.server.token();
    const { json } = await call(`${scene.server.url}/guest-checkin/guest?q=Wedding`, { token });
    assert.deepEqual(json.items.map(({ name }: { name: string }) => name).toSorted(), [
      "Gita Wedding",
      "Indu Wedding",
    ]);
    const document = await call(`${scene.server.url}/v2/documents/${id}`, { token });
    assert.equal(document.json.appliedBy, "meera");
  }),
);

Deno.test(
  "upload list - the view of documents is narrowed to what needs a look, and follows what happens",
  run(async (scene) => {
    const guestId = await newGuest(scene, "Jaya View");
    await readDocument(scene, { guestId, filename: "look.jpg", status: "needs_review", fields: FIELDS });
    await readDocument(scene, { guestId, filename: "fine.jpg", status: "done", documentType: "pan" });
    const meera = await scene.person("meera", { viewport: DESK });
    const { page } = await meera.tab("/guests?view=documents");
    const list = page.locator('[data-entity="document"]');
    await list.getByText("fine.jpg").waitFor();
    await page.getByLabel("State").selectOption("needs_review");
    await list.getByText("fine.jpg").waitFor({ state: "detached" });
    await list.getByText("look.jpg").waitFor();
    await readDocument(scene, { guestId, filename: "later.jpg", status: "needs_review" });
    await list.getByText("later.jpg").waitFor();
    assert.equal(await list.getByText("Jaya View").count(), 2);
  }),
);
