import assert from "node:assert/strict";
import { BODY_BYTES_MAX, readJson } from "@/services/http/body.ts";

const SEED_CALL = '{"amount": 1000, "propertyId": 1}';

function post(body: BodyInit | null, contentType?: string): Request {
  const headers = new Headers(contentType === undefined ? {} : { "content-type": contentType });
  const request = new Request("http://localhost/finance/revenue", { method: "POST", body, headers });
  if (contentType === undefined) request.headers.delete("content-type");
  return request;
}

async function codeOf(request: Request): Promise<string> {
  const read = await readJson(request);
  return read.ok ? "ok" : read.problem.code;
}

Deno.test("body - JSON is read with its content type, without one, and under the one curl -d sends", async () => {
  const types = [
    "application/json",
    "Application/JSON; charset=utf-8",
    undefined,
    "application/x-www-form-urlencoded",
  ];
  for (const type of types) {
    assert.deepEqual(await readJson(post(SEED_CALL, type)), {
      ok: true,
      value: { amount: 1000, propertyId: 1 },
    }, String(type));
  }
});

Deno.test("body - another content type or a compressed body is a bad request", async () => {
  for (const type of ["text/plain", "multipart/form-data; boundary=x", "application/xml"]) {
    assert.equal(await codeOf(post(SEED_CALL, type)), "bad_request", type);
  }
  assert.equal(
    await codeOf(post("amount=1000&propertyId=1", "application/x-www-form-urlencoded")),
    "bad_request",
  );
  const compressed = post(SEED_CALL, "application/json");
  compressed.headers.set("content-encoding", "gzip");
  assert.equal(await codeOf(compressed), "bad_request");
});

Deno.test("body - what is not JSON in UTF-8 is bad_json", async () => {
  for (const text of ["", "{", "{'a': 1}", "undefined", '{"a": 01}', '{"a": NaN}']) {
    assert.equal(await codeOf(post(text, "application/json")), "bad_json", text);
  }
  assert.equal(await codeOf(post(null, "application/json")), "bad_json");
  assert.equal(await codeOf(post(new Uint8Array([0x22, 0xff, 0x22]), "application/json")), "bad_json");
});

Deno.test("body - the limit is met to the byte", async () => {
  const full = JSON.stringify("x".repeat(BODY_BYTES_MAX - 2));
  assert.equal(await codeOf(post(full, "application/json")), "ok");
  assert.equal(await codeOf(post(full + " ", "application/json")), "body_too_large");
});

Deno.test("body - a stream without end is left at the limit and cancelled", async () => {
  let sent = 0;
  let cancelled = false;
  const endless = new ReadableStream<Uint8Array>({
    pull(controller) {
      sent += 64 * 1024;
      controller.enqueue(new Uint8Array(64 * 1024));
    },
    cancel() {
      cancelled = true;
    },
  });
  assert.equal(await codeOf(post(endless, "application/json")), "body_too_large");
  assert.ok(cancelled);
  assert.ok(sent <= BODY_BYTES_MAX + 3 * 64 * 1024, `${sent} bytes were read`);
});

Deno.test("body - an announced length beyond the limit is refused before anything is read", async () => {
  let pulled = 0;
  const stream = new ReadableStream<Uint8Array>({
    pull(controller) {
      pulled++;
      controller.enqueue(new Uint8Array(1024));
    },
  }, { highWaterMark: 0 });
  const request = post(stream, "application/json");
  request.headers.set("content-length", String(BODY_BYTES_MAX + 1));
  assert.equal(await codeOf(request), "body_too_large");
  assert.equal(pulled, 0);
});

Deno.test("body - deep nesting and prototype keys are harmless", async () => {
  const deep = "[".repeat(100_000) + "]".repeat(100_000);
  assert.equal(await codeOf(post(deep, "application/json")), "ok");
  const read = await readJson(post('{"__proto__": {"polluted": true}}', "application/json"));
  assert.ok(read.ok);
  assert.equal("polluted" in {}, false);
});
