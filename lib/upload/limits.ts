/** Limits of StreamIn, shared by server, browser client and documentation. Where a number comes from the product text, it says so. */

/** Largest file (product text: 100 MB). */
export const FILE_BYTES_MAX = 100 * 1024 * 1024;
/** Payload of one chunk; every chunk but the last has exactly this many bytes (product text: 64 KB). */
export const CHUNK_BYTES = 64 * 1024;
/** Chunks of the largest file. */
export const CHUNKS_MAX = FILE_BYTES_MAX / CHUNK_BYTES;
/** Largest text frame taken: a chunk in base64, with room for white space and for a token. */
export const TEXT_FRAME_CHARS_MAX = 96 * 1024;
/** Chunks that a client may have sent and not seen acknowledged. Deno gives no inbound back-pressure: this is it. */
export const WINDOW_CHUNKS = 16;
/** What is told to a client that sends text: base64 takes three times the memory on its way through. More is let pass. */
export const WINDOW_TEXT_CHUNKS = 8;
/** Longest wait for the next frame of a client that is not paused (product text: 30 s between chunks). */
export const IDLE_MS = 30_000;
/** A paused client may stay connected this long; after that it may resume on a new connection. */
export const PAUSED_MS = 10 * 60_000;
/** An unfinished upload may be resumed this long after it began; then it is swept. */
export const UPLOAD_LIFE_MS = 24 * 3_600_000;
/** The declared type is checked against this much of the file, or all of it where it is shorter. */
export const SNIFF_BYTES = 4096;
/** Longest filename, in bytes of UTF-8. */
export const FILENAME_BYTES_MAX = 200;
/** Unfinished uploads that one person may have. */
export const OPEN_UPLOADS_PER_USER_MAX = 20;
/** Unfinished uploads that one property may have. */
export const OPEN_UPLOADS_PER_PROPERTY_MAX = 200;
/** Bytes that one property may begin to upload in 24 hours. */
export const PROPERTY_DAY_BYTES_MAX = 20 * 1024 ** 3;
