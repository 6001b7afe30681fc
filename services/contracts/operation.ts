import { type JsonSchema, TEXT } from "@/lib/contracts/json_schema.ts";
import { ref } from "@/lib/contracts/refs.ts";
import type { ProblemCode } from "@/lib/protocol/problems.ts";
import type { Method } from "@/services/http/methods.ts";

/** One answer that is no problem. */
export interface Reply {
  readonly says: string;
  /** The JSON body; undefined where there is none, or where it is of another type. */
  readonly schema?: JsonSchema;
  /** The media type of a body that is not JSON. */
  readonly media?: string;
  /** Names of headers that it has. */
  readonly headers?: readonly ReplyHeader[];
}

export type ReplyHeader = "etag" | "location" | "idempotent-replayed" | "set-cookie" | "content-disposition";
export type AskHeader = "if-match" | "idempotency-key";

/** What one route answers to one method; written down beside the code that does it. */
export interface Operation {
  /** Unique: what generated clients call it. */
  readonly id: string;
  readonly method: Method;
  /** `/v2/documents/{id}` */
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  readonly details?: string;
  /** `session`: by the cookie alone. */
  readonly access: "token" | "session" | "anybody";
  /** Parameters of the query; a name that ends in `!` is needed. */
  readonly query?: Readonly<Record<string, JsonSchema>>;
  readonly headers?: readonly AskHeader[];
  /** JSON, unless `media` says otherwise. */
  readonly body?: { readonly schema: JsonSchema; readonly media?: string; readonly optional?: true };
  readonly replies: Readonly<Record<number, Reply>>;
  /** Besides those that every operation with this access may answer. */
  readonly problems?: readonly ProblemCode[];
}

/** What any operation may answer for which a token is needed. */
export const PROBLEMS_OF_ALL: readonly ProblemCode[] = [
  "unauthenticated",
  "token_expired",
  "token_revoked",
  "forbidden",
  "too_many_requests",
  "internal",
  "unavailable",
];
/** What any operation with a JSON body may answer. */
export const PROBLEMS_OF_BODIES: readonly ProblemCode[] = [
  "bad_request",
  "bad_json",
  "body_too_large",
  "validation_failed",
];

/** The problems of an operation, its own first. */
export function problemsOf({ access, body, problems = [] }: Operation): readonly ProblemCode[] {
  return [
    ...new Set([
      ...problems,
      ...(body === undefined || body.media !== undefined ? [] : PROBLEMS_OF_BODIES),
      ...(access === "anybody" ? [] : PROBLEMS_OF_ALL),
    ]),
  ];
}

/** An answer with this schema from among those that have names. */
export function reply(says: string, name: string, headers?: readonly ReplyHeader[]): Reply {
  return { says, schema: ref(name), ...(headers && { headers }) };
}

export const NOTHING: Reply = { says: "Done; there is no body" };
export const UPGRADED: Reply = { says: "The socket is open" };
/** What stands between braces in a path. */
export const PATH_TEXT: JsonSchema = TEXT;
