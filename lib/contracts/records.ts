import {
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
import { jsonSchemaOf } from "@/lib/contracts/from_valibot.ts";
import { ref } from "@/lib/contracts/refs.ts";
import type { Resource } from "@/lib/resources/define.ts";
import type { Field } from "@/lib/resources/fields.ts";

/** What an entity is called in the contracts: `Revenue`. */
export function nameOf({ entity }: Resource): string {
  return entity[0]!.toUpperCase() + entity.slice(1);
}

/** The four schemas of an entity, by name: its record, the bodies of its writes, a page of its list. */
export function recordSchemas(resource: Resource): Record<string, JsonSchema> {
  const name = nameOf(resource);
  return {
    [name]: recordSchema(resource),
    [`New${name}`]: createSchema(resource),
    [`${name}Change`]: updateSchema(resource),
    [`${name}List`]: shape({
      items: listOf(ref(name)),
      next: { ...orNull(TEXT), description: "The cursor of the next page; null: this is the last" },
      seq: { ...COUNT, description: "Where the stream stood before the rows were read" },
      epoch: TEXT,
    }),
  };
}

/** What answers and events show. */
function recordSchema(resource: Resource): JsonSchema {
  const shown = Object.entries(resource.fields).map(([name, field]) => [name, shownSchema(name, field)]);
  return shape({
    id: ID,
    propertyId: placeSchema(resource),
    ...Object.fromEntries(shown),
    ...(resource.money && { amountMinor: ID }),
    version: ID,
    createdAt: TIME,
    updatedAt: TIME,
    createdBy: TEXT,
  });
}

function shownSchema(name: string, field: Field): JsonSchema {
  if (name === "amount") return { type: "number", exclusiveMinimum: 0, description: "In major units" };
  return jsonSchemaOf(field.schema);
}

function placeSchema({ scope }: Resource): JsonSchema {
  switch (scope) {
    case "property":
    case "self":
      return ID;
    case "either":
      return { ...orNull(ID), description: "null: the whole organisation's" };
    case "organisation":
      return { type: "null", description: "It is the whole organisation's" };
  }
}

function createSchema(resource: Resource): JsonSchema {
  const fields = Object.entries(resource.fields).filter(([, { set }]) => set !== "update");
  const place = hasPlace(resource)
    ? { [resource.scope === "property" ? "propertyId" : "propertyId?"]: placeSchema(resource) }
    : {};
  return shape({
    ...place,
    ...Object.fromEntries(
      fields.map(([name, field]) => [field.required ? name : `${name}?`, jsonSchemaOf(field.schema)]),
    ),
  }, { additionalProperties: false });
}

function updateSchema(resource: Resource): JsonSchema {
  const fields = Object.entries(resource.fields).filter(([, { set }]) => set !== "create");
  const place = hasPlace(resource) ? { "propertyId?": placeSchema(resource) } : {};
  return shape({
    "version?": { ...ID, description: "The version that was read; else it stands in If-Match" },
    ...place,
    ...Object.fromEntries(fields.map(([name, field]) => [`${name}?`, jsonSchemaOf(field.schema)])),
  }, { additionalProperties: false });
}

function hasPlace({ scope }: Resource): boolean {
  return scope === "property" || scope === "either";
}

/** The parameters by which a list is narrowed, besides those that every list has. */
export function filterParameters(resource: Resource): Record<string, JsonSchema> {
  const { fields, search } = resource;
  const filters = Object.entries(fields).filter(([, { filter }]) => filter);
  const ranges = Object.entries(fields).filter(([, { range }]) => range);
  return {
    ...(search && { q: { ...TEXT, description: `Looks into ${search.join(", ")}` } }),
    ...Object.fromEntries(filters.map(([name, field]) => [name, queried(field)])),
    ...Object.fromEntries(
      ranges.flatMap(([name, field]) => [[`${name}From`, queried(field)], [`${name}Before`, queried(field)]]),
    ),
  };
}

/** A query cannot say null. */
function queried({ schema }: Field): JsonSchema {
  const { type, enum: words, ...rest } = jsonSchemaOf(schema);
  const types = typeof type === "string" ? [type] : (type ?? []).filter((name) => name !== "null");
  return {
    ...rest,
    ...(types.length > 0 && { type: types.length === 1 ? types[0]! : types }),
    ...(words && { enum: words.filter((word) => word !== null) }),
  };
}

/** What an event says of a record, by its action. */
export function eventSchema(resource: Resource): JsonSchema {
  const { actions = [] } = resource;
  return shape({
    id: TEXT,
    entity: { const: resource.entity },
    action: oneOfWords(["created", "updated", "deleted", ...actions]),
    propertyId: orNull(ID),
    "version?": ID,
    at: TIME,
    data: {
      anyOf: [ref(nameOf(resource)), { type: "object" }],
      description: "The record as it is then; of a removal, and of other publishers, what they say of it",
    },
  });
}
