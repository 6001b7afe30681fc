import assert from "node:assert/strict";
import fc from "fast-check";
import { MEDIA_TYPES, type MediaType } from "@/lib/upload/document_types.ts";
import { cleanFilename } from "@/lib/upload/file_names.ts";
import { contentRefusal } from "@/lib/upload/file_types.ts";
import { FILENAME_BYTES_MAX } from "@/lib/upload/limits.ts";
import { strToU8, zipSync } from "fflate";

const XLSX: MediaType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
const XLS: MediaType = "application/vnd.ms-excel";

function bytes(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function zip(...names: string[]): Uint8Array {
  return zipSync(Object.fromEntries(names.map((name) => [name, strToU8(`<${name}/>`)])), { level: 0 });
}

/** A beginning of each type that is taken. */
const GOOD: Record<MediaType, Uint8Array[]> = {
  "image/jpeg": [bytes("\xff\xd8\xff\xe0\0\x10JFIF"), bytes("\xff\xd8\xff\xe1 Exif")],
  "image/png": [bytes("\x89PNG\r\n\x1a\n\0\0\0\rIHDR")],
  "image/gif": [bytes("GIF89a\x01"), bytes("GIF87a")],
  "image/webp": [
    bytes("RIFF\x10\0\0\0WEBPVP8 "),
    bytes("RIFF\x10\0\0\0WEBPVP8X"),
    bytes("RIFF\x10\0\0\0WEBPVP8L"),
  ],
  "application/pdf": [bytes("%PDF-1.7\n"), bytes(`${"x".repeat(100)}%PDF-1.4`)],
  "text/csv": [
    bytes("name,email\r\n"),
    bytes("\xef\xbb\xbfname;phone\n"),
    bytes("\xff\xfen\0a\0m\0e\0"),
    bytes("Andr\xe9,1"),
    new TextEncoder().encode("नाम,पता\n"),
  ],
  [XLS]: [bytes("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")],
  [XLSX]: [
    zip("[Content_Types].xml", "_rels/.rels", "xl/workbook.xml"),
    zip("xl/workbook.xml"),
    zip("docProps/app.xml"),
  ],
} as Record<MediaType, Uint8Array[]>;

Deno.test("file names - an Aadhaar number in a name is masked, dates and other numbers stay", () => {
  for (const name of ["482710653908.pdf", "scan_4827_1065_3908.pdf", "aadhaar 4827-1065-3908 (1).pdf"]) {
    const clean = cleanFilename(name, "application/pdf");
    assert.ok(clean.includes("XXXX XXXX 3908") && clean.endsWith(".pdf"), clean);
    assert.equal(cleanFilename(clean, "application/pdf"), clean);
  }
  for (
    const name of [
      "IMG_20261124_143859.jpg",
      "PXL_20261124_143859123.jpg",
      "L898902C3.jpg",
      "IMG-20261124-WA0001.jpg",
    ]
  ) {
    assert.equal(cleanFilename(name, "image/jpeg"), name);
  }
});

Deno.test("file types - a file that begins like its type is taken, and as no other type", () => {
  for (const declared of MEDIA_TYPES) {
    for (const good of GOOD[declared]) {
      assert.equal(contentRefusal(good, declared), undefined, `${declared} ${good.subarray(0, 8)}`);
      for (const other of MEDIA_TYPES.filter((type) => type !== declared && type !== "text/csv")) {
        assert.match(contentRefusal(good, other) ?? "", /does not begin like/, `${declared} as ${other}`);
      }
    }
  }
});

Deno.test("file types - what is none of them is refused as each of them", () => {
  const bad = [
    bytes("<html><script>alert(1)</script>"),
    bytes("\n  <svg xmlns='x'/>"),
    bytes("MZ\x90\0\x03\0"),
    bytes("\x7fELF\x02"),
    bytes("\0\0\0\0"),
    zip("word/document.xml"),
    zip("[Content_Types].xml", "word/document.xml"),
    zip("evil.exe", "xl/workbook.xml"),
    bytes("PK\x05\x06"),
    bytes("PK\x03\x04"),
    bytes("RIFF\x10\0\0\0WAVE"),
    bytes("\xff\xfe<\0h\0"),
  ];
  for (const head of bad) {
    for (const declared of MEDIA_TYPES) {
      assert.notEqual(contentRefusal(head, declared), undefined, `${head.subarray(0, 12)} as ${declared}`);
    }
  }
});

Deno.test("file types - a polyglot counts as what it begins like", () => {
  assert.equal(contentRefusal(bytes("GIF89a/*<script>*/=1;"), "image/gif"), undefined);
});

Deno.test("file types - no bytes make the look at them throw", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.constantFrom(...MEDIA_TYPES), (head, declared) => {
      contentRefusal(head, declared);
      contentRefusal(Uint8Array.of(0x50, 0x4b, 3, 4, ...head), XLSX);
    }),
  );
});

Deno.test("file names - golden: what is kept of a name", () => {
  const golden: [string, string][] = [
    ["passport.pdf", "passport.pdf"],
    ["../../etc/passwd", "passwd"],
    ["C:\\Users\\a\\scan.jpg", "scan.jpg"],
    ["folder/", "folder"],
    ["photo\u202egpj.exe", "photogpj.exe"],
    ["a\u0000b\r\nc.pdf", "abc.pdf"],
    ['say "hi"?.pdf', "say _hi__.pdf"],
    ["CON", "_CON"],
    ["nul.pdf", "_nul.pdf"],
    ["com1.tar.gz", "_com1.tar.gz"],
    ["console.pdf", "console.pdf"],
    [".htaccess", "htaccess"],
    ["  spaced  .pdf ", "spaced  .pdf"],
    ["e\u0301.pdf", "\u00e9.pdf"],
    ["पासपोर्ट.pdf", "पासपोर्ट.pdf"],
    ["", "document.pdf"],
    ["...", "document.pdf"],
    ["/", "document.pdf"],
    ["\ud800.pdf", "pdf"],
    ["a".repeat(300) + ".pdf", "a".repeat(196) + ".pdf"],
    ["é".repeat(150) + ".jpeg", "é".repeat(97) + ".jpeg"],
    ["x".repeat(100) + "." + "y".repeat(200), "x".repeat(100) + "." + "y".repeat(99)],
  ];
  for (const [name, kept] of golden) {
    assert.equal(cleanFilename(name, "application/pdf"), kept, JSON.stringify(name));
  }
});

Deno.test("file names - any name becomes a harmless one, and cleaning it again changes nothing", () => {
  const name = fc.string({
    unit: fc.oneof(
      fc.string({ unit: "binary", minLength: 1, maxLength: 3 }),
      fc.constantFrom(..." ./\\:CON\u202e\u0301"),
    ),
  });
  fc.assert(
    fc.property(fc.oneof(name, fc.string({ minLength: 150, maxLength: 400, unit: "grapheme" })), (given) => {
      const kept = cleanFilename(given, "image/png");
      assert.ok(kept.length > 0 && kept.isWellFormed());
      assert.ok(new TextEncoder().encode(kept).length <= FILENAME_BYTES_MAX, kept);
      // deno-lint-ignore no-control-regex
      assert.ok(!/[/\\\u0000-\u001f\u202a-\u202e]/.test(kept) && kept !== "." && kept !== "..");
      assert.equal(cleanFilename(kept, "image/png"), kept);
    }),
    { numRuns: 300 },
  );
});
