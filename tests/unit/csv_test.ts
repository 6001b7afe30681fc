import assert from "node:assert/strict";
import fc from "fast-check";
import { csvText } from "@/lib/csv/csv.ts";
import { reportRows } from "@/lib/derived/report_csv.ts";

Deno.test("csv - rows end in CRLF, after a byte order mark; numbers and nothing stand bare", () => {
  assert.equal(csvText([["a", "b"], [1.5, null], [-2, "x"]]), "\ufeffa,b\r\n1.5,\r\n-2,x\r\n");
});

Deno.test("csv - what would end a cell is quoted", () => {
  assert.equal(
    csvText([['say "hi"', "a,b", "one\ntwo", "c\r"]]),
    '\ufeff"say ""hi""","a,b","one\ntwo","c\r"\r\n',
  );
});

Deno.test("csv - text that a spreadsheet would run is made text", () => {
  const formulas = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " +1", "\r\n@A", "\u00a0-1"];
  for (const formula of formulas) {
    const cell = csvText([[formula]]).slice(1, -2);
    assert.ok(cell.startsWith("'") || cell.startsWith("\"'"), JSON.stringify(cell));
  }
  assert.equal(csvText([["a=1", "1-2"]]), "\ufeffa=1,1-2\r\n");
});

/** A reader of RFC 4180, to read back what was written. */
function parse(text: string): string[][] {
  const rows: string[][] = [[]];
  let cell = "";
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!;
    if (quoted) {
      if (c !== '"') cell += c;
      else if (text[i + 1] === '"') cell += text[i++];
      else quoted = false;
    } else if (c === '"') quoted = true;
    else if (c === ",") {
      rows.at(-1)!.push(cell);
      cell = "";
    } else if (c === "\r" && text[i + 1] === "\n") {
      rows.at(-1)!.push(cell);
      rows.push([]);
      cell = "";
      i++;
    } else cell += c;
  }
  return rows.slice(0, -1);
}

/** The rule told otherwise than the code tells it. */
function isFormula(cell: string): boolean {
  return ["\t", "\r"].includes(cell[0] ?? "") || ["=", "+", "-", "@"].includes(cell.trimStart()[0] ?? "");
}

Deno.test("csv - no blanks before a formula make it one again", () => {
  const blanks = fc.string({
    unit: fc.constantFrom(" ", "\t", "\r", "\n", "\v", "\f", "\u00a0", "\u2003", "\ufeff"),
  });
  const start = fc.constantFrom("=", "+", "-", "@");
  fc.assert(fc.property(blanks, start, fc.string(), (blank, sign, rest) => {
    const [[cell]] = parse(csvText([[blank + sign + rest]]).slice(1)) as [[string]];
    assert.equal(cell, `'${blank}${sign}${rest}`);
  }));
});

Deno.test("csv - any text is read back as it was, but for the mark before a formula", () => {
  const rows = fc.array(fc.array(fc.string({ unit: "grapheme" }), { minLength: 1, maxLength: 4 }), {
    minLength: 1,
  });
  fc.assert(fc.property(rows, (rows) => {
    const read = parse(csvText(rows).slice(1));
    assert.deepEqual(
      read,
      rows.map((row) => row.map((cell) => isFormula(cell) ? `'${cell}` : cell)),
    );
  }));
});

Deno.test("csv - a report's figures of whatever form give rows of one width", () => {
  fc.assert(
    fc.property(
      fc.dictionary(
        fc.constantFrom("currency", "revenue", "expense", "result", "byMonth", "byYear", "otherCurrencies"),
        fc.jsonValue(),
      ),
      (figures) => {
        const rows = reportRows(figures as Record<string, unknown>, {
          startsOn: "2026-01-01",
          endsOn: "2026-01-31",
        });
        for (const row of rows) assert.equal(row.length, 6);
        csvText(rows);
      },
    ),
  );
});
