import * as v from "valibot";
import { ID } from "@/lib/contracts/json_schema.ts";
import { EITHER_CREDENTIAL } from "@/lib/contracts/credential.ts";
import { wire } from "@/lib/contracts/wire.ts";
import { TICKET_CHARS_MAX } from "@/lib/protocol/limits.ts";
import { isService, type Service, SERVICE_NAMES } from "@/lib/protocol/services.ts";
import { isId } from "@/lib/protocol/subjects.ts";

/** The only version of the realtime protocol so far. */
export const PROTOCOL_VERSION = 1;

/** Why a client must refetch its snapshots before going on live. */
export type ResetReason = "recreated" | "trimmed" | "ahead" | "too_far";

/** Why a client is sent elsewhere: its instance stops, or streaming was switched off for its organisation. */
export type LeaveReason = "restart" | "switched_off";

/** Error frames of the realtime socket: code, whether trying the same again can help, message. */
export const FRAME_ERRORS = {
  bad_handshake: [false, "The handshake is not understood"],
  bad_version: [false, "This protocol version is not known"],
  bad_frame: [false, "The frame is not understood"],
  unknown_service: [false, "A service of the list does not exist"],
  no_services: [false, "At least one service is needed"],
  service_forbidden: [false, "The token does not allow one of these services"],
  property_forbidden: [false, "The token does not cover this property"],
  token_invalid: [false, "The new token is not valid"],
  unavailable: [true, "A part of the service cannot be reached"],
  token_mismatch: [false, "The new token is of another person or organisation"],
  token_expiring: [
    true,
    "The token ends soon: send a new one in an auth frame",
  ],
  token_expired: [true, "The token has expired"],
  token_revoked: [false, "The token has been revoked"],
  handshake_timeout: [true, "No handshake arrived in time"],
  frame_too_big: [false, "The frame is too big"],
  too_many_frames: [true, "Too many frames in a short time"],
  slow: [true, "The connection does not read fast enough"],
  internal: [true, "Something went wrong on our side"],
} as const satisfies Record<
  string,
  readonly [retryable: boolean, message: string]
>;
export type FrameErrorCode = keyof typeof FRAME_ERRORS;

/** What a client asks to see. */
export interface Subscription {
  readonly services: readonly Service[];
  /** null: every property that the token covers. */
  readonly propertyId: number | null;
}

/** First frame of a client. `lastSeq` null: from now on. */
export interface Handshake extends Subscription {
  readonly lastSeq: number | null;
  readonly epoch: string | null;
}

export type ClientFrame =
  | { readonly type: "auth"; readonly token: string }
  | { readonly type: "auth"; readonly ticket: string }
  | ({ readonly type: "subscribe" } & Subscription);

/** A frame that was refused, with the words for its sender. */
export interface Refused {
  readonly error: FrameErrorCode;
  readonly detail: string;
}

const SERVICES_LISTED_MAX = 32;
const EPOCH_CHARS_MAX = 64;
const TOKEN_CHARS_MAX = 8192;

const Filters = v.nullish(
  v.looseObject({ propertyId: v.nullish(v.pipe(v.custom<number>(isId), wire(ID))) }),
);
const Services = v.pipe(
  v.array(v.pipe(v.string(), wire({ enum: SERVICE_NAMES }))),
  v.maxLength(SERVICES_LISTED_MAX),
  wire({ minItems: 1 }),
);
/** What may stand in the frames of a client. */
export const HandshakeSchema = v.looseObject({
  services: Services,
  version: v.pipe(v.number(), wire({ const: PROTOCOL_VERSION })),
  filters: Filters,
  lastSeq: v.nullish(v.pipe(v.number(), v.safeInteger(), v.minValue(0))),
  epoch: v.nullish(v.pipe(v.string(), v.maxLength(EPOCH_CHARS_MAX))),
});
export const ClientFrameSchema = v.variant("type", [
  v.pipe(
    v.looseObject({
      type: v.literal("auth"),
      token: v.nullish(v.pipe(v.string(), v.maxLength(TOKEN_CHARS_MAX))),
      ticket: v.nullish(v.pipe(v.string(), v.maxLength(TICKET_CHARS_MAX))),
    }),
    wire(EITHER_CREDENTIAL),
  ),
  v.looseObject({
    type: v.literal("subscribe"),
    services: Services,
    filters: Filters,
  }),
]);

/** Reads the first frame of a client: `{services, version: 1, filters?: {propertyId}, lastSeq?, epoch?}`. */
export function parseHandshake(text: string): Handshake | Refused {
  const parsed = parseWith(HandshakeSchema, text, "bad_handshake");
  if ("error" in parsed) return parsed;
  const { services, version, filters, lastSeq, epoch } = parsed.value;
  if (version !== PROTOCOL_VERSION) {
    return {
      error: "bad_version",
      detail: `version is ${version}, this server speaks ${PROTOCOL_VERSION}`,
    };
  }
  const subscription = subscriptionOf(services, filters?.propertyId);
  if ("error" in subscription) return subscription;
  return { ...subscription, ...resumeFrom(lastSeq ?? null, epoch ?? null) };
}

/**
 * Where a client wants to go on. A lastSeq of 0 is what a client sends that has seen nothing yet, and means "from now";
 * with an epoch it is the position before the first event of that stream.
 */
export function resumeFrom(
  lastSeq: number | null,
  epoch: string | null,
): { lastSeq: number | null; epoch: string | null } {
  const resumes = lastSeq !== null && (lastSeq > 0 || epoch !== null);
  return resumes ? { lastSeq, epoch } : { lastSeq: null, epoch: null };
}

/** Reads any later frame of a client. */
export function parseClientFrame(text: string): ClientFrame | Refused {
  const parsed = parseWith(ClientFrameSchema, text, "bad_frame");
  if ("error" in parsed) return parsed;
  const frame = parsed.value;
  if (frame.type === "auth") return authOf(frame.token ?? null, frame.ticket ?? null);
  const subscription = subscriptionOf(
    frame.services,
    frame.filters?.propertyId,
  );
  return "error" in subscription ? subscription : { type: "subscribe", ...subscription };
}

function authOf(token: string | null, ticket: string | null): ClientFrame | Refused {
  if (token !== null && ticket === null) return { type: "auth", token };
  if (ticket !== null && token === null) return { type: "auth", ticket };
  return { error: "bad_frame", detail: "an auth frame has either a token or a ticket" };
}

function subscriptionOf(
  names: readonly string[],
  propertyId: number | null | undefined,
): Subscription | Refused {
  const unknown = names.find((name) => !isService(name));
  if (unknown !== undefined) {
    return {
      error: "unknown_service",
      detail: `"${unknown.slice(0, 64)}" is not one of ${SERVICE_NAMES.join(", ")}`,
    };
  }
  if (names.length === 0) {
    return { error: "no_services", detail: "services is an empty list" };
  }
  // A set in the order of the table: the same wish is the same group, however it was written.
  const services = SERVICE_NAMES.filter((name) => names.includes(name));
  return { services, propertyId: propertyId ?? null };
}

function parseWith<S extends v.GenericSchema>(
  schema: S,
  text: string,
  error: FrameErrorCode,
): { value: v.InferOutput<S> } | Refused {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { error, detail: "a frame is one JSON object as text" };
  }
  const result = v.safeParse(schema, json);
  if (result.success) return { value: result.output };
  const [issue] = result.issues;
  return {
    error,
    detail: `${v.getDotPath(issue) ?? "frame"}: ${issue.message}`.slice(0, 300),
  };
}

/** `{"type":"ack",...}`: the answer to a handshake, a subscribe frame (seq: where it takes effect) and a new token. */
export function ackFrame(ack: {
  seq: number;
  epoch: string;
  timestamp: string;
  connectionId: string;
  heartbeatMs: number;
  expiresAt: string;
}): string {
  return JSON.stringify({ type: "ack", ...ack });
}

/** `{"type":"event",...}` around events that are JSON text already: encoded once, sent to many. */
export function eventFrame(
  service: Service,
  events: readonly { readonly json: string }[],
  seq: number,
  prevSeq: number,
): string {
  const items = events.length === 1 ? events[0]!.json : events.map((event) => event.json).join(",");
  return `{"type":"event","service":"${service}","events":[${items}],"seq":${seq},"prevSeq":${prevSeq}}`;
}

export function pingFrame(seq: number, timestamp: string): string {
  return `{"type":"ping","seq":${seq},"timestamp":"${timestamp}"}`;
}

export function resetFrame(
  reason: ResetReason,
  seq: number,
  epoch: string,
): string {
  return JSON.stringify({ type: "reset", reason, seq, epoch });
}

export function downgradeFrame(reason: LeaveReason, reconnectInMs: number): string {
  return JSON.stringify({ type: "downgrade", reason, reconnectInMs });
}

export function errorFrame(code: FrameErrorCode, detail?: string): string {
  const [retryable, message] = FRAME_ERRORS[code];
  return JSON.stringify({
    type: "error",
    code,
    message: detail === undefined ? message : `${message}: ${detail}`,
    retryable,
  });
}
