import { AUDIT_KINDS } from "@/lib/audit/kinds.ts";
import {
  about,
  BOOLEAN,
  COUNT,
  ID,
  type JsonSchema,
  listOf,
  oneOfWords,
  orNull,
  shape,
  TEXT,
  TIME,
} from "@/lib/contracts/json_schema.ts";
import { eventSchema } from "@/lib/contracts/records.ts";
import { ref } from "@/lib/contracts/refs.ts";
import { FLAG_NAMES, ROLLOUT_FLAG, STREAMING_FLAG } from "@/lib/flags/flags.ts";
import type { ResetReason } from "@/lib/protocol/frames.ts";
import { PROBLEMS } from "@/lib/protocol/problems.ts";
import { SERVICE_NAMES } from "@/lib/protocol/services.ts";
import { RESOURCES } from "@/lib/resources/catalog.ts";

const RESETS = ["recreated", "trimmed", "ahead", "too_far"] as const satisfies readonly ResetReason[];

export const SERVICE = oneOfWords(SERVICE_NAMES);
export const RESET_REASON = oneOfWords(RESETS);
/** A name of one life of the stream. */
export const EPOCH = about("Names one life of the stream; seq of another one says nothing", TEXT);
export const SEQ = about("A safe place to go on from", COUNT);

const PERCENT: JsonSchema = { type: "number", minimum: 0, maximum: 100 };
const byService = (value: JsonSchema) =>
  shape(Object.fromEntries(SERVICE_NAMES.map((name) => [name, value])));
const flagValue = (name: string) => name === ROLLOUT_FLAG ? { ...PERCENT, multipleOf: 0.01 } : BOOLEAN;

const metrics = {
  activeConnections: COUNT,
  totalConnections: COUNT,
  eventsDelivered: COUNT,
  eventsByService: byService(COUNT),
  errorCount: COUNT,
  avgLatencyMs: { type: "number", minimum: 0 } as JsonSchema,
};
const effective = {
  [STREAMING_FLAG]: BOOLEAN,
  [ROLLOUT_FLAG]: PERCENT,
  inRollout: BOOLEAN,
  streaming: about("May this organisation stream? Else it polls", BOOLEAN),
  longPoll: byService(BOOLEAN),
};
const FLAG_VALUE: JsonSchema = { type: ["boolean", "number"] };

/** The event of any entity, as the stream, the poll and the recent events show it. */
function anyEvent(): JsonSchema {
  return { anyOf: RESOURCES.map((resource) => ref(eventName(resource.entity))) };
}

/** What the event of an entity is called: `RevenueEvent`. */
export function eventName(entity: string): string {
  return `${entity[0]!.toUpperCase()}${entity.slice(1)}Event`;
}

export const REALTIME_SCHEMAS: Readonly<Record<string, JsonSchema>> = {
  Problem: shape({
    type: TEXT,
    title: TEXT,
    status: { type: "integer", minimum: 400, maximum: 599 },
    code: about("Stable: what a program decides by", oneOfWords(Object.keys(PROBLEMS))),
    "detail?": about("What was attempted, the value, and what would be right", TEXT),
    "errors?": listOf(shape({ path: TEXT, message: TEXT })),
  }),
  ...Object.fromEntries(RESOURCES.map((resource) => [eventName(resource.entity), eventSchema(resource)])),
  Event: anyEvent(),
  Poll: shape({ events: listOf(ref("Event")), seq: SEQ, epoch: EPOCH, "reset?": RESET_REASON }),
  Recent: shape({
    events: about(
      "The newest first",
      listOf(shape({
        id: TEXT,
        entity: TEXT,
        action: TEXT,
        propertyId: orNull(ID),
        "version?": ID,
        at: TIME,
        data: { type: "object" },
        service: SERVICE,
        seq: ID,
      })),
    ),
    seq: SEQ,
    epoch: EPOCH,
  }),
  RealtimeMetrics: shape({
    ...metrics,
    "instances?": about("How many have answered; with scope=cluster", ID),
  }),
  Ticket: shape({ ticket: TEXT, expiresInMs: ID }),
  RenewedSession: shape({ expiresAt: TIME, ticket: TEXT }),
  Live: shape({ status: { const: "live" } }),
  Ready: shape({ status: { const: "ready" } }),
  NotReady: shape({
    status: { const: "not ready" },
    missing: about("Why, by part", { type: "object", additionalProperties: TEXT }),
  }),
  Flags: shape({
    ...effective,
    "expiresInMs?": about("How long the token lives", { type: "integer" }),
  }),
  FlagChange: {
    type: "object",
    properties: Object.fromEntries(FLAG_NAMES.map((name) => [name, flagValue(name)])),
    minProperties: 1,
    additionalProperties: false,
  },
  FlagChanges: shape({
    items: listOf(shape({
      id: ID,
      flag: oneOfWords(FLAG_NAMES),
      oldValue: { type: ["boolean", "number", "null"] },
      newValue: FLAG_VALUE,
      changedBy: orNull(TEXT),
      orgId: orNull(ID),
      changedAt: TIME,
    })),
    next: orNull(TEXT),
  }),
  AuditPage: shape({
    items: listOf(shape({
      id: ID,
      kind: oneOfWords(Object.keys(AUDIT_KINDS)),
      at: about("Of the last of them", TIME),
      count: about("How many like this one", ID),
      actor: about("The user id", orNull(TEXT)),
      client: about("The address that it came from", orNull(TEXT)),
      target: orNull(TEXT),
      detail: orNull(TEXT),
    })),
    next: orNull(TEXT),
  }),
  FlagCounts: shape({
    instances: COUNT,
    streaming: COUNT,
    polling: COUNT,
    organisations: COUNT,
    shares: about(
      "How many organisations 0, 1, ... 100 percent are",
      listOf(COUNT, { minItems: 101, maxItems: 101 }),
    ),
  }),
};
