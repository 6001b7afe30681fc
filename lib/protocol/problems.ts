/**
 * Every error the REST API and the upgrades can answer, with its HTTP status and title. The wire shape is
 * `application/problem+json` (RFC 9457): `{type, title, status, code, detail?, errors?}`; `code` is stable.
 */
export const PROBLEMS = {
  bad_request: [400, "The request is not understood"],
  bad_json: [400, "The body is not JSON"],
  validation_failed: [422, "Some fields are not valid"],
  unauthenticated: [401, "A valid token is needed"],
  token_expired: [401, "The token has expired"],
  token_revoked: [401, "The token has been revoked"],
  ticket_invalid: [401, "The ticket is unknown, used or expired"],
  forbidden: [403, "Not allowed"],
  origin_not_allowed: [403, "This origin may not connect"],
  not_found: [404, "Not found"],
  method_not_allowed: [405, "The method is not allowed here"],
  request_timeout: [408, "The body did not come in time"],
  version_conflict: [409, "The record has changed since it was read"],
  in_use: [409, "Other records still refer to this one"],
  already_exists: [409, "Such a record exists already"],
  not_ready: [409, "The record is not ready yet"],
  upload_complete: [409, "The upload is complete already"],
  gone: [410, "It is not kept"],
  body_too_large: [413, "The body is too large"],
  unsupported_media_type: [415, "Files of this type are not taken"],
  upgrade_required: [426, "This address speaks WebSocket"],
  idempotency_key_reused: [
    422,
    "This Idempotency-Key was used for another request",
  ],
  precondition_required: [428, "The version of the record is needed"],
  too_many_requests: [429, "Too many requests"],
  too_many_connections: [429, "Too many connections of this person"],
  quota_exceeded: [429, "Too much is being uploaded at once"],
  server_full: [503, "This instance has no connection left"],
  draining: [503, "This instance is shutting down"],
  streaming_off: [503, "Streaming is switched off for this organisation"],
  long_poll_off: [503, "The long poll of this service is switched off"],
  storage_full: [507, "There is no room for this file"],
  unavailable: [503, "A part of the service cannot be reached"],
  internal: [500, "Something went wrong on our side"],
} as const satisfies Record<string, readonly [status: number, title: string]>;

/** The version of the WebSocket protocol, as its header says it. */
export const WEBSOCKET_VERSION = "13";

/** Stable code of an API error. */
export type ProblemCode = keyof typeof PROBLEMS;

/** What is wrong with one field: `path` is its dotted name, `message` a sentence for people. */
export interface FieldError {
  readonly path: string;
  readonly message: string;
}

/** An expected failure, as a value: services return it, routes turn it into a response. */
export interface Problem {
  readonly code: ProblemCode;
  /** What was attempted, the value, and what would be right. */
  readonly detail?: string;
  readonly errors?: readonly FieldError[];
  /** Seconds after which trying again makes sense. */
  readonly retryAfter?: number;
}

/** A problem on its way through code that can only throw (middleware, transactions that must roll back). */
export class ProblemError extends Error {
  override readonly name = "ProblemError";
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail ?? PROBLEMS[problem.code][1]);
    this.problem = problem;
  }
}

const CODES = new WeakMap<Response, ProblemCode>();

/** The code of a problem that `problemResponse` made; undefined for any other response. */
export function problemCodeOf(response: Response): ProblemCode | undefined {
  return CODES.get(response);
}

/** The HTTP response of a problem. */
export function problemResponse(
  problem: Problem,
  headers?: HeadersInit,
): Response {
  const [status, title] = PROBLEMS[problem.code];
  const { code, detail, errors, retryAfter } = problem;
  const body = {
    type: `/docs/problems#${code}`,
    title,
    status,
    code,
    ...(detail !== undefined && { detail }),
    ...(errors !== undefined && { errors }),
  };
  const response = new Response(JSON.stringify(body), {
    status,
    ...(headers && { headers }),
  });
  CODES.set(response, code);
  response.headers.set("content-type", "application/problem+json");
  response.headers.set("cache-control", "no-store");
  if (retryAfter !== undefined) {
    response.headers.set("retry-after", String(retryAfter));
  }
  if (code === "upgrade_required") {
    // RFC 9110, 15.5.22, and RFC 6455, 4.2.2: what to upgrade to, and its version.
    response.headers.set("upgrade", "websocket");
    response.headers.set("sec-websocket-version", WEBSOCKET_VERSION);
  }
  return response;
}
