import { maskDigits } from "@/lib/ocr/mask.ts";
import { defineResource, EVERYONE, MANAGERS, PROGRAMS } from "@/lib/resources/define.ts";
import { choice, day, email, instant, json, reference, text, whole } from "@/lib/resources/fields.ts";
import { DOCUMENT_PROBLEMS, DOCUMENT_TYPES, KEPT, STAGES } from "@/lib/upload/document_types.ts";
import { FILE_BYTES_MAX } from "@/lib/upload/limits.ts";

/** Pictures of pages that may be kept of one document. */
const PREVIEWS_MAX = 10;

export const guest = [
  defineResource({
    service: "guest",
    entity: "guest",
    table: "guests",
    scope: "property",
    search: ["name", "email", "phone"],
    fields: {
      name: text({ max: 200, required: true }),
      email: email(),
      phone: text({ max: 40 }),
      roomId: reference("room", { filter: true }),
      status: choice(["expected", "checked_in", "checked_out", "cancelled"], {
        fallback: "expected",
        filter: true,
      }),
      arrivesOn: day({ filter: true }),
      departsOn: day({ filter: true }),
      notes: text({ max: 2000, fallback: "" }),
      dateOfBirth: day(),
      nationality: text({ max: 3, pattern: /^[A-Z]{1,3}$/, says: "must be a country code such as IND" }),
      sex: choice(["M", "F", "X"], {}),
      address: text({ max: 500 }),
      idType: choice(DOCUMENT_TYPES, {}),
      // An Aadhaar number is never kept whole.
      idNumber: text({ max: 40, kept: maskDigits }),
      idExpiresOn: day(),
    },
    roles: { create: EVERYONE, update: EVERYONE, remove: MANAGERS },
  }),
  defineResource({
    service: "guest",
    entity: "document",
    table: "documents",
    scope: "property",
    search: ["filename"],
    fields: {
      guestId: reference("guest", { filter: true }),
      documentType: choice(DOCUMENT_TYPES, { required: true, filter: true }),
      filename: text({ max: 255, required: true }),
      mimetype: text({ max: 127, required: true }),
      filesize: whole({ min: 0, max: FILE_BYTES_MAX, required: true }),
      sha256: text({ max: 64, pattern: /^[0-9a-f]{64}$/, says: "must be 64 hex digits" }),
      status: choice(["uploaded", "processing", "done", "needs_review", "failed"], {
        fallback: "uploaded",
        filter: true,
      }),
      fields: json({ fallback: {} }),
      stage: choice(STAGES, {}),
      problem: choice(DOCUMENT_PROBLEMS, {}),
      kept: choice(KEPT, { fallback: "original" }),
      previews: whole({ min: 0, max: PREVIEWS_MAX, fallback: 0 }),
      appliedAt: instant(),
      appliedBy: text({ min: 1, max: 128 }),
    },
    roles: { create: PROGRAMS, update: PROGRAMS, remove: MANAGERS },
    actions: ["uploaded", "progress", "ocr_completed", "ocr_failed", "corrected", "applied"],
  }),
];
