/** What a file may be before it is opened any further. The reasons are in docs/reading.md. */

/** Pixels of a picture: a little more than two pages at 600 dpi. */
export const PIXELS_MAX = 40_000_000;
/** What may follow the end of a picture: cameras put small things there, whoever hides an archive needs more. */
export const TRAILING_BYTES_MAX = 64 * 1024;
/** Pixels of a picture as it is read, and of a rendered page; a larger one is made smaller first. Readers take 50 bytes for each. */
export const READ_PIXELS_MAX = 12_000_000;
export const PAGE_AREA_PIXELS_MAX = 7_000_000;
/** Longest side of a rendered page, in pixels. */
export const PAGE_PIXELS_MAX = 3_000;
/** How finely a page is rendered, where that does not exceed PAGE_PIXELS_MAX. */
export const PAGE_DPI = 300;
/** A page with so many characters of text is not read as a picture. */
export const TEXT_CHARS_MIN = 40;

export const ZIP_ENTRIES_MAX = 2_000;
/** What all entries of an archive have when they are unpacked. */
export const ZIP_BYTES_MAX = 200 * 1024 * 1024;
/** Unpacked to packed size of one entry. Sheets with many equal rows come to 40 or so. */
export const ZIP_RATIO_MAX = 100;
/** Entries that unpack to less may have any ratio. */
export const ZIP_RATIO_FROM_BYTES = 1024 * 1024;
/** Rows that are looked at; those that can be taken over are fewer (TABLE_ROWS_MAX). */
export const SHEET_ROWS_MAX = 10_000;
/** Longest record of a CSV file, in characters. */
export const CSV_RECORD_CHARS_MAX = 1024 * 1024;
