import {
  about,
  BOOLEAN,
  COUNT,
  ID,
  type JsonSchema,
  listOf,
  mapOf,
  oneOfWords,
  orNull,
  shape,
  TEXT,
  TIME,
} from "@/lib/contracts/json_schema.ts";
import { jsonSchemaOf } from "@/lib/contracts/from_valibot.ts";
import { recordSchemas } from "@/lib/contracts/records.ts";
import { ref } from "@/lib/contracts/refs.ts";
import { correctionForm, CorrectionsSchema } from "@/lib/ocr/corrections.ts";
import { FIELD_NAMES } from "@/lib/ocr/reading.ts";
import { resourceOf } from "@/lib/resources/catalog.ts";
import { DOCUMENT_TYPES, MEDIA_TYPES } from "@/lib/upload/document_types.ts";
import { UploadHandshakeSchema } from "@/lib/upload/frames.ts";

const SOURCES = ["qr", "mrz", "print", "pdf_text", "cell", "person"];
const COLUMNS = ["name", "email", "phone", "arrivesOn", "departsOn", "notes"];
const UPLOAD_STATES = ["receiving", "complete", "cancelled", "refused", "expired"];

const record = recordSchemas(resourceOf("guest", "document")!).Document!;
const reading = shape({
  value: TEXT,
  source: oneOfWords(SOURCES),
  checks: listOf(shape({ name: TEXT, ok: BOOLEAN, "detail?": TEXT })),
  confidence: { type: "number", minimum: 0, maximum: 1 },
  repaired: BOOLEAN,
  needsReview: about("A person has to look", BOOLEAN),
});
const table = shape({
  columns: listOf(shape({ heading: TEXT, field: orNull(oneOfWords(COLUMNS)) })),
  rows: listOf(listOf(orNull(TEXT))),
  rowsTotal: COUNT,
  problems: listOf(shape({ row: COUNT, column: COUNT, message: TEXT })),
});
const correction = shape({
  field: oneOfWords(FIELD_NAMES),
  before: orNull(TEXT),
  after: TEXT,
  correctedBy: TEXT,
  correctedAt: TIME,
});

/** Other programs may write what they like. */
const fields = about(
  "What was read, by the name of the field",
  mapOf({ anyOf: [ref("FieldReading"), {}] }),
);

export const DOCUMENT_SCHEMAS: Readonly<Record<string, JsonSchema>> = {
  FieldReading: reading,
  DocumentDetail: {
    ...record,
    properties: { ...record.properties, fields, corrections: listOf(correction), table },
    required: [...record.required!, "corrections"],
  },
  DocumentCorrection: {
    ...jsonSchemaOf(CorrectionsSchema),
    properties: {
      ...jsonSchemaOf(CorrectionsSchema).properties,
      fields: {
        type: "object",
        properties: Object.fromEntries(FIELD_NAMES.map((name) => [name, jsonSchemaOf(correctionForm(name))])),
        additionalProperties: false,
        minProperties: 1,
      },
    },
  },
  Applied: shape({ document: ref("Document"), guest: ref("Guest") }),
  Imported: shape({ created: listOf(ref("Guest")), document: ref("Document") }),
  UploadState: shape({
    uploadId: { type: "string", format: "uuid" },
    state: oneOfWords(UPLOAD_STATES),
    filename: TEXT,
    mimetype: oneOfWords(MEDIA_TYPES),
    documentType: oneOfWords(DOCUMENT_TYPES),
    propertyId: ID,
    guestId: orNull(ID),
    filesize: ID,
    received: COUNT,
    percent: COUNT,
    nextSeq: about("null: nothing more can come", orNull(ID)),
    documentId: orNull(ID),
    expiresAt: TIME,
  }),
  Erasure: shape({
    guestId: ID,
    propertyId: ID,
    documents: COUNT,
    state: oneOfWords(["pending", "done"]),
    requestedAt: TIME,
    doneAt: orNull(TIME),
  }),
  UploadForm: uploadForm(),
};

/** The fields of the handshake that a form may have, then the file. */
function uploadForm(): JsonSchema {
  const { filesize, documentType, propertyId, guestId, sha256 } = jsonSchemaOf(UploadHandshakeSchema)
    .properties!;
  return shape({
    filesize: filesize!,
    documentType: documentType!,
    propertyId: propertyId!,
    "guestId?": { ...guestId!, type: "integer" },
    "sha256?": { ...sha256!, type: "string" },
    file: about("The last part", { type: "string", contentMediaType: "application/octet-stream" }),
  });
}
