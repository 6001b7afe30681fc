import { UPLOAD_ERRORS } from "@/lib/upload/errors.ts";
import { FILE_BYTES_MAX } from "@/lib/upload/limits.ts";
import type { ListedState, ListedUpload } from "@/lib/upload/client/uploads_types.ts";

const KB = 1000;
const MB = 1000 * KB;
const MINUTE_S = 60;
const HOUR_S = 60 * MINUTE_S;

/** `640 kB`, `2.4 MB`, `31 MB` */
export function bytesWords(bytes: number): string {
  if (bytes < KB) return `${bytes} bytes`;
  if (bytes < MB) return `${Math.round(bytes / KB)} kB`;
  return bytes < 10 * MB ? `${(bytes / MB).toFixed(1)} MB` : `${Math.round(bytes / MB)} MB`;
}

/** `a few seconds`, `40 s`, `3 min`, `2 h` */
export function secondsWords(seconds: number): string {
  if (seconds < 5) return "a few seconds";
  if (seconds < MINUTE_S) return `${Math.ceil(seconds / 5) * 5} s`;
  if (seconds < HOUR_S) return `${Math.ceil(seconds / MINUTE_S)} min`;
  return `${Math.ceil(seconds / HOUR_S)} h`;
}

export function percentOf({ received, filesize }: Pick<ListedUpload, "received" | "filesize">): number {
  return filesize === 0 ? 0 : Math.floor(received * 100 / filesize);
}

const STATE_WORDS: Readonly<Record<ListedState, string>> = {
  waiting: "Waiting for its turn",
  hashing: "Getting ready",
  connecting: "Connecting",
  sending: "Uploading",
  paused: "Paused",
  reconnecting: "Connection lost, goes on by itself",
  offline: "Waiting for the network, goes on by itself",
  finishing: "Arrived, being filed",
  complete: "Uploaded",
  failed: "Not uploaded",
  cancelling: "Being cancelled",
  cancelled: "Cancelled",
  refused: "Not uploaded",
  needs_file: "Unfinished: choose the file again to go on",
  needs_permission: "Unfinished: allow the file to be read to go on",
  checking: "Checking that it is the same file",
};

/** As the product says it: in units of 1024. */
const LARGEST = `files may have ${FILE_BYTES_MAX / 1024 ** 2} MB at most`;

/** Failures in words for who uploads; the server's own are for who writes programs. */
const FAILURES: Readonly<Record<string, string>> = {
  file_unreadable: "the file was moved, changed or removed. Choose it again",
  session_ended: "your session has ended. Sign in again in another tab, then try again",
  taken_over: "it goes on in another tab or on another device",
  too_large: LARGEST,
  size_mismatch: "the file has changed while it was sent. Choose it again",
  type_unsupported: "files of this type are not taken",
  type_mismatch: "the content is not what the name says. Save it again in the right format",
  checksum_mismatch: "it did not arrive as it was sent. Choose it again",
  quota_exceeded: "too many uploads are unfinished, or too much was uploaded today. Try again later",
  storage_full: "the server has no room left. Tell whoever runs it",
  guest_not_found: "the guest is not there any more",
  property_forbidden: "you may not upload for this property",
  service_forbidden: "you may not upload documents",
  upload_expired: "it was not finished in time. It can begin again",
  upload_not_found: "the server does not know it any more. It can begin again",
  upload_cancelled: "it was cancelled in another place",
};

const REFUSALS: Readonly<Record<NonNullable<ListedUpload["refusal"]>, string>> = {
  type_unsupported: "only JPEG, PNG, GIF, WebP, PDF, CSV and Excel files are taken",
  too_large: LARGEST,
  empty: "the file is empty",
};

/** Where an upload is, as a sentence. */
export function uploadWords(upload: ListedUpload): string {
  const { state, refusal, failure, isOther } = upload;
  const words = STATE_WORDS[state];
  if (refusal !== null) return `${words}: ${REFUSALS[refusal]}`;
  if (failure !== null) {
    const known = FAILURES[failure.code] ?? (failure.message || UPLOAD_ERRORS.internal.message);
    return `${words}: ${known.slice(0, 1).toLowerCase()}${known.slice(1)}`;
  }
  return isOther ? "That is another file. Choose the one that was begun" : words;
}

/** How far and how fast, as far as that can be said. */
export function progressWords(upload: ListedUpload): string {
  const { filesize, received, bytesPerSecond, secondsLeft } = upload;
  const parts = [
    received === 0 ? bytesWords(filesize) : `${bytesWords(received)} of ${bytesWords(filesize)}`,
  ];
  if (bytesPerSecond !== null) parts.push(`${bytesWords(Math.round(bytesPerSecond))}/s`);
  if (secondsLeft !== null) parts.push(`${secondsWords(secondsLeft)} left`);
  return parts.join(", ");
}
