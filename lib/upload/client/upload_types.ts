import type { Credential } from "@/lib/client/machine_types.ts";
import type { DocumentType, MediaType } from "@/lib/upload/document_types.ts";

/** What is said of a file before it is sent. */
export interface UploadFacts {
  readonly filename: string;
  /** Bytes. */
  readonly filesize: number;
  readonly mimetype: MediaType;
  readonly documentType: DocumentType;
  /** null: a guest list has none. */
  readonly guestId: number | null;
  readonly propertyId: number;
}

/**
 * Where an upload is. waiting: others go first. hashing: the file is read here to know its SHA-256. connecting: for the
 * first time. reconnecting: the connection was lost; goes on by itself. offline: likewise, once there is a network.
 * finishing: all has arrived, and the document is made of it. cancelling: the server has not said yet what became of it.
 * failed: see `failure`.
 */
export type UploadState =
  | "waiting"
  | "hashing"
  | "connecting"
  | "sending"
  | "paused"
  | "reconnecting"
  | "offline"
  | "finishing"
  | "complete"
  | "failed"
  | "cancelling"
  | "cancelled";

/** Why an upload has ended without a document. */
export interface UploadFailure {
  /** Of docs/uploads.md, or `file_unreadable`, `session_ended`. */
  readonly code: string;
  /** The server's words; "" where there are none. */
  readonly message: string;
  /** "resume": from where it was. "anew": from the first byte. "no": never with this file. */
  readonly again: "resume" | "anew" | "no";
}

/** What an earlier page knew of an unfinished upload. */
export interface UploadBegun {
  readonly uploadId: string | null;
  readonly sha256: string;
  readonly received: number;
  readonly expiresAt: string | null;
}

export interface UploadMachineOptions {
  readonly facts: UploadFacts;
  readonly random: () => number;
  readonly begun?: UploadBegun;
}

export interface UploadStatus {
  readonly state: UploadState;
  /** Bytes that the server has acknowledged. Never goes back. */
  readonly received: number;
  /** Bytes in a second; null where that cannot be said. */
  readonly bytesPerSecond: number | null;
  /** When the next attempt is due, Unix milliseconds; null while there is none to wait for. */
  readonly retryAt: number | null;
  /** Given by the server; null before. */
  readonly uploadId: string | null;
  /** RFC 3339: until then an unfinished upload can go on. */
  readonly expiresAt: string | null;
  /** 64 hex digits; null before the file was read. */
  readonly sha256: string | null;
  readonly documentId: number | null;
  readonly failure: UploadFailure | null;
}

export type UploadTimer = "open" | "ready" | "stall" | "finish" | "retry" | "renew" | "stable" | "cancel";

export type UploadInput =
  | { readonly type: "start"; readonly online: boolean }
  | { readonly type: "hashed"; readonly sha256: string }
  /** Where it cannot be read any more: moved, removed, or changed since. */
  | { readonly type: "file_unreadable" }
  | { readonly type: "opened" }
  | { readonly type: "frame"; readonly text: string }
  | { readonly type: "closed"; readonly code: number }
  | { readonly type: "timer"; readonly timer: UploadTimer }
  | { readonly type: "online" }
  | { readonly type: "offline" }
  | { readonly type: "pause" }
  | { readonly type: "resume" }
  | { readonly type: "cancel" }
  /** What came of `remove`: the document that it has become meanwhile; null: none. */
  | { readonly type: "removed"; readonly documentId: number | null }
  /** Connects now instead of waiting; or begins again after a failure. */
  | { readonly type: "retry" }
  | { readonly type: "renewed"; readonly credential: Credential | null }
  | { readonly type: "renewal_failed" }
  | { readonly type: "session_ended" };

export type UploadCommand =
  | { readonly type: "hash" }
  /** Opens a new socket; whatever there was is dropped. */
  | { readonly type: "open" }
  | { readonly type: "send"; readonly text: string }
  /** Reads a piece of the file and sends it, behind whatever was to be sent before. */
  | {
    readonly type: "chunk";
    readonly seq: number;
    readonly offset: number;
    readonly bytes: number;
    readonly final: boolean;
  }
  | { readonly type: "drop" }
  | { readonly type: "schedule"; readonly timer: UploadTimer; readonly ms: number }
  | { readonly type: "unschedule"; readonly timer: UploadTimer }
  | { readonly type: "token_needed" }
  /** Has the server forget what came, by REST; answered by `removed`. */
  | { readonly type: "remove"; readonly uploadId: string };
