import assert from "node:assert/strict";
import { CHANNELS } from "@/lib/contracts/channels.ts";
import type { JsonSchema } from "@/lib/contracts/json_schema.ts";
import type { ProblemCode } from "@/lib/protocol/problems.ts";
import { ref } from "@/lib/contracts/refs.ts";
import { type Operation, problemsOf } from "@/services/contracts/operation.ts";
import { OPERATIONS } from "@/services/contracts/operations.ts";
import { validatorOf } from "./contracts.ts";
import type { AnyFrame } from "./socket.ts";

export interface Asked {
  readonly token: string;
  readonly json?: unknown;
  readonly form?: FormData;
  readonly headers?: Record<string, string>;
}

export interface Told {
  readonly status: number;
  // deno-lint-ignore no-explicit-any
  readonly json: any;
  readonly headers: Headers;
}

const NEEDLESS: ReadonlySet<string> = new Set(["idempotent-replayed"]);

/** Asks a server, and holds every answer against what the contract says of the operation. */
export class ContractRecorder {
  readonly #url: string;
  /** `getTask 200` */
  readonly seen = new Set<string>();
  readonly frames = new Set<string>();

  constructor(url: string) {
    this.#url = url;
  }

  async ask(method: string, path: string, { token, json, form, headers = {} }: Asked): Promise<Told> {
    const operation = operationOf(method, path.split("?")[0]!);
    const response = await fetch(this.#url + path, {
      method,
      headers: {
        ...(token !== "" && { authorization: `Bearer ${token}` }),
        ...(json !== undefined && { "content-type": "application/json" }),
        ...headers,
      },
      ...(json !== undefined && { body: JSON.stringify(json) }),
      ...(form && { body: form }),
    });
    const text = await response.text();
    const what = `${operation.id} ${response.status}: ${text.slice(0, 300)}`;
    const type = response.headers.get("content-type")?.split(";")[0] ?? null;
    const reply = operation.replies[response.status];
    if (type === "application/problem+json") this.#problem(operation, JSON.parse(text), what);
    else {
      assert.ok(reply !== undefined, `${what}: the contract has no such status`);
      this.seen.add(`${operation.id} ${response.status}`);
      for (const name of reply.headers ?? []) {
        assert.ok(NEEDLESS.has(name) || response.headers.has(name), `${what}: header ${name}`);
      }
      if (reply.schema === undefined && reply.media === undefined) assert.equal(text, "", what);
      else if (reply.schema === undefined) {
        assert.ok(reply.media === type || reply.media === "application/octet-stream", `${what}: ${type}`);
      } else {
        assert.equal(type, "application/json", what);
        assertOf(reply.schema, JSON.parse(text), what);
      }
    }
    const isJson = type?.endsWith("json");
    return {
      status: response.status,
      json: isJson ? JSON.parse(text) : undefined,
      headers: response.headers,
    };
  }

  #problem(operation: Operation, problem: { code: ProblemCode }, what: string): void {
    assertOf(ref("Problem"), problem, what);
    assert.ok(
      problemsOf(operation).includes(problem.code),
      `${what}: the contract does not name this problem`,
    );
    this.seen.add(`${operation.id} ${problem.code}`);
  }

  /** Frames that a server sent on a socket. */
  told(channelId: string, frames: readonly AnyFrame[]): void {
    const { messages } = CHANNELS.find(({ id }) => id === channelId)!;
    for (const frame of frames) {
      const message = messages.find(({ name, from }) => from === "server" && name === frame.type);
      assert.ok(message !== undefined, `${channelId}: the contract has no frame ${frame.type}`);
      assertOf(message.schema, frame, `${channelId} ${JSON.stringify(frame).slice(0, 300)}`);
      this.frames.add(`${channelId} ${frame.type}`);
    }
  }
}

const validators = new Map<JsonSchema, ReturnType<typeof validatorOf>>();

function assertOf(schema: JsonSchema, value: unknown, what: string): void {
  let validate = validators.get(schema);
  if (validate === undefined) validators.set(schema, validate = validatorOf(schema, { closed: true }));
  assert.ok(validate(value), `${what}: ${JSON.stringify(validate.errors?.slice(0, 3))}`);
}

function operationOf(method: string, path: string): Operation {
  const found = OPERATIONS.filter((operation) => {
    const form = operation.path.replaceAll(/\{\w+\}/g, "[^/]+");
    return operation.method === method && new RegExp(`^${form}$`).test(path);
  });
  // `/v2/documents/upload` is no document.
  const [operation] = found.toSorted((a, b) => a.path.split("{").length - b.path.split("{").length);
  assert.ok(operation !== undefined, `the contract has no ${method} ${path}`);
  return operation;
}
