import { ID, type JsonSchema, TEXT } from "@/lib/contracts/json_schema.ts";
import { ref } from "@/lib/contracts/refs.ts";
import { ROOM_ID_TEXT } from "@/lib/contracts/chat_shapes.ts";
import { SCHEMAS } from "@/lib/contracts/schemas.ts";
import { type ProblemCode, PROBLEMS } from "@/lib/protocol/problems.ts";
import {
  type AskHeader,
  type Operation,
  problemsOf,
  type Reply,
  type ReplyHeader,
} from "@/services/contracts/operation.ts";
import { OPERATIONS } from "@/services/contracts/operations.ts";
import { CONTRACT_VERSION, TAGS } from "@/services/contracts/about.ts";

type Json = Readonly<Record<string, unknown>>;

const PATH_PARAMETERS: Readonly<Record<string, JsonSchema>> = {
  id: ID,
  n: { ...ID, description: "The page, from 1" },
  roomId: ROOM_ID_TEXT,
  userId: TEXT,
  uploadId: { type: "string", format: "uuid" },
};
const ASK_HEADERS: Readonly<Record<AskHeader, readonly [name: string, description: string]>> = {
  "if-match": ["If-Match", "The ETag of the record that was read"],
  "idempotency-key": ["Idempotency-Key", "The same request again under the same key gets the same answer"],
};
const REPLY_HEADERS: Readonly<Record<ReplyHeader, readonly [name: string, description: string]>> = {
  etag: ["ETag", "The version of the record"],
  location: ["Location", "Where the new record is"],
  "idempotent-replayed": ["Idempotent-Replayed", "`true` where this is the answer of before"],
  "set-cookie": ["Set-Cookie", "The token, for browsers"],
  "content-disposition": ["Content-Disposition", "The name of the file"],
};

/** The OpenAPI 3.1 document. */
export function openApi(): Json {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const operation of OPERATIONS) {
    const { path, method } = operation;
    paths[path] = { ...paths[path], [method.toLowerCase()]: operationOf(operation) };
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Innstream",
      version: CONTRACT_VERSION,
      description:
        "Realtime events, uploads and chat for hotels. Clients pass over members that they do not know. " +
        "Text is Unicode without control characters other than tab and line ends. Errors are problems " +
        "(RFC 9457) with a stable `code`.",
    },
    servers: [{ url: "/" }],
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    security: [{ bearer: [] }],
    paths,
    components: {
      schemas: SCHEMAS,
      responses: problemResponses(),
      securitySchemes: {
        bearer: { type: "http", scheme: "bearer", bearerFormat: "JWT" },
        cookie: { type: "apiKey", in: "cookie", name: "token" },
      },
    },
  };
}

function operationOf(operation: Operation): Json {
  const { id, tag, summary, details, access, query = {}, headers = [], body } = operation;
  const parameters = [
    ...pathNames(operation.path).map((name) => parameter("path", name, PATH_PARAMETERS[name]!, true)),
    ...Object.entries(query).map(([name, schema]) => {
      const isNeeded = name.endsWith("!");
      return parameter("query", isNeeded ? name.slice(0, -1) : name, schema, isNeeded);
    }),
    ...headers.map((name) => {
      const [shown, description] = ASK_HEADERS[name];
      return parameter("header", shown, { ...TEXT, description }, false);
    }),
  ];
  return {
    operationId: id,
    tags: [tag],
    summary,
    ...(details !== undefined && { description: details }),
    ...(access === "anybody" && { security: [] }),
    ...(access === "session" && { security: [{ cookie: [] }] }),
    ...(access === "token" && { security: [{ bearer: [] }, { cookie: [] }] }),
    ...(parameters.length > 0 && { parameters }),
    ...(body && {
      requestBody: {
        required: body.optional !== true,
        content: { [body.media ?? "application/json"]: { schema: body.schema } },
      },
    }),
    responses: responsesOf(operation),
  };
}

function parameter(where: string, name: string, schema: JsonSchema, required: boolean): Json {
  const { description, ...rest } = schema;
  return {
    name,
    in: where,
    ...(required && { required }),
    ...(description && { description }),
    schema: rest,
  };
}

/** The names between braces. */
export function pathNames(path: string): string[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!);
}

function responsesOf(operation: Operation): Json {
  const byStatus = Map.groupBy(problemsOf(operation), (code) => PROBLEMS[code][0]);
  return {
    ...Object.fromEntries(
      [...byStatus].map((
        [status, codes],
      ) => [String(status), { $ref: `#/components/responses/${keyOf(codes)}` }]),
    ),
    ...Object.fromEntries(
      Object.entries(operation.replies).map(([status, reply]) => [status, responseOf(reply)]),
    ),
  };
}

/** Many operations answer the same problems with a status: each set is written once. */
function problemResponses(): Json {
  const sets = OPERATIONS.flatMap((operation) => [
    ...Map.groupBy(problemsOf(operation), (code) => PROBLEMS[code][0]).values(),
  ]);
  return Object.fromEntries(sets.map((codes) => [keyOf(codes), problemResponseOf(codes)]));
}

function keyOf(codes: readonly ProblemCode[]): string {
  return [...codes].sort().join(".");
}

function problemResponseOf(codes: readonly ProblemCode[]): Json {
  const schema = { allOf: [ref("Problem"), { properties: { code: { enum: codes } } }] };
  return {
    description: codes.map((code) => `\`${code}\`: ${PROBLEMS[code][1]}`).join(". "),
    content: { "application/problem+json": { schema } },
  };
}

function responseOf({ says, schema, media, headers = [] }: Reply): Json {
  const content = schema !== undefined
    ? { "application/json": { schema } }
    : media !== undefined
    ? { [media]: {} }
    : undefined;
  return {
    description: says,
    ...(headers.length > 0 && {
      headers: Object.fromEntries(
        headers.map((
          name,
        ) => [REPLY_HEADERS[name][0], { description: REPLY_HEADERS[name][1], schema: TEXT }]),
      ),
    }),
    ...(content && { content }),
  };
}
