/**
 * The browser client, without any framework: events of an organisation as they happen, over one connection for all tabs
 * of a person. docs/client.md shows how it is used.
 *
 * @module
 */
export { after, browserCall, type BrowserOptions, browserWorld } from "@/lib/client/browser.ts";
export { type ClientOptions, type ClientWorld, createClient } from "@/lib/client/client.ts";
export type {
  ClientState,
  ClientStatus,
  ClientWarning,
  EventFilter,
  LiveEvent,
  RealtimeClient,
  TabRole,
  Transport,
} from "@/lib/client/client_types.ts";
export {
  type ClientRecord,
  Collection,
  type CollectionRow,
  type RecordPage,
} from "@/lib/client/collection.ts";
export { type ClientFlags, readFlags } from "@/lib/client/flags.ts";
export { Rest, type RestAnswer } from "@/lib/client/rest.ts";
