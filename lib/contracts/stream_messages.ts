import { jsonSchemaOf } from "@/lib/contracts/from_valibot.ts";
import {
  BOOLEAN,
  COUNT,
  type JsonSchema,
  listOf,
  oneOfWords,
  shape,
  TEXT,
  TIME,
} from "@/lib/contracts/json_schema.ts";
import { byType, type Message } from "@/lib/contracts/message.ts";
import { EPOCH, RESET_REASON, SEQ, SERVICE } from "@/lib/contracts/realtime_shapes.ts";
import { ref } from "@/lib/contracts/refs.ts";
import { ClientFrameSchema, FRAME_ERRORS, HandshakeSchema, type LeaveReason } from "@/lib/protocol/frames.ts";
import { BATCH_EVENTS_MAX } from "@/lib/protocol/limits.ts";

const LEAVES = ["restart", "switched_off"] as const satisfies readonly LeaveReason[];
const typed = (type: string, members: Readonly<Record<string, JsonSchema>>) =>
  shape({ type: { const: type }, ...members });

/** An error frame with one of these codes; more may come later. */
export function errorSchema(codes: readonly string[], members: Readonly<Record<string, JsonSchema>> = {}) {
  return typed("error", {
    code: oneOfWords(codes),
    message: TEXT,
    retryable: { ...BOOLEAN, description: "Can trying the same again help?" },
    ...members,
  });
}

/** StreamOut. */
export const STREAM_MESSAGES: readonly Message[] = [
  {
    name: "handshake",
    from: "client",
    says: "The first frame: what the client wants to see, and where it goes on",
    schema: jsonSchemaOf(HandshakeSchema),
  },
  ...byType(jsonSchemaOf(ClientFrameSchema), {
    auth: "A new token, or a ticket that stands for one",
    subscribe: "What the client wants to see from now on",
  }),
  {
    name: "ack",
    from: "server",
    says: "The handshake, the subscription or the new token is taken",
    schema: typed("ack", {
      seq: SEQ,
      epoch: EPOCH,
      timestamp: TIME,
      connectionId: TEXT,
      heartbeatMs: COUNT,
      expiresAt: TIME,
    }),
  },
  {
    name: "event",
    from: "server",
    says: "What has happened in one service",
    schema: typed("event", {
      service: SERVICE,
      events: listOf(ref("Event"), { minItems: 1, maxItems: BATCH_EVENTS_MAX }),
      seq: SEQ,
      prevSeq: { ...COUNT, description: "seq of the frame before; 0 where that is not known" },
    }),
  },
  {
    name: "ping",
    from: "server",
    says: "The connection is alive, and everything up to seq was sent",
    schema: typed("ping", { seq: SEQ, timestamp: TIME }),
  },
  {
    name: "reset",
    from: "server",
    says: "The resume point is of no use: read again, then go on from here",
    schema: typed("reset", { reason: RESET_REASON, seq: SEQ, epoch: EPOCH }),
  },
  {
    name: "downgrade",
    from: "server",
    says: "Come back after reconnectInMs, or poll",
    schema: typed("downgrade", { reason: oneOfWords(LEAVES), reconnectInMs: COUNT }),
  },
  {
    name: "error",
    from: "server",
    says: "What is wrong; a close may follow",
    schema: errorSchema(Object.keys(FRAME_ERRORS)),
  },
];
export { typed };
