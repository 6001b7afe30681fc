import { hasEntity, isService, type Service } from "@/lib/protocol/services.ts";

/**
 * The subject grammar. Subjects are built and parsed here and nowhere else, so that no wildcard, dot
 * or space from outside can ever widen a subscription or a publish.
 *
 *     evt.<org>.<property>.<service>.<entity>.<action>
 *
 * `property` is `_` for what concerns the whole organisation.
 */
export interface EventSubject {
  readonly orgId: number;
  /** null: organisation-wide. */
  readonly propertyId: number | null;
  readonly service: Service;
  readonly entity: string;
  readonly action: string;
}

export const EVENTS_SUBJECTS = "evt.>";
export const DEAD_SUBJECTS = "dead.>";
/** Longest id, entity or action accepted as one subject token. */
export const TOKEN_CHARS_MAX = 64;

const TOKEN = /^[A-Za-z0-9_-]{1,64}$/;
const POSITIVE = /^[1-9][0-9]{0,15}$/;

/** One subject token: letters, digits, `_` and `-`, 1 to 64 characters. */
export function isToken(value: unknown): value is string {
  return typeof value === "string" && TOKEN.test(value);
}

/** A positive safe integer: the form of organisation, property and record ids. */
export function isId(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value > 0;
}

/** Parses the decimal form of an id; undefined where it is anything else (`01`, `1e3`, `+1`, 2^53). */
export function parseId(text: string): number | undefined {
  if (!POSITIVE.test(text)) return undefined;
  const id = Number(text);
  return Number.isSafeInteger(id) ? id : undefined;
}

/** Builds an event subject. Throws RangeError on a part that is not of the grammar: callers validate first. */
export function eventSubject(subject: EventSubject): string {
  const { orgId, propertyId, service, entity, action } = subject;
  if (!isId(orgId)) {
    throw new RangeError(`Cannot build a subject for organisation ${orgId}`);
  }
  if (propertyId !== null && !isId(propertyId)) {
    throw new RangeError(`Cannot build a subject for property ${propertyId}`);
  }
  if (!isService(service) || !isToken(entity) || !isToken(action)) {
    throw new RangeError(
      `Cannot build a subject of "${service}", "${entity}", "${action}"`,
    );
  }
  return `evt.${orgId}.${propertyId ?? "_"}.${service}.${entity}.${action}`;
}

/** Parses an event subject; undefined where any token is not of the grammar. */
export function parseEventSubject(text: string): EventSubject | undefined {
  const parts = text.split(".");
  if (parts.length !== 6 || parts[0] !== "evt") return undefined;
  const [, org, property, service, entity, action] = parts as [
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  const orgId = parseId(org);
  const propertyId = property === "_" ? null : parseId(property);
  if (orgId === undefined || propertyId === undefined) return undefined;
  if (!isService(service) || !isToken(entity) || !hasEntity(service, entity)) {
    return undefined;
  }
  if (!isToken(action)) return undefined;
  return { orgId, propertyId, service, entity, action };
}

/** The organisation an event subject names, read without judging the rest; undefined where it is none. */
export function organisationOf(subject: string): number | undefined {
  return parseId(subject.split(".", 2)[1] ?? "");
}

/** Everything of one organisation: the filter of a feed. */
export function organisationFilter(orgId: number): string {
  if (!isId(orgId)) {
    throw new RangeError(`Cannot filter on organisation ${orgId}`);
  }
  return `evt.${orgId}.>`;
}

/** Where an event that does not validate is kept. One subject per message, so that it is kept once. */
export function deadSubject(
  subject: string,
  epoch: string,
  seq: number,
): string {
  return `dead.evt.${organisationOf(subject) ?? "_"}.${epoch}.${seq}`;
}

export const UPLOADED_SUBJECTS = "docs.uploaded.>";
export const UNLOCK_SUBJECTS = "docs.unlock.>";
export const DEAD_DOCUMENT_SUBJECTS = "dead.docs.>";

/** Where it is told that a document waits to be read: a work queue. */
export function uploadedSubject(orgId: number, propertyId: number): string {
  return documentSubject("docs.uploaded", orgId, propertyId);
}

/** Where a person's password for a locked document goes, to any worker, and nowhere that keeps it. */
export function unlockSubject(orgId: number, propertyId: number): string {
  return documentSubject("docs.unlock", orgId, propertyId);
}

/** Where a document is kept that could not be read in the end. */
export function deadDocumentSubject(orgId: number, propertyId: number, documentId: number): string {
  return `${documentSubject("dead.docs", orgId, propertyId)}.${documentId}`;
}

function documentSubject(head: string, orgId: number, propertyId: number): string {
  if (!isId(orgId) || !isId(propertyId)) {
    throw new RangeError(`Cannot build a subject for property ${propertyId} of organisation ${orgId}`);
  }
  return `${head}.${orgId}.${propertyId}`;
}

/** Where each instance that serves chat says that it is there. */
export const CHAT_ALIVE_SUBJECT = "chat-alive";

/** What instances tell each other of a chat room; see docs/chat.md. */
export const CHAT_TOLD = ["message", "typing", "presence", "ask", "read", "members"] as const;
export type ChatTold = typeof CHAT_TOLD[number];

/** Everything that is told of the rooms of one organisation. */
export function chatFilter(orgId: number): string {
  if (!isId(orgId)) throw new RangeError(`Cannot filter on organisation ${orgId}`);
  return `chat.${orgId}.>`;
}

/** Where `instance` tells the others something of a room: `chat.<org>.<room>.<what>.<instance>`. */
export function chatSubject(orgId: number, roomId: string, told: ChatTold, instance: string): string {
  if (!isId(orgId) || !isToken(roomId) || !isToken(instance)) {
    throw new RangeError(`Cannot build a subject for room "${roomId}" of organisation ${orgId}`);
  }
  return `chat.${orgId}.${roomId}.${told}.${instance}`;
}

/** Parses what chatSubject builds; undefined where any token is not of the grammar. */
export function parseChatSubject(
  text: string,
): { orgId: number; roomId: string; told: ChatTold; instance: string } | undefined {
  const parts = text.split(".");
  if (parts.length !== 5 || parts[0] !== "chat") return undefined;
  const [, org, roomId, what, instance] = parts as [string, string, string, string, string];
  const orgId = parseId(org);
  const told = CHAT_TOLD.find((known) => known === what);
  if (orgId === undefined || told === undefined || !isToken(roomId) || !isToken(instance)) return undefined;
  return { orgId, roomId, told, instance };
}
