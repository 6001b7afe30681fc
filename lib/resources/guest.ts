import { defineResource, EVERYONE, MANAGERS, PROGRAMS } from "@/lib/resources/define.ts";
import { choice, day, email, json, reference, text, whole } from "@/lib/resources/fields.ts";

/** Largest upload (product text: 100 MB). */
const FILE_BYTES_MAX = 100 * 1024 * 1024;

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
      documentType: choice(
        [
          "aadhaar",
          "passport",
          "driving_license",
          "pan",
          "election_card",
          "visa",
          "image",
          "csv",
          "excel",
          "other",
        ],
        { required: true, filter: true },
      ),
      filename: text({ max: 255, required: true }),
      mimetype: text({ max: 127, required: true }),
      filesize: whole({ min: 0, max: FILE_BYTES_MAX, required: true }),
      sha256: text({ max: 64, pattern: /^[0-9a-f]{64}$/, says: "must be 64 hex digits" }),
      status: choice(["uploaded", "processing", "done", "needs_review", "failed"], {
        fallback: "uploaded",
        filter: true,
      }),
      fields: json({ fallback: {} }),
    },
    roles: { create: PROGRAMS, update: PROGRAMS, remove: PROGRAMS },
    actions: ["uploaded", "ocr_completed", "ocr_failed"],
  }),
];
