import type { Problem, ProblemCode } from "@/lib/protocol/problems.ts";
import { UPLOAD_ERRORS, type UploadErrorCode, type UploadRefused } from "@/lib/upload/errors.ts";

/** What an upload is refused for, as REST says it. */
const CODES: Partial<Record<UploadErrorCode, ProblemCode>> = {
  bad_handshake: "validation_failed",
  guest_not_found: "validation_failed",
  too_large: "body_too_large",
  size_mismatch: "validation_failed",
  checksum_mismatch: "validation_failed",
  type_unsupported: "unsupported_media_type",
  type_mismatch: "unsupported_media_type",
  quota_exceeded: "quota_exceeded",
  storage_full: "storage_full",
  property_forbidden: "forbidden",
  service_forbidden: "forbidden",
  upload_not_found: "not_found",
  unavailable: "unavailable",
};

export function uploadProblem({ error, detail }: UploadRefused): Problem {
  return { code: CODES[error] ?? "bad_request", detail: `${UPLOAD_ERRORS[error].message}: ${detail}` };
}
