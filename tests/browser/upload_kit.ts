import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import sharp from "sharp";
import type { Locator, Page } from "playwright-core";
import type { Fields, TableReading } from "@/lib/ocr/reading.ts";
import { connectPool } from "@/services/postgres/pool.ts";
import { inTenant } from "@/services/postgres/tenant.ts";
import { call } from "../harness/live.ts";
import { pictureOf } from "../specimens/catalogue.ts";
import type { Person, Scene } from "./kit.ts";
import type { Tab } from "./tab.ts";

export const MB = 1024 * 1024;
/** Programs alone make documents. */
const PROGRAM = { role: "service", sub: "reader" };

export interface TestFile {
  readonly path: string;
  readonly sha256: string;
}

/** A file that says it is a PDF, of noise otherwise. */
export async function pdfFile(dir: string, name: string, bytes: number): Promise<TestFile> {
  const content = new Uint8Array(bytes);
  for (let at = 0; at < bytes; at += 65_536) {
    crypto.getRandomValues(content.subarray(at, Math.min(bytes, at + 65_536)));
  }
  content.set(new TextEncoder().encode("%PDF-1.7\n"));
  const path = `${dir}/${name}`;
  await Deno.writeFile(path, content);
  return { path, sha256: createHash("sha256").update(content).digest("hex") };
}

/** Opens a guest's documents as a person does. */
export async function openDocuments({ page }: Tab, guest: string): Promise<Locator> {
  await page.locator('[data-entity="guest"]').getByRole("button", { name: guest }).first().click();
  await page.locator("dialog[open]").getByRole("button", { name: "Documents", exact: true }).click();
  const dialog = page.getByRole("dialog", { name: `Documents of ${guest}` });
  await dialog.locator(".upload-area").waitFor();
  return dialog;
}

export async function guestTab(person: Person): Promise<Tab> {
  return await person.tab("/guests?view=all");
}

export async function newGuest({ create }: Scene, name: string, more: object = {}): Promise<number> {
  return await create("guest", { name, propertyId: 1, ...more });
}

export interface ReadDocument {
  readonly guestId?: number;
  readonly documentType?: string;
  readonly filename?: string;
  readonly status?: string;
  readonly [field: string]: unknown;
}

/** A document as the readers leave it, made by REST as they do; with a picture where `previews` says so. */
export async function readDocument(
  scene: Scene,
  document: ReadDocument,
  table?: TableReading,
): Promise<number> {
  const { server, create } = scene;
  const { documentType = "passport", filename = "passport.jpg", ...rest } = document;
  const id = await create("document", {
    propertyId: 1,
    documentType,
    filename,
    mimetype: "image/jpeg",
    filesize: 480_000,
    ...rest,
  }, PROGRAM);
  if (Number(document.previews) > 0) {
    const { bytes } = await pictureOf("passport", "clean", 7);
    const webp = await sharp(bytes).resize(1200).webp().toBuffer();
    await server.services.previews.putPreview(1, id, 1, webp);
  }
  if (table !== undefined) {
    const sql = connectPool(server.database.ownerUrl, { max: 1, applicationName: "test-documents" });
    try {
      await inTenant(sql, 1, (tx) =>
        tx`insert into document_tables ${
          // deno-lint-ignore no-explicit-any
          tx({ org_id: 1, document_id: id, body: table as any })}`);
    } finally {
      await sql.end();
    }
  }
  return id;
}

/** The record of a document as a manager sees it. */
export async function documentOf({ server }: Scene, id: number) {
  const answer = await call(`${server.url}/v2/documents/${id}`, { token: await server.token() });
  assert.equal(answer.status, 200, answer.text);
  return answer.json;
}

export const FIELDS: Fields = {
  surname: {
    value: "BHATTACHARYA",
    source: "mrz",
    checks: [{ name: "agrees_with_guest", ok: true }],
    confidence: 0.97,
    repaired: false,
    needsReview: false,
  },
  givenNames: {
    value: "MEERA",
    source: "mrz",
    checks: [{ name: "agrees_with_guest", ok: true }],
    confidence: 0.97,
    repaired: false,
    needsReview: false,
  },
  documentNumber: {
    value: "L8988901C",
    source: "mrz",
    checks: [{ name: "check_digit", ok: true }, { name: "agrees_with_print", ok: true }],
    confidence: 0.99,
    repaired: false,
    needsReview: false,
  },
  dateOfBirth: {
    value: "1974-08-12",
    source: "mrz",
    checks: [{ name: "check_digit", ok: true }, {
      name: "agrees_with_guest",
      ok: false,
      detail: "differs from the booking: 1975-08-12",
    }],
    confidence: 0.3,
    repaired: false,
    needsReview: true,
  },
  sex: { value: "F", source: "mrz", checks: [], confidence: 0.9, repaired: false, needsReview: false },
  nationality: {
    value: "IND",
    source: "mrz",
    checks: [{ name: "known_code", ok: true }],
    confidence: 0.98,
    repaired: false,
    needsReview: false,
  },
  expiresOn: {
    value: "2031-04-15",
    source: "mrz",
    checks: [{ name: "check_digit", ok: true }],
    confidence: 0.99,
    repaired: true,
    needsReview: false,
  },
};

/** Percent that is shown of the only upload. */
export async function percentOf(dialog: Locator | Page): Promise<number> {
  const text = await dialog.locator(".upload .progress .figure").first().textContent();
  return Number(text!.replaceAll(/\D/g, ""));
}

/** Notes each percent that is shown, so that a test can say that none was less than the one before. */
export function notePercents(): void {
  const noted: number[] = [];
  Object.assign(globalThis, { noted });
  const look = () => {
    const text = document.querySelector(".upload .progress .figure")?.textContent ?? "";
    const percent = Number(text.replaceAll(/\D/g, ""));
    if (text !== "" && noted.at(-1) !== percent) noted.push(percent);
  };
  addEventListener("DOMContentLoaded", () => {
    new MutationObserver(look).observe(document.body, {
      subtree: true,
      childList: true,
      characterData: true,
    });
  });
}

export async function noted({ page }: Tab): Promise<number[]> {
  return await page.evaluate(() => (globalThis as unknown as { noted: number[] }).noted);
}
