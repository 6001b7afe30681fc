/** What the page of guests loads when documents are asked for, and not before: it is larger than the list of guests. */
export { DocumentDialog } from "@/lib/pages/documents/document_dialog.tsx";
export { GuestDocuments } from "@/lib/pages/documents/guest_documents.tsx";
export { ListUpload } from "@/lib/pages/documents/list_upload.tsx";
export { ScanUpload } from "@/lib/pages/documents/scan_upload.tsx";
export { UploadTray } from "@/lib/pages/documents/upload_tray.tsx";
