import { type Answer, refuse } from "@/lib/resources/answer.ts";

const ETAG = /^(?:W\/)?"([1-9][0-9]{0,9})"$/;
const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,200}$/;

/** The ETag of a record: its version, quoted. */
export function etagOf(version: number): string {
  return `"${version}"`;
}

/**
 * The version a change refers to, from `If-Match: "<version>"` or the body. undefined where neither names one.
 * A weak tag counts too: proxies that compress make one of ours.
 */
export function expectedVersion(
  ifMatch: string | undefined,
  inBody: number | undefined,
): Answer<{ version: number | undefined }> {
  if (ifMatch === undefined) return { ok: true, version: inBody };
  const [, digits] = ETAG.exec(ifMatch.trim()) ?? [];
  if (digits === undefined) {
    return refuse({
      code: "bad_request",
      detail: `If-Match must be the quoted version, such as "3", not ${ifMatch}`,
    });
  }
  const version = Number(digits);
  if (inBody !== undefined && inBody !== version) {
    return refuse({
      code: "bad_request",
      detail: `If-Match names version ${version}, the body version ${inBody}`,
    });
  }
  return { ok: true, version };
}

/** Checks an Idempotency-Key: 1 to 200 visible ASCII characters. */
export function checkIdempotencyKey(key: string | undefined): Answer<{ key: string | undefined }> {
  if (key === undefined || IDEMPOTENCY_KEY.test(key)) return { ok: true, key };
  return refuse({ code: "bad_request", detail: "Idempotency-Key must be 1 to 200 visible ASCII characters" });
}
