import { isService, type Service } from "@/lib/protocol/services.ts";
import type { ResetReason } from "@/lib/protocol/frames.ts";

/** One event as clients see it. `data` is as its publisher sent it. */
export interface ClientEvent {
  readonly id: string;
  readonly entity: string;
  readonly action: string;
  /** null: concerns the whole organisation. */
  readonly propertyId: number | null;
  /** Of the record; grows with every change. */
  readonly version?: number;
  /** RFC 3339. */
  readonly at: string;
  readonly data: Readonly<Record<string, unknown>>;
}

interface Positioned {
  readonly seq: number;
}

/** What a server sends; see docs/protocol.md. */
export type ServerFrame =
  | Positioned & {
    readonly type: "ack";
    readonly epoch: string;
    readonly timestamp: string;
    readonly heartbeatMs: number;
    readonly expiresAt: string;
  }
  | Positioned & {
    readonly type: "event";
    readonly service: Service;
    readonly events: readonly ClientEvent[];
    readonly prevSeq: number;
  }
  | Positioned & { readonly type: "ping"; readonly timestamp: string }
  | Positioned & { readonly type: "reset"; readonly reason: ResetReason; readonly epoch: string }
  | { readonly type: "downgrade"; readonly reason: string; readonly reconnectInMs: number }
  | {
    readonly type: "error";
    readonly code: string;
    readonly message: string;
    readonly retryable: boolean;
  };

type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads a frame. "unknown": a type of a newer server, to be passed over. "broken": not a frame of this protocol at all.
 * Of an event frame, what is no event is left out: one odd event must not stop the others.
 */
export function readServerFrame(text: string): ServerFrame | "unknown" | "broken" {
  const frame = parse(text);
  if (frame === undefined || typeof frame.type !== "string") return "broken";
  const positioned = isSeq(frame.seq);
  switch (frame.type) {
    case "ack":
      return positioned && isText(frame.epoch) ? frame as unknown as ServerFrame : "broken";
    case "ping":
      return positioned ? frame as unknown as ServerFrame : "broken";
    case "reset":
      return positioned && isText(frame.epoch) ? frame as unknown as ServerFrame : "broken";
    case "event":
      return positioned && isSeq(frame.prevSeq) ? eventFrame(frame) : "broken";
    case "downgrade":
    case "error":
      return frame as unknown as ServerFrame;
    default:
      return "unknown";
  }
}

function eventFrame(frame: Fields): ServerFrame | "unknown" | "broken" {
  if (!Array.isArray(frame.events)) return "broken";
  if (!isService(frame.service)) return "unknown";
  return { ...frame, events: frame.events.filter(isEvent) } as unknown as ServerFrame;
}

export function isEvent(value: unknown): value is ClientEvent {
  if (!isObject(value)) return false;
  const { id, entity, action, at, data } = value;
  return [id, entity, action, at].every(isText) && isObject(data);
}

function parse(text: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

export function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function isSeq(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

export function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}
