// The two documents by their own rules: every reference leads somewhere, every name is there once, every schema is one.
import assert from "node:assert/strict";
import { CHANNELS } from "@/lib/contracts/channels.ts";
import type { JsonSchema } from "@/lib/contracts/json_schema.ts";
import { SCHEMAS } from "@/lib/contracts/schemas.ts";
import { CHAT_ERRORS } from "@/lib/chat/errors.ts";
import { FRAME_ERRORS } from "@/lib/protocol/frames.ts";
import { PROBLEMS } from "@/lib/protocol/problems.ts";
import { UPLOAD_ERRORS } from "@/lib/upload/errors.ts";
import { TAGS } from "@/services/contracts/about.ts";
import { asyncApi } from "@/services/contracts/asyncapi.ts";
import { openApi, pathNames } from "@/services/contracts/openapi.ts";
import { problemsOf } from "@/services/contracts/operation.ts";
import { OPERATIONS } from "@/services/contracts/operations.ts";
import { validatorOf } from "../harness/contracts.ts";

/** As a client gets them. */
const DOCUMENTS: readonly (readonly [string, unknown])[] = [
  ["OpenAPI", JSON.parse(JSON.stringify(openApi()))],
  ["AsyncAPI", JSON.parse(JSON.stringify(asyncApi()))],
];

function referencesOf(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    name === "$ref" && typeof inner === "string" ? [inner] : referencesOf(inner)
  );
}

function at(document: unknown, reference: string): unknown {
  const names = reference.replace(/^#\//, "").split("/");
  return names.reduce((inner: unknown, name) => {
    const key = name.replaceAll("~1", "/").replaceAll("~0", "~");
    return (inner as Record<string, unknown> | undefined)?.[key];
  }, document);
}

for (const [name, document] of DOCUMENTS) {
  Deno.test(`contracts - every reference of the ${name} document leads to something in it`, () => {
    const references = referencesOf(document);
    assert.ok(references.length > 20);
    assert.deepEqual(references.filter((one) => at(document, one) === undefined), []);
  });
}

Deno.test("contracts - every schema is one of JSON Schema 2020-12, without words it does not know", () => {
  for (const [name, schema] of Object.entries(SCHEMAS)) {
    assert.doesNotThrow(() => validatorOf(schema), name);
  }
  for (const { id, messages } of CHANNELS) {
    for (const { name, schema } of messages) assert.doesNotThrow(() => validatorOf(schema), `${id} ${name}`);
  }
  const asked = OPERATIONS.flatMap(({ query = {}, body }) => [
    ...Object.values(query),
    ...(body ? [body.schema] : []),
  ]);
  for (const schema of new Set(asked)) assert.doesNotThrow(() => validatorOf(schema), JSON.stringify(schema));
});

Deno.test("contracts - every schema with a name is used", () => {
  const used = new Set(DOCUMENTS.flatMap(([, document]) => referencesOf(document)));
  const unused = Object.keys(SCHEMAS).filter((name) => !used.has(`#/components/schemas/${name}`));
  assert.deepEqual(unused, []);
});

Deno.test("contracts - an operation has one name, one place, and parameters for its path", () => {
  const ids = OPERATIONS.map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length);
  const places = OPERATIONS.map(({ method, path }) => `${method} ${path}`);
  assert.equal(new Set(places).size, places.length);
  type Told = Record<string, { parameters?: { in: string; name: string }[] }>;
  const paths = openApi().paths as Record<string, Told>;
  for (const { id, path, tag, replies } of OPERATIONS) {
    assert.ok(tag in TAGS, `${id} has a tag that is told of`);
    assert.ok(Object.keys(replies).length > 0, id);
    const shape = paths[path]!;
    for (const operation of Object.values(shape)) {
      const named = (operation.parameters ?? []).filter((one) => one.in === "path").map((one) => one.name);
      assert.deepEqual(named, pathNames(path));
    }
  }
});

Deno.test("contracts - every problem is one that some operation answers", () => {
  const told = new Set<string>(OPERATIONS.flatMap(problemsOf));
  // What the server answers wherever it is asked: a method that a path does not have is no operation.
  told.add("method_not_allowed");
  assert.deepEqual(Object.keys(PROBLEMS).filter((code) => !told.has(code)), []);
});

Deno.test("contracts - error frames of each socket are those of its table, and so are its close codes", () => {
  const document = asyncApi() as {
    channels: Record<string, { "x-close-codes"?: { code: number; name: string }[] }>;
    components: { messages: Record<string, { payload: JsonSchema }> };
  };
  for (
    const [id, errors] of [["stream", FRAME_ERRORS], ["upload", UPLOAD_ERRORS], [
      "chat",
      CHAT_ERRORS,
    ]] as const
  ) {
    const { payload } = document.components.messages[`${id}_server_error`]!;
    assert.deepEqual(payload.properties!.code!.enum, Object.keys(errors));
    const codes = document.channels[id]!["x-close-codes"]!;
    assert.ok(codes.length > 5 && codes.every(({ code }) => code === 1000 || code > 1000));
  }
});
