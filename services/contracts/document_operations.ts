import { jsonSchemaOf } from "@/lib/contracts/from_valibot.ts";
import { ref } from "@/lib/contracts/refs.ts";
import { TEXT } from "@/lib/contracts/json_schema.ts";
import { NOTHING, type Operation, reply, UPGRADED } from "@/services/contracts/operation.ts";
import { UPGRADE_PROBLEMS } from "@/services/contracts/realtime_operations.ts";
import { ApplySchema } from "@/services/documents/apply.ts";
import { ImportSchema } from "@/services/documents/import.ts";
import { PREVIEW_TYPE } from "@/services/documents/previews.ts";
import { PasswordSchema } from "@/services/documents/unlock.ts";

const DOCUMENT = "/v2/documents/{id}";
const UPLOAD = "/v2/documents/uploads/{uploadId}";
const common = { tag: "documents", access: "token" } as const;
const changed = (says: string) => reply(says, "Document", ["etag"]);

/** Uploads and the documents that they become; the erasure of a guest; the file of a report. */
export const DOCUMENT_OPERATIONS: readonly Operation[] = [
  {
    ...common,
    id: "openUpload",
    method: "GET",
    path: "/v2/documents/upload/stream",
    summary: "StreamIn: the socket of uploads",
    details: "Its frames are in the AsyncAPI document.",
    query: { ticket: TEXT, token: TEXT },
    replies: { 101: UPGRADED },
    problems: UPGRADE_PROBLEMS,
  },
  {
    ...common,
    id: "uploadForm",
    method: "POST",
    path: "/v2/documents/upload",
    summary: "A file as a form, for clients without sockets",
    body: { schema: ref("UploadForm"), media: "multipart/form-data" },
    replies: { 201: reply("The document, which waits to be read", "DocumentDetail", ["location"]) },
    problems: [
      "bad_request",
      "validation_failed",
      "body_too_large",
      "unsupported_media_type",
      "request_timeout",
      "quota_exceeded",
      "storage_full",
    ],
  },
  {
    ...common,
    id: "getUpload",
    method: "GET",
    path: UPLOAD,
    summary: "Where an upload is, for who began it",
    replies: { 200: reply("Where it is", "UploadState") },
    problems: ["not_found"],
  },
  {
    ...common,
    id: "cancelUpload",
    method: "DELETE",
    path: UPLOAD,
    summary: "Cancel an upload",
    replies: { 204: NOTHING },
    problems: ["not_found", "upload_complete"],
  },
  {
    ...common,
    id: "getDocumentDetail",
    method: "GET",
    path: DOCUMENT,
    summary: "One document with what people put right, and its table",
    replies: { 200: reply("The document", "DocumentDetail", ["etag"]) },
    problems: ["not_found"],
  },
  {
    ...common,
    id: "correctDocument",
    method: "PATCH",
    path: DOCUMENT,
    summary: "Put values of a document right",
    body: { schema: ref("DocumentCorrection") },
    replies: { 200: changed("The document as it is now") },
    problems: ["not_found", "not_ready", "version_conflict"],
  },
  {
    ...common,
    id: "removeDocumentWithFiles",
    method: "DELETE",
    path: DOCUMENT,
    summary: "Remove a document with its files",
    headers: ["if-match"],
    replies: { 204: NOTHING },
    problems: ["not_found", "version_conflict", "validation_failed"],
  },
  {
    ...common,
    id: "documentContent",
    method: "GET",
    path: `${DOCUMENT}/content`,
    summary: "The file as it came",
    replies: {
      200: { says: "The file", media: "application/octet-stream", headers: ["content-disposition"] },
    },
    problems: ["not_found", "not_ready", "gone"],
  },
  {
    ...common,
    id: "documentPreview",
    method: "GET",
    path: `${DOCUMENT}/previews/{n}`,
    summary: "The picture of one page, made anew by us",
    replies: { 200: { says: "The picture", media: PREVIEW_TYPE } },
    problems: ["not_found"],
  },
  {
    ...common,
    id: "applyDocument",
    method: "POST",
    path: `${DOCUMENT}/apply`,
    summary: "Write what a document says to its guest",
    body: { schema: jsonSchemaOf(ApplySchema) },
    replies: { 200: reply("Both records", "Applied") },
    problems: ["not_found", "not_ready", "version_conflict"],
  },
  {
    ...common,
    id: "importGuests",
    method: "POST",
    path: `${DOCUMENT}/import`,
    summary: "Make guests of the confirmed rows of a table",
    body: { schema: jsonSchemaOf(ImportSchema) },
    replies: { 200: reply("The new guests, and the document", "Imported") },
    problems: ["not_found", "not_ready", "already_exists", "version_conflict"],
  },
  {
    ...common,
    id: "unlockDocument",
    method: "POST",
    path: `${DOCUMENT}/password`,
    summary: "The password of a locked document; it is kept nowhere",
    body: { schema: jsonSchemaOf(PasswordSchema) },
    replies: { 202: changed("It is being read") },
    problems: ["not_found", "not_ready"],
  },
  {
    ...common,
    id: "readAgain",
    method: "POST",
    path: `${DOCUMENT}/read`,
    summary: "Have a document read again that could not be read",
    replies: { 202: changed("It waits to be read") },
    problems: ["not_found", "not_ready"],
  },
  {
    id: "eraseGuest",
    method: "POST",
    path: "/guest-checkin/guest/{id}/erase",
    tag: "guest",
    summary: "Erase all that is kept of a guest",
    details: "Safe to repeat: it answers how far that has come.",
    access: "token",
    replies: {
      200: reply("It is done", "Erasure"),
      202: reply("Files and events are still being taken away", "Erasure"),
    },
    problems: ["not_found"],
  },
  {
    id: "reportCsv",
    method: "GET",
    path: "/reports/report/{id}/csv",
    tag: "reports",
    summary: "The figures of a report that is ready, as CSV",
    access: "token",
    replies: { 200: { says: "The figures", media: "text/csv", headers: ["content-disposition"] } },
    problems: ["not_found", "not_ready"],
  },
];
