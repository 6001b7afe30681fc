import { jsonSchemaOf } from "@/lib/contracts/from_valibot.ts";
import { RevokeSchema } from "@/services/auth/revoke_request.ts";
import { COUNT, ID, oneOfWords, TEXT } from "@/lib/contracts/json_schema.ts";
import { AUDIT_KINDS } from "@/lib/audit/kinds.ts";
import { ref } from "@/lib/contracts/refs.ts";
import { POLL_WAIT_MS } from "@/lib/protocol/limits.ts";
import type { ProblemCode } from "@/lib/protocol/problems.ts";
import { SERVICE_NAMES, SERVICES } from "@/lib/protocol/services.ts";
import { NOTHING, type Operation, reply, UPGRADED } from "@/services/contracts/operation.ts";
import { RECENT_EVENTS_MAX } from "@/services/realtime/recent.ts";
import { LIST_LIMIT_MAX } from "@/services/resources/list.ts";

/** What every socket may refuse an upgrade for. */
export const UPGRADE_PROBLEMS: readonly ProblemCode[] = [
  "upgrade_required",
  "bad_request",
  "ticket_invalid",
  "origin_not_allowed",
  "too_many_connections",
  "server_full",
  "draining",
];
const TICKET = {
  ticket: { ...TEXT, description: "Instead of a token, from POST /auth/ticket; holds once" },
  token: { ...TEXT, description: "Where no header can be set; a ticket is better" },
};

const polls: readonly Operation[] = SERVICE_NAMES.map((service) => ({
  id: `poll${service[0]!.toUpperCase()}${service.slice(1)}`,
  method: "GET",
  path: `/${SERVICES[service].base}/realtime/subscribe`,
  tag: service,
  summary: `The next events of ${service}: the long poll`,
  details: "Answers with the first events, or with none when the wait is over.",
  access: "token",
  query: {
    propertyId: ID,
    lastSeq: { ...COUNT, description: "Where to go on; 0 or nothing: from now on" },
    epoch: TEXT,
    wait: { ...COUNT, maximum: POLL_WAIT_MS, description: "Milliseconds" },
  },
  replies: { 200: reply("Events, and where to go on", "Poll") },
  problems: ["bad_request", "long_poll_off", "too_many_connections", "server_full", "draining"],
}));

/** The stream and what belongs to it; who is asking; flags; health. */
export const REALTIME_OPERATIONS: readonly Operation[] = [
  {
    id: "openStream",
    method: "GET",
    path: "/v2/realtime/stream",
    tag: "stream",
    summary: "StreamOut: the socket of events",
    details: "Its frames are in the AsyncAPI document.",
    access: "token",
    query: TICKET,
    replies: { 101: UPGRADED },
    problems: [...UPGRADE_PROBLEMS, "streaming_off"],
  },
  {
    id: "recentEvents",
    method: "GET",
    path: "/v2/realtime/recent",
    tag: "stream",
    summary: "The latest events, the newest first",
    access: "token",
    query: { propertyId: ID, limit: { ...COUNT, minimum: 1, maximum: RECENT_EVENTS_MAX } },
    replies: { 200: reply("Events of all services that this person may see", "Recent") },
    problems: ["bad_request"],
  },
  {
    id: "streamMetrics",
    method: "GET",
    path: "/v2/realtime/metrics",
    tag: "stream",
    summary: "Counts of deliveries since the start",
    access: "token",
    query: { scope: oneOfWords(["instance", "cluster"]) },
    replies: { 200: reply("Of the caller's organisation; of all for role service", "RealtimeMetrics") },
    problems: ["bad_request"],
  },
  ...polls,
  {
    id: "issueTicket",
    method: "POST",
    path: "/auth/ticket",
    tag: "access",
    summary: "A ticket that opens one socket",
    access: "token",
    replies: { 201: reply("Valid for a short time, and once", "Ticket") },
    problems: ["origin_not_allowed"],
  },
  {
    id: "revokeTokens",
    method: "POST",
    path: "/auth/revoke",
    tag: "access",
    summary: "Revoke tokens, and end what their bearers have open",
    details: "Without a body the caller's own; of others for admins.",
    access: "token",
    body: { schema: jsonSchemaOf(RevokeSchema), optional: true },
    replies: { 204: NOTHING },
    problems: ["origin_not_allowed", "too_many_requests"],
  },
  {
    id: "listAudit",
    method: "GET",
    path: "/audit",
    tag: "access",
    summary: "What happened in the organisation that an auditor would ask about, for admins",
    access: "token",
    query: {
      limit: { ...COUNT, minimum: 1, maximum: LIST_LIMIT_MAX },
      kind: oneOfWords(Object.keys(AUDIT_KINDS)),
      cursor: TEXT,
    },
    replies: { 200: reply("The newest first", "AuditPage") },
    problems: ["validation_failed"],
  },
  {
    id: "renewSession",
    method: "POST",
    path: "/session/refresh",
    tag: "access",
    summary: "Prolong the session of this browser",
    access: "session",
    replies: {
      200: reply("A new cookie, and a ticket for the open socket", "RenewedSession", ["set-cookie"]),
    },
    problems: ["origin_not_allowed"],
  },
  {
    id: "effectiveFlags",
    method: "GET",
    path: "/feature-flags",
    tag: "flags",
    summary: "What the flags mean for the caller's organisation",
    access: "token",
    replies: { 200: reply("The flags", "Flags") },
  },
  {
    id: "changeFlags",
    method: "POST",
    path: "/feature-flags",
    tag: "flags",
    summary: "Change flags, for operators",
    details: "Takes a form as well. All of it is valid, or none of it counts.",
    access: "token",
    body: { schema: ref("FlagChange") },
    replies: { 200: reply("The flags as they are now", "Flags") },
    problems: ["origin_not_allowed"],
  },
  {
    id: "listFlagChanges",
    method: "GET",
    path: "/feature-flags/changes",
    tag: "flags",
    summary: "Who changed which flag when, for operators",
    access: "token",
    query: { limit: { ...COUNT, minimum: 1, maximum: LIST_LIMIT_MAX }, cursor: TEXT },
    replies: { 200: reply("The newest first", "FlagChanges") },
    problems: ["validation_failed"],
  },
  {
    id: "flagCounts",
    method: "GET",
    path: "/feature-flags/counts",
    tag: "flags",
    summary: "What the fleet holds, and whom a percentage concerns, for operators",
    access: "token",
    replies: { 200: reply("Counts", "FlagCounts") },
  },
  {
    id: "live",
    method: "GET",
    path: "/health/live",
    tag: "operation",
    summary: "The process answers",
    access: "anybody",
    replies: { 200: reply("It does", "Live") },
  },
  {
    id: "ready",
    method: "GET",
    path: "/health/ready",
    tag: "operation",
    summary: "Every part can be reached",
    access: "anybody",
    replies: { 200: reply("All can", "Ready"), 503: reply("Some cannot", "NotReady") },
  },
  {
    id: "openApi",
    method: "GET",
    path: "/docs/openapi.json",
    tag: "operation",
    summary: "This document",
    access: "anybody",
    replies: { 200: { says: "OpenAPI 3.1", schema: { type: "object" } } },
  },
  {
    id: "asyncApi",
    method: "GET",
    path: "/docs/asyncapi.json",
    tag: "operation",
    summary: "The sockets and the subjects",
    access: "anybody",
    replies: { 200: { says: "AsyncAPI 3.0", schema: { type: "object" } } },
  },
  {
    id: "problems",
    method: "GET",
    path: "/docs/problems",
    tag: "operation",
    summary: "What each problem means, and what to do",
    access: "anybody",
    replies: { 200: { says: "Text", media: "text/plain" } },
  },
];
