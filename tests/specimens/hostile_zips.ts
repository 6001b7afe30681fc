import { strToU8, zipSync } from "fflate";
import type { Hostile } from "./hostile.ts";

const XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
const BOMB_BYTES = 60 * 1024 * 1024;
const ENTRIES = 5_000;
/** Signatures and lengths of PKWARE's APPNOTE, 4.3 and 4.5. */
const ZIP64_EXTRA = 0x0001;
const CENTRAL_SIGNATURE = 0x02014b50;
const CENTRAL_FIXED_BYTES = 46;

/** A workbook of one empty sheet, as Excel lays it out. */
function workbook(more: Record<string, Uint8Array> = {}): Record<string, Uint8Array> {
  const head = '<?xml version="1.0" encoding="UTF-8"?>';
  const spreadsheet = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
  const relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
  const packed = "http://schemas.openxmlformats.org/package/2006";
  const types = "application/vnd.openxmlformats-officedocument.spreadsheetml";
  return {
    "[Content_Types].xml": strToU8(
      `${head}<Types xmlns="${packed}/content-types">` +
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>' +
        `<Override PartName="/xl/workbook.xml" ContentType="${types}.sheet.main+xml"/>` +
        `<Override PartName="/xl/worksheets/sheet1.xml" ContentType="${types}.worksheet+xml"/></Types>`,
    ),
    "_rels/.rels": strToU8(
      `${head}<Relationships xmlns="${packed}/relationships"><Relationship Id="rId1" ` +
        `Type="${relations}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
    ),
    "xl/workbook.xml": strToU8(
      `${head}<workbook xmlns="${spreadsheet}" xmlns:r="${relations}"><sheets>` +
        '<sheet name="A" sheetId="1" r:id="rId1"/></sheets></workbook>',
    ),
    "xl/_rels/workbook.xml.rels": strToU8(
      `${head}<Relationships xmlns="${packed}/relationships"><Relationship Id="rId1" ` +
        `Type="${relations}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`,
    ),
    "xl/worksheets/sheet1.xml": strToU8(
      `${head}<worksheet xmlns="${spreadsheet}"><sheetData/></worksheet>`,
    ),
    ...more,
  };
}

export function hostileZips(): Hostile[] {
  const entities = '<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "aaaaaaaaaa">' +
    Array.from({ length: 9 }, (_, i) => {
      const [name, of] = [String.fromCharCode(98 + i), String.fromCharCode(97 + i)];
      return `<!ENTITY ${name} "${`&${of};`.repeat(10)}">`;
    }).join("") + "]><sst><si><t>&j;</t></si></sst>";
  const files: [string, Uint8Array][] = [
    ["workbook that unpacks a thousandfold", bomb()],
    ["workbook that says it is small", lying()],
    ["workbook whose ZIP64 field has no length", zip64Loop()],
    ["workbook that holds a ZIP", zipSync(workbook({ "xl/media/a.zip": zipSync({ a: strToU8("a") }) }))],
    ["workbook with macros", zipSync(workbook({ "xl/vbaProject.bin": strToU8("macro") }))],
    ["workbook of 5,000 parts", zipSync(manyParts())],
    ["workbook with entities in entities", zipSync(workbook({ "xl/sharedStrings.xml": strToU8(entities) }))],
    ["workbook with names that climb", zipSync(workbook({ "../../climb.xml": strToU8("a") }))],
  ];
  return files.map(([name, bytes]) => ({
    name,
    mediaType: XLSX,
    bytes: new Uint8Array(bytes),
    stop: "read",
    problems: ["bomb", "unreadable", "wrong_type", "nothing_found"],
  }));
}

function bomb(): Uint8Array {
  const sheet = strToU8(`<worksheet><sheetData>${" ".repeat(BOMB_BYTES)}</sheetData></worksheet>`);
  return zipSync(workbook({ "xl/worksheets/sheet1.xml": sheet }), { level: 9 });
}

/** The same, but its directory says that the sheet has a hundred bytes. */
function lying(): Uint8Array {
  const bytes = bomb();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (const at of centralEntries(view)) {
    if (view.getUint32(at + 24, true) > BOMB_BYTES) view.setUint32(at + 24, 100, true);
  }
  return bytes;
}

/** An entry says that its sizes stand in a ZIP64 field, which has length 0: readers that step by it never end. */
function zip64Loop(): Uint8Array {
  const bytes = zipSync({
    "xl/workbook.xml": [strToU8("a"), { extra: { [ZIP64_EXTRA]: new Uint8Array(0) } }],
  });
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (const at of centralEntries(view)) {
    view.setUint32(at + 20, 0xffffffff, true);
    view.setUint32(at + 24, 0xffffffff, true);
  }
  return bytes;
}

function manyParts(): Record<string, Uint8Array> {
  const parts = Array.from({ length: ENTRIES }, (_, i) => [`xl/parts/${i}.xml`, strToU8("<a/>")] as const);
  return workbook(Object.fromEntries(parts));
}

/** Where the entries of the central directory begin. */
function centralEntries(view: DataView): number[] {
  const end = view.byteLength - 22;
  const entries: number[] = [];
  for (let at = view.getUint32(end + 16, true); view.getUint32(at, true) === CENTRAL_SIGNATURE;) {
    entries.push(at);
    const lengths = [28, 30, 32].map((field) => view.getUint16(at + field, true));
    at += CENTRAL_FIXED_BYTES + lengths.reduce((sum, length) => sum + length, 0);
    if (at + CENTRAL_FIXED_BYTES > view.byteLength) break;
  }
  return entries;
}
