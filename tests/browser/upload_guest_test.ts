// A document of which nobody has said whose it is: its guest is found, or made of it.
import assert from "node:assert/strict";
import { call } from "../harness/live.ts";
import { browserTests, type Scene } from "./kit.ts";
import { axe, DESK, overhang, PHONE } from "./pages_kit.ts";
import { documentOf, FIELDS, newGuest, readDocument } from "./upload_kit.ts";

const { run } = browserTests();

/** Everything is right, so that it can be taken over as it is. */
const SURE = Object.fromEntries(
  Object.entries(FIELDS).map(([name, field]) => [name, { ...field, needsReview: false }]),
);

async function openDocument({ person }: Scene, filename: string, options: object = { viewport: DESK }) {
  const meera = await person("meera", options);
  const tab = await meera.tab("/guests?view=documents");
  const list = tab.page.locator('[data-entity="document"]');
  await list.getByRole("button", { name: filename }).click();
  return { tab, dialog: tab.page.locator("dialog[open]") };
}

async function guestsCalled({ server }: Scene, text: string) {
  const token = await server.token();
  const { json } = await call(`${server.url}/guest-checkin/guest?q=${text}`, { token });
  return json.items;
}

Deno.test(
  "upload guest - a document of nobody is taken over by the guest that is found for it",
  run(async (scene) => {
    const guestId = await newGuest(scene, "Meera Bhattacharya", { arrivesOn: "2026-12-01" });
    await scene.create("guest", { name: "Arun Bhattacharya", propertyId: 2 });
    const id = await readDocument(scene, { filename: "found.jpg", status: "done", fields: SURE });
    const { dialog } = await openDocument(scene, "found.jpg");
    await dialog.getByRole("button", { name: "Choose its guest" }).click();
    await dialog.getByText("1 guest found").waitFor();
    assert.equal(await dialog.getByLabel("Name, e-mail or phone").inputValue(), "BHATTACHARYA");
    assert.equal(await dialog.getByText("Arun").count(), 0, "of another property");
    await dialog.getByLabel("Name, e-mail or phone").fill("nobody at all");
    await dialog.getByText("Nobody here has these words").waitFor();
    await dialog.getByLabel("Name, e-mail or phone").fill("meera bh");
    await dialog.getByRole("button", { name: /^Meera Bhattacharya/ }).click();
    await dialog.getByRole("heading", { name: "Apply to Meera Bhattacharya" }).waitFor();
    await dialog.getByRole("button", { name: /^Apply \d values$/ }).click();
    await dialog.getByText("Applied", { exact: true }).waitFor();
    const document = await documentOf(scene, id);
    assert.deepEqual([document.guestId, document.appliedBy], [guestId, "meera"]);
    const [guest] = await guestsCalled(scene, "Meera%20Bhattacharya");
    assert.deepEqual([guest.idNumber, guest.dateOfBirth], ["L8988901C", "1974-08-12"]);
  }),
);

Deno.test(
  "upload guest - a guest is made of a document, once, also where the second step failed at first",
  run(async (scene) => {
    const fields = { ...SURE, surname: { ...FIELDS.surname!, value: "WEILGUNI" } };
    const id = await readDocument(scene, { filename: "made.jpg", status: "done", fields });
    const { tab, dialog } = await openDocument(scene, "made.jpg");
    await dialog.getByRole("button", { name: "Choose its guest" }).click();
    await dialog.getByText("Nobody here has these words").waitFor();
    await dialog.getByRole("button", { name: "New guest MEERA WEILGUNI" }).click();
    assert.equal(await dialog.locator('[data-apply="name"] input').isDisabled(), true);
    await dialog.locator('[data-apply="sex"] input').uncheck();
    await tab.page.route("**/apply", (route) => route.abort(), { times: 1 });
    await dialog.getByRole("button", { name: /^Add guest with \d values$/ }).click();
    await dialog.getByText(/^MEERA WEILGUNI was added as a guest, without these values: /).waitFor();
    await dialog.getByRole("button", { name: /^Apply \d values$/ }).click();
    await dialog.getByText("Applied", { exact: true }).waitFor();
    const guests = await guestsCalled(scene, "WEILGUNI");
    assert.equal(guests.length, 1);
    const [{ name, idType, idNumber, sex, propertyId, id: guestId }] = guests;
    assert.deepEqual([name, idType, idNumber, sex, propertyId], [
      "MEERA WEILGUNI",
      "passport",
      "L8988901C",
      null,
      1,
    ]);
    assert.equal((await documentOf(scene, id)).guestId, guestId);
    await dialog.getByRole("button", { name: "Apply to guest" }).waitFor();
  }, { allowed: /Failed to load resource/ }),
);

Deno.test(
  "upload guest - on a phone nothing hangs over, and axe has nothing serious against the choice",
  run(async (scene) => {
    await newGuest(scene, `Bhattacharya ${"of a long name ".repeat(8)}`);
    await readDocument(scene, { filename: "phone.jpg", status: "done", fields: SURE, previews: 1 });
    const found: string[] = [];
    for (const colorScheme of ["light", "dark"] as const) {
      const { tab, dialog } = await openDocument(scene, "phone.jpg", {
        viewport: PHONE,
        colorScheme,
        hasTouch: true,
        reducedMotion: "reduce",
      });
      await dialog.getByRole("button", { name: "Choose its guest" }).click();
      await dialog.getByRole("list", { name: "Guests found" }).waitFor();
      found.push(...await axe(tab), ...await overhang(tab));
      await dialog.getByRole("button", { name: /^New guest/ }).click();
      found.push(...await axe(tab), ...await overhang(tab));
      await tab.close();
    }
    assert.deepEqual(found, []);
  }),
);
