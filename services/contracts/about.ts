import { SERVICE_NAMES } from "@/lib/protocol/services.ts";

/** Of the contracts: the first number changes where a client of before would break. */
export const CONTRACT_VERSION = "1.0.0";

/** What the operations are sorted into, in the order in which they are shown. */
export const TAGS: Readonly<Record<string, string>> = {
  access: "Tickets and sessions",
  stream: "Events as they happen, and counts of them",
  ...Object.fromEntries(SERVICE_NAMES.map((name) => [name, `Records and long poll of the service ${name}`])),
  documents: "Uploads, and the documents that they become",
  chat: "Rooms in which people talk",
  flags: "Who may stream",
  operation: "Health and documentation",
};
