import fc from "fast-check";
import { SERVICE_NAMES } from "@/lib/protocol/services.ts";
import { HOSTILE_VALUES } from "./hostile.ts";
import { type Org, otherOrg } from "./markers.ts";
import { ownId, ownTopic, ROOM_IDS, uploadIdOf } from "./plant.ts";

export type Endpoint = "stream" | "chat" | "upload";

/** A socket that says these frames, one after the other. */
export interface SocketAction {
  readonly kind: "socket";
  readonly who: number;
  readonly endpoint: Endpoint;
  readonly frames: readonly Readonly<Record<string, unknown>>[];
}

export const PATHS: Readonly<Record<Endpoint, string>> = {
  stream: "/v2/realtime/stream",
  chat: "/v2/collaboration/chat/stream",
  upload: "/v2/documents/upload/stream",
};

/** Stands for a token, or a ticket, of the same person in the other organisation. */
export const OTHERS_TOKEN = "token of the other organisation";
export const OTHERS_TICKET = "ticket of the other organisation";

/** The values that a field of a frame may have besides the usual ones: those of the other organisation. */
type Fields = Readonly<Record<string, fc.Arbitrary<unknown>>>;

/** The frames of each endpoint by their type; "handshake" is the first one. */
export function frameTable(org: Org): Readonly<Record<Endpoint, Readonly<Record<string, Fields>>>> {
  const other = otherOrg(org);
  const id = fc.constantFrom(1, 2, ownId(org), ownId(other), 1001);
  const roomId = fc.constantFrom(...Object.values(ROOM_IDS), ownTopic(org), ownTopic(other));
  const services = fc.constantFrom([...SERVICE_NAMES], ["finance"], ["tasks", "guest"], [">"], []);
  const count = fc.constantFrom(0, 1, 5, 1_000_000);
  const clientMsgId = fc.constantFrom("shared-message", "m1", "m2");
  const text = fc.constantFrom("Good morning", "", "x".repeat(4_001), "\u0000");
  const mentions = fc.constantFrom(["u1"], ["u1", "u9"], []);
  const link = fc.record({ entity: fc.constantFrom("task", "guest", "room", "document"), id });
  const auth = { token: fc.constantFrom(OTHERS_TOKEN, "x.y.z"), ticket: fc.constantFrom(OTHERS_TICKET, "x") };
  const filters = fc.constantFrom({ propertyId: 1 }, { propertyId: 2 }, { propertyId: ownId(other) }, {});
  return {
    stream: {
      handshake: {
        services,
        version: fc.constant(1),
        filters,
        lastSeq: count,
        epoch: fc.constantFrom(null, "planted"),
      },
      subscribe: { services, filters },
      auth,
    },
    chat: {
      handshake: {
        roomId,
        userId: fc.constantFrom("u1", "u2", "u3"),
        watch: fc.boolean(),
        afterSeq: count,
        afterRev: count,
      },
      chat: { roomId, text, clientMsgId, replyTo: id, link, mentions },
      edit: { roomId, id, text, mentions, clientMsgId },
      delete: { roomId, id, clientMsgId },
      typing: { roomId, typing: fc.boolean() },
      read: { roomId, upTo: count },
      ack: { roomId, messageId: id },
      delivered: { roomId, upTo: count },
      presence: { status: fc.constantFrom("online", "away") },
      join: { roomId, afterSeq: count, afterRev: count },
      leave: { roomId },
      auth,
    },
    upload: {
      handshake: {
        filename: fc.constantFrom("a.pdf", "../../b.pdf"),
        filesize: fc.constantFrom(9, 30, 70_000),
        mimetype: fc.constant("application/pdf"),
        documentType: fc.constantFrom("passport", "other"),
        propertyId: fc.constantFrom(1, 2, ownId(other)),
        guestId: id,
        uploadId: fc.constantFrom(uploadIdOf(org, 2), uploadIdOf(other, 1), uploadIdOf(other, 2)),
      },
      chunk: { seq: fc.constantFrom(1, 2), data: fc.constant(btoa("%PDF-1.7\n")), final: fc.boolean() },
      pause: {},
      resume: {},
      cancel: {},
      auth,
    },
  };
}

/** What is needed, so that some handshakes are understood. */
const NEEDED: Readonly<Record<Endpoint, readonly string[]>> = {
  stream: ["services", "version"],
  chat: ["userId", "roomId"],
  upload: ["filename", "filesize", "mimetype", "documentType", "propertyId"],
};

export function framesOf(org: Org, who: fc.Arbitrary<number>): fc.Arbitrary<SocketAction> {
  const table = frameTable(org);
  const hostile = fc.constantFrom(...HOSTILE_VALUES);
  const frame = (fields: Fields, required: readonly string[]) => {
    const mixed = Object.fromEntries(
      Object.entries(fields).map(([name, usual]) => [
        name,
        fc.oneof({ weight: 14, arbitrary: usual }, { weight: 1, arbitrary: hostile }),
      ]),
    );
    return fc.record(mixed, { requiredKeys: [...required] });
  };
  return fc.constantFrom<Endpoint>("stream", "chat", "chat", "upload").chain((endpoint) => {
    const { handshake, ...rest } = table[endpoint];
    const later = fc.constantFrom(...Object.entries(rest)).chain(([type, fields]) => {
      // `auth` takes a token or a ticket.
      if (type === "auth") {
        return fc.constantFrom("token", "ticket").chain((name) =>
          fields[name]!.map((value) => ({ type, [name]: value }))
        );
      }
      const required = Object.keys(fields).filter((name) => !["replyTo", "link", "mentions"].includes(name));
      return frame(fields, required).map((fields) => (type === "chunk" ? fields : { type, ...fields }));
    });
    const whole = fc.tuple(frame(handshake!, NEEDED[endpoint]), fc.array(later, { maxLength: 6 }));
    return fc.record({
      kind: fc.constant("socket" as const),
      who,
      endpoint: fc.constant(endpoint),
      frames: whole.map(([first, more]) => [first, ...more]),
    });
  });
}
