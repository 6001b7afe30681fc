// The contracts say what the code takes: what a schema allows is taken, and what it refuses is refused.
import assert from "node:assert/strict";
import type { ValidateFunction } from "ajv/dist/2020.js";
import fc from "fast-check";
import { jsonSchemaOf } from "@/lib/contracts/from_valibot.ts";
import { CHAT_MESSAGES } from "@/lib/contracts/chat_messages.ts";
import { PUBLISHED_EVENT } from "@/lib/contracts/event_messages.ts";
import type { JsonSchema } from "@/lib/contracts/json_schema.ts";
import type { Message } from "@/lib/contracts/message.ts";
import { nameOf } from "@/lib/contracts/records.ts";
import { SCHEMAS } from "@/lib/contracts/schemas.ts";
import { STREAM_MESSAGES } from "@/lib/contracts/stream_messages.ts";
import { UPLOAD_MESSAGES } from "@/lib/contracts/upload_messages.ts";
import { parseChatFrame, parseChatHandshake } from "@/lib/chat/client_frames.ts";
import { readCorrections } from "@/lib/ocr/corrections.ts";
import { parseClientFrame, parseHandshake } from "@/lib/protocol/frames.ts";
import { decodeEvent } from "@/lib/realtime/event.ts";
import { RESOURCES } from "@/lib/resources/catalog.ts";
import type { Resource } from "@/lib/resources/define.ts";
import { toMinor } from "@/lib/resources/money.ts";
import { readBody } from "@/lib/resources/validate.ts";
import { parseUploadHandshake, parseUploadText } from "@/lib/upload/frames.ts";
import { readFlagChanges } from "@/services/flags/change_request.ts";
import { readMessage } from "@/services/chat/said.ts";
import { nearly, validatorOf, valuesOf } from "../harness/contracts.ts";

const RUNS = 60;

function hasListForObject(value: unknown, errors: NonNullable<ValidateFunction["errors"]>): boolean {
  return errors.some(({ keyword, params, instancePath }) => {
    if (keyword !== "type" || ![params.type].flat().includes("object")) return false;
    const place = instancePath.split("/").slice(1);
    return Array.isArray(
      place.reduce((inner: unknown, name) => (inner as Record<string, unknown>)[name], value),
    );
  });
}

/** Holds a schema and the code that reads the same against each other. */
function assertAgree(what: string, schema: JsonSchema, takes: (value: unknown) => boolean): void {
  const validate = validatorOf(schema);
  const values = valuesOf(schema).filter((value) => schema.oneOf === undefined || validate(value));
  fc.assert(
    fc.property(values, (value) => {
      assert.ok(
        validate(value),
        `${what}: the sample is not of its schema: ${JSON.stringify(validate.errors)}`,
      );
      assert.ok(takes(value), `${what}: the schema allows what the code refuses`);
    }),
    { numRuns: RUNS },
  );
  fc.assert(
    fc.property(values.chain(nearly), (value) => {
      const isAllowed = validate(value);
      // The code takes a list for an object without members, which harms nobody.
      fc.pre(!hasListForObject(value, validate.errors ?? []));
      assert.equal(
        takes(value),
        isAllowed,
        `${what}: ${isAllowed ? "allowed" : JSON.stringify(validate.errors)}`,
      );
    }),
    { numRuns: 2 * RUNS },
  );
}

function takesBody(resource: Resource, verb: "create" | "update") {
  return (value: unknown) => {
    const read = readBody(resource, value, verb);
    if (!read.ok) return false;
    const { amount } = read.given.values;
    // How many decimals there may be is known when the currency is.
    return amount === undefined || typeof toMinor(amount as string, "INR") === "number";
  };
}

for (const resource of RESOURCES) {
  Deno.test(`contracts - the bodies of ${resource.key} are what its definition takes`, () => {
    const name = nameOf(resource);
    assertAgree(`New${name}`, SCHEMAS[`New${name}`]!, takesBody(resource, "create"));
    assertAgree(`${name}Change`, SCHEMAS[`${name}Change`]!, takesBody(resource, "update"));
  });
}

const taken = (read: (text: string) => object) => (value: unknown) =>
  !("error" in read(JSON.stringify(value)));

/** The frames of a client, one by one. */
function assertFrames(
  messages: readonly Message[],
  first: (text: string) => object,
  later: (text: string) => object,
): void {
  const ours = messages.filter(({ from, media }) => from === "client" && media === undefined);
  assert.ok(ours.length > 1);
  for (const { name, schema } of ours) {
    // Another `type` is another frame, with a schema of its own.
    const read = name === "handshake" ? first : later;
    const isOfType = (value: unknown) => {
      const type = (value as { type?: unknown } | null)?.type;
      return name === "handshake" || type === name || name === "chunk" && type === undefined;
    };
    assertAgree(name, schema, (value) => isOfType(value) && taken(read)(value));
  }
}

Deno.test("contracts - frames of StreamOut are what its parsers take", () => {
  assertFrames(STREAM_MESSAGES, parseHandshake, parseClientFrame);
});

Deno.test("contracts - frames of StreamIn are what its parsers take", () => {
  assertFrames(UPLOAD_MESSAGES, parseUploadHandshake, parseUploadText);
});

Deno.test("contracts - frames of StreamInOut are what its parsers take", () => {
  assertFrames(CHAT_MESSAGES, parseChatHandshake, parseChatFrame);
});

Deno.test("contracts - a published event is what decodeEvent takes", () => {
  const utf8 = new TextEncoder();
  assertAgree("event", PUBLISHED_EVENT, (value) => {
    const payload = utf8.encode(JSON.stringify(value));
    const message = {
      subject: "evt.1.1.tasks.task.updated",
      payload,
      seq: 1,
      storedAt: 0,
      messageId: undefined,
    };
    return !("invalid" in decodeEvent(message));
  });
});

Deno.test("contracts - a correction, flags and a message by REST are what their readers take", () => {
  assertAgree(
    "DocumentCorrection",
    SCHEMAS.DocumentCorrection!,
    (value) => !("errors" in readCorrections(value, (text) => text)),
  );
  assertAgree(
    "FlagChange",
    SCHEMAS.FlagChange!,
    (value) => !("code" in readFlagChanges({ ok: true, value })),
  );
  const about = { roomId: "property-1", newId: () => "new" };
  assertAgree("NewChatMessage", SCHEMAS.NewChatMessage!, (value) => readMessage(value, about).ok);
});

Deno.test("contracts - a check that nothing says in words cannot be left out", async () => {
  const v = await import("valibot");
  assert.throws(() => jsonSchemaOf(v.pipe(v.string(), v.check((text) => text !== "x"))), RangeError);
  assert.throws(() => jsonSchemaOf(v.custom<number>(() => true)), RangeError);
});
