/**
 * Headers of a file that somebody else has sent us: it is saved, never shown, whatever it turns out to be; nothing keeps
 * it on its way.
 */
export function attachmentHeaders(filename: string, mimetype: string, size: number): Record<string, string> {
  return {
    "content-type": mimetype,
    "content-length": String(size),
    "content-disposition": dispositionOf(filename),
    "content-security-policy": "sandbox; default-src 'none'",
    "x-content-type-options": "nosniff",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
  };
}

/** RFC 6266: the name in ASCII for old clients, and whole in the form of RFC 5987. */
function dispositionOf(filename: string): string {
  const plain = filename.normalize("NFKD").replace(/[^\x20-\x7e]/g, "_").replace(/["\\%]/g, "_");
  const whole = encodeURIComponent(filename).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${plain}"; filename*=UTF-8''${whole}`;
}
