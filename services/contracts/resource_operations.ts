import { COUNT, ID, oneOfWords, TEXT } from "@/lib/contracts/json_schema.ts";
import { filterParameters, nameOf } from "@/lib/contracts/records.ts";
import { ref } from "@/lib/contracts/refs.ts";
import type { ProblemCode } from "@/lib/protocol/problems.ts";
import { pathOf, RESOURCES } from "@/lib/resources/catalog.ts";
import type { Resource } from "@/lib/resources/define.ts";
import { NOTHING, type Operation, reply } from "@/services/contracts/operation.ts";
import { LIST_LIMIT_MAX } from "@/services/resources/list.ts";

const CREATE: readonly ProblemCode[] = [
  "already_exists",
  "idempotency_key_reused",
  "quota_exceeded",
];
const CHANGE: readonly ProblemCode[] = [
  "not_found",
  "already_exists",
  "in_use",
  "version_conflict",
  "precondition_required",
  "quota_exceeded",
];

/** The six operations of every entity: what routes/[base]/[entity] answers. */
export const RESOURCE_OPERATIONS: readonly Operation[] = RESOURCES.flatMap(operationsOf);

function operationsOf(resource: Resource): Operation[] {
  const { service, entity, roles } = resource;
  const name = nameOf(resource);
  const path = pathOf(resource);
  const one = `${path}/{id}`;
  const common = { tag: service, access: "token" } as const;
  const change = {
    ...common,
    path: one,
    details: `Roles: ${roles.update.join(", ")}. Fields that the body leaves out stay as they are.`,
    headers: ["if-match"],
    body: { schema: ref(`${name}Change`) },
    replies: { 200: reply("The record as it is now", name, ["etag"]) },
    problems: CHANGE,
  } as const;
  return [
    {
      ...common,
      id: `list${name}`,
      method: "GET",
      path,
      summary: `A page of records of ${entity}, the newest first`,
      query: {
        propertyId: { ...ID, description: "Only those of this property and of the whole organisation" },
        limit: { ...COUNT, minimum: 1, maximum: LIST_LIMIT_MAX },
        cursor: { ...TEXT, description: "`next` of the page before" },
        order: oneOfWords(["asc", "desc"]),
        ...filterParameters(resource),
      },
      replies: { 200: reply("The page, and where the stream stood before it was read", `${name}List`) },
      problems: ["validation_failed"],
    },
    {
      ...common,
      id: `create${name}`,
      method: "POST",
      path,
      summary: `Create a record of ${entity}`,
      details: `Roles: ${roles.create.join(", ")}.`,
      headers: ["idempotency-key"],
      body: { schema: ref(`New${name}`) },
      replies: {
        201: reply("The record is committed, and its event with it", name, [
          "etag",
          "location",
          "idempotent-replayed",
        ]),
      },
      problems: CREATE,
    },
    {
      ...common,
      id: `get${name}`,
      method: "GET",
      path: one,
      summary: `One record of ${entity}`,
      replies: { 200: reply("The record", name, ["etag"]) },
      problems: ["not_found"],
    },
    { ...change, id: `change${name}`, method: "PATCH", summary: `Change a record of ${entity}` },
    { ...change, id: `put${name}`, method: "PUT", summary: `The same as PATCH` },
    {
      ...common,
      id: `remove${name}`,
      method: "DELETE",
      path: one,
      summary: `Remove a record of ${entity}`,
      details: `Roles: ${roles.remove.join(", ")}.`,
      headers: ["if-match"],
      replies: { 204: NOTHING },
      problems: ["not_found", "in_use", "version_conflict", "validation_failed"],
    },
  ];
}
