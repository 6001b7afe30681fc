import { ID, type JsonSchema, shape } from "@/lib/contracts/json_schema.ts";
import type { Message } from "@/lib/contracts/message.ts";

/**
 * What another service publishes. `decodeEvent` of lib/realtime/event.ts is what reads it: code, for it runs for every
 * event; a property test holds the two together.
 */
export const PUBLISHED_EVENT: JsonSchema = shape({
  "id?": {
    type: ["string", "null"],
    pattern: "^[\\x21-\\x7e]{1,128}$",
    description: "The same whenever the same event is sent again; also the header Nats-Msg-Id",
  },
  "at?": { type: "string", format: "date-time", description: "When it happened" },
  "version?": { ...ID, description: "Of the record after it" },
  "actor?": { description: "Who did it; kept, not shown" },
  data: { type: "object", description: "What clients are shown" },
});

/** The subjects that other services meet. */
export const EVENT_MESSAGES: readonly Message[] = [{
  name: "published",
  from: "client",
  says: "What has happened, as JSON in UTF-8",
  schema: PUBLISHED_EVENT,
}];

export const DEAD_MESSAGES: readonly Message[] = [{
  name: "dead",
  from: "server",
  says:
    "A message that is no event, as it came, cut where it is long; the headers Innstream-Reason, Innstream-Subject and Innstream-Size say why, where it was published and how long it was",
  schema: { type: "string", contentMediaType: "application/octet-stream" },
  media: "application/octet-stream",
}];
