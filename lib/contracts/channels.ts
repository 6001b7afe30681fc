import { CHAT_MESSAGES } from "@/lib/contracts/chat_messages.ts";
import { DEAD_MESSAGES, EVENT_MESSAGES } from "@/lib/contracts/event_messages.ts";
import type { Message } from "@/lib/contracts/message.ts";
import { STREAM_MESSAGES } from "@/lib/contracts/stream_messages.ts";
import { UPLOAD_MESSAGES } from "@/lib/contracts/upload_messages.ts";
import { CHAT_CLOSE, CLOSE, type Reconnect, UPLOAD_CLOSE } from "@/lib/protocol/close_codes.ts";

export interface CloseRow {
  readonly code: number;
  readonly reason: string;
  readonly reconnect: Reconnect;
}

/** One socket, or one family of subjects. */
export interface Channel {
  readonly id: string;
  /** Path or subject; parameters between braces. */
  readonly address: string;
  readonly by: "socket" | "nats";
  readonly title: string;
  readonly says: string;
  readonly messages: readonly Message[];
  /** By name. */
  readonly closes?: Readonly<Record<string, CloseRow>>;
  /** What each parameter of the address is. */
  readonly parameters?: Readonly<Record<string, string>>;
}

const ORG = "The organisation's id";

/** Everything that is sent without being asked for. */
export const CHANNELS: readonly Channel[] = [
  {
    id: "stream",
    address: "/v2/realtime/stream",
    by: "socket",
    title: "StreamOut",
    says: "What happens in the ten services, to whoever may see it.",
    messages: STREAM_MESSAGES,
    closes: CLOSE,
  },
  {
    id: "upload",
    address: "/v2/documents/upload/stream",
    by: "socket",
    title: "StreamIn",
    says: "One file, in chunks, that goes on where it stopped.",
    messages: UPLOAD_MESSAGES,
    closes: UPLOAD_CLOSE,
  },
  {
    id: "chat",
    address: "/v2/collaboration/chat/stream",
    by: "socket",
    title: "StreamInOut",
    says: "Any number of rooms in which people talk.",
    messages: CHAT_MESSAGES,
    closes: CHAT_CLOSE,
  },
  {
    id: "events",
    address: "evt.{organisation}.{property}.{service}.{entity}.{action}",
    by: "nats",
    title: "Events",
    says: "What any service publishes to JetStream, for clients of StreamOut.",
    messages: EVENT_MESSAGES,
    parameters: {
      organisation: ORG,
      property: "The property's id, or _ for what concerns the whole organisation",
      service: "The wire name of a service",
      entity: "One of its entities",
      action: "created, updated, deleted, or another word of letters, digits, _ and -",
    },
  },
  {
    id: "dead",
    address: "dead.evt.{organisation}.{epoch}.{seq}",
    by: "nats",
    title: "Dead events",
    says: "Messages on evt.> that are no events, for their publishers to look at.",
    messages: DEAD_MESSAGES,
    parameters: {
      organisation: `${ORG}, or _ where the subject had none`,
      epoch: "The life of the stream in which it was published",
      seq: "Where it stands there",
    },
  },
];
