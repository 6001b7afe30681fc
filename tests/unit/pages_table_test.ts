import assert from "node:assert/strict";
import type { ClientRecord } from "@/lib/client/collection.ts";
import { RecordLine, type RecordLineProps } from "@/lib/ui/record_line.tsx";
import type { RecordRow, Records } from "@/lib/ui/records.ts";

const RECORD: ClientRecord = { id: 1, propertyId: 1, version: 1 };
const ROW: RecordRow = {
  key: "1",
  record: RECORD,
  pending: null,
  failure: null,
  editKey: null,
  isNew: false,
};
const PROPS: RecordLineProps = {
  row: ROW,
  beside: [undefined, RECORD],
  columns: [],
  records: {} as Records,
  open: undefined,
  actions: undefined,
};

Deno.test("pages table - a row is drawn anew where it shows something else, and only there", () => {
  const isDrawn = (next: Partial<RecordLineProps>) => {
    return new RecordLine(PROPS).shouldComponentUpdate({ ...PROPS, ...next });
  };
  assert.equal(isDrawn({}), false);
  assert.equal(isDrawn({ row: { ...ROW }, beside: [undefined, RECORD] }), false, "the same once more");
  assert.equal(isDrawn({ row: { ...ROW, record: { ...RECORD, version: 2 } } }), true);
  assert.equal(isDrawn({ row: { ...ROW, pending: "update" } }), true);
  assert.equal(isDrawn({ row: { ...ROW, failure: { code: "internal" } } }), true);
  assert.equal(isDrawn({ row: { ...ROW, isNew: true } }), true);
  assert.equal(isDrawn({ beside: [undefined, { ...RECORD, version: 2 }] }), true);
  assert.equal(isDrawn({ columns: [] }), true);
  assert.equal(isDrawn({ open: () => {} }), true);
  assert.equal(isDrawn({ actions: () => null }), true);
});
