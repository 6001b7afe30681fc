/** Longest JSON text of one free-form object, in bytes of UTF-8. */
export const JSON_BYTES_MAX = 16 * 1024;
/** Deepest nesting of one free-form object. */
export const JSON_DEPTH_MAX = 8;

const utf8 = new TextEncoder();

/** Text that PostgreSQL and UTF-8 can hold: no lone surrogates, no control characters but tab and line ends. */
export function isWellFormed(text: string): boolean {
  // deno-lint-ignore no-control-regex
  return text.isWellFormed() && !/[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]/.test(text);
}

/** A JSON object within the bounds above, every text well-formed, every integer safe, and no key that would touch a prototype. */
export function isJsonObject(value: unknown): boolean {
  if (!isPlainObject(value) || !isHarmless(value, JSON_DEPTH_MAX)) return false;
  return utf8.encode(JSON.stringify(value)).byteLength <= JSON_BYTES_MAX;
}

export function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isHarmless(value: unknown, depth: number): boolean {
  if (typeof value === "string") return isWellFormed(value);
  if (typeof value === "number") return Number.isSafeInteger(value) || !Number.isInteger(value);
  if (value === null || typeof value === "boolean") return true;
  if (typeof value !== "object" || depth === 0) return false;
  if (Array.isArray(value)) return value.every((item) => isHarmless(item, depth - 1));
  return Object.entries(value).every(([key, item]) => {
    return key !== "__proto__" && isWellFormed(key) && isHarmless(item, depth - 1);
  });
}

/** JSON text with the keys of every object in order: equal values have equal texts. */
export function stableJson(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) => {
    if (!isPlainObject(item)) return item;
    return Object.fromEntries(Object.entries(item).sort(([a], [b]) => a < b ? -1 : 1));
  });
}
