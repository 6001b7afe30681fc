import type { Service } from "@/lib/protocol/services.ts";
import { isId, parseEventSubject } from "@/lib/protocol/subjects.ts";
import { veiled, veilOf } from "@/lib/protocol/veils.ts";
import { EVENT_BYTES_MAX } from "@/lib/protocol/limits.ts";

/** A message of the stream as its reader hands it over. */
export interface StoredMessage {
  readonly subject: string;
  readonly payload: Uint8Array;
  /** JetStream stream sequence. */
  readonly seq: number;
  /** JetStream timestamp, Unix milliseconds. */
  readonly storedAt: number;
  /** `Nats-Msg-Id` header, where there is one. */
  readonly messageId: string | undefined;
}

/** An event ready to be shown: validated and encoded once, however many sockets it goes to. */
export interface StoredEvent {
  readonly seq: number;
  readonly orgId: number;
  /** null: concerns the whole organisation. */
  readonly propertyId: number | null;
  readonly service: Service;
  /** `{id, entity, action, propertyId, version?, at, data}` as JSON text. */
  readonly json: string;
  /** What those are shown who may not see this service; undefined where all see the same. */
  readonly veiled?: { readonly service: Service; readonly json: string } | undefined;
  /** Size of the payload as it came; `json` takes about as much. */
  readonly bytes: number;
  readonly storedAt: number;
  /** When it happened, as far as that can be believed: see `begunAt` below. */
  readonly begunAt: number;
}

/** Why a message is not shown to anybody. */
export interface InvalidEvent {
  readonly invalid: string;
}

const ID = /^[\x21-\x7e]{1,128}$/;
const UTF8 = new TextDecoder("utf-8", { fatal: true });

/**
 * Validates and encodes one message: payload `{id?, at?, version?, actor?, data}`. A missing `id` is taken from the
 * `Nats-Msg-Id` header or the stream position, a missing `at` from the stream's timestamp.
 */
export function decodeEvent(
  message: StoredMessage,
): StoredEvent | InvalidEvent {
  const subject = parseEventSubject(message.subject);
  if (subject === undefined) {
    return {
      invalid: "subject is not evt.<org>.<property>.<service>.<entity>.<action>",
    };
  }
  if (message.payload.byteLength > EVENT_BYTES_MAX) {
    return {
      invalid: `payload is ${message.payload.byteLength} bytes, at most ${EVENT_BYTES_MAX} are allowed`,
    };
  }
  let payload: unknown;
  try {
    payload = JSON.parse(UTF8.decode(message.payload));
  } catch {
    return { invalid: "payload is not JSON in UTF-8" };
  }
  if (!isObject(payload)) return { invalid: "payload is not an object" };
  // The time too: in a stream that was made anew the same position is another event.
  const id = payload.id ?? message.messageId ?? `seq-${message.seq}-${Math.floor(message.storedAt)}`;
  if (typeof id !== "string" || !ID.test(id)) {
    return { invalid: "id is not 1 to 128 visible ASCII characters" };
  }
  const at = payload.at === undefined ? message.storedAt : timeOf(payload.at);
  if (at === undefined) return { invalid: "at is not an RFC 3339 time" };
  const version = payload.version;
  if (version !== undefined && !isId(version)) {
    return { invalid: "version is not a positive integer" };
  }
  if (!isObject(payload.data)) return { invalid: "data is not an object" };
  const veil = veilOf(subject.service, subject.entity);
  const shown = {
    id,
    entity: subject.entity,
    action: subject.action,
    propertyId: subject.propertyId,
    ...(version !== undefined && { version }),
    at: new Date(at).toISOString(),
    data: payload.data,
  };
  try {
    return {
      seq: message.seq,
      orgId: subject.orgId,
      propertyId: subject.propertyId,
      service: subject.service,
      json: JSON.stringify(shown),
      ...(veil !== undefined && {
        veiled: {
          service: veil.service,
          json: JSON.stringify({ ...shown, data: veiled(payload.data, veil) }),
        },
      }),
      bytes: message.payload.byteLength,
      storedAt: message.storedAt,
      begunAt: begunAt(at, message.storedAt),
    };
  } catch {
    return { invalid: "data is nested too deeply" };
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** An outbox is behind by less than this, or else the clock of the publisher is wrong. */
export const BEHIND_MS_MAX = 600_000;

/** From when on delivery counts: `at` where it lies shortly before the stream's own time, else the stream's time. */
function begunAt(at: number, storedAt: number): number {
  return at <= storedAt && storedAt - at <= BEHIND_MS_MAX ? at : storedAt;
}

const RFC_3339 = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)$/;

function timeOf(text: unknown): number | undefined {
  if (typeof text !== "string" || !RFC_3339.test(text)) return undefined;
  const time = Date.parse(text);
  return Number.isNaN(time) ? undefined : time;
}
