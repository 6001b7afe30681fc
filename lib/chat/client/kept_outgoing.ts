import { isObject, isSeq, isText } from "@/lib/client/server_frames.ts";
import { LINK_ENTITIES } from "@/lib/chat/message.ts";
import type { Outgoing } from "@/lib/chat/client/chat_types.ts";
import { OUTGOING_MAX } from "@/lib/chat/client/limits.ts";
import { isMessage } from "@/lib/chat/client/server_frames.ts";

/** Where what is not sent yet is kept through a reload, for each tab of a person. */
export interface KeptOutgoing {
  /** Hands over what pages that are gone have left, which are this one's from then on; `taken` answers what is not. */
  takeOver(taken: (list: readonly Outgoing[]) => readonly Outgoing[]): Promise<void>;
  /** All of this page, replacing what was kept before. */
  keep(list: readonly Outgoing[]): void;
}

/** Reads what a page has kept; whatever is not understood is left out. */
export function readOutgoing(text: string | null): readonly Outgoing[] {
  try {
    const value: unknown = JSON.parse(text ?? "[]");
    return Array.isArray(value) ? value.filter(isOutgoing).slice(0, OUTGOING_MAX) : [];
  } catch {
    return [];
  }
}

function isOutgoing(value: unknown): value is Outgoing {
  return isObject(value) && [value.clientMsgId, value.roomId, value.at].every(isText) &&
    typeof value.text === "string" && (value.text !== "" || isLink(value.link)) &&
    (value.replyTo === null || isMessage(value.replyTo)) && (value.link === null || isLink(value.link)) &&
    Array.isArray(value.mentions) && value.mentions.every(isText) &&
    (value.problem === null || isText(value.problem)) &&
    (value.state === "waiting" || value.state === "sending" || value.state === "failed");
}

function isLink(value: unknown): boolean {
  return isObject(value) && isSeq(value.id) && LINK_ENTITIES.some((entity) => entity === value.entity);
}
