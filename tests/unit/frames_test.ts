import assert from "node:assert/strict";
import fc from "fast-check";
import {
  ackFrame,
  downgradeFrame,
  errorFrame,
  eventFrame,
  parseClientFrame,
  parseHandshake,
  pingFrame,
  resetFrame,
} from "@/lib/protocol/frames.ts";
import { CLOSE } from "@/lib/protocol/close_codes.ts";

Deno.test("frames - golden: what goes out, byte for byte", () => {
  const golden: [string, string][] = [
    [
      ackFrame({ seq: 7, epoch: "e", timestamp: "T", connectionId: "c", heartbeatMs: 30000, expiresAt: "X" }),
      '{"type":"ack","seq":7,"epoch":"e","timestamp":"T","connectionId":"c","heartbeatMs":30000,"expiresAt":"X"}',
    ],
    [
      eventFrame("finance", [{ json: '{"id":"a"}' }, { json: '{"id":"b"}' }], 9, 4),
      '{"type":"event","service":"finance","events":[{"id":"a"},{"id":"b"}],"seq":9,"prevSeq":4}',
    ],
    [pingFrame(9, "T"), '{"type":"ping","seq":9,"timestamp":"T"}'],
    [resetFrame("trimmed", 9, "e"), '{"type":"reset","reason":"trimmed","seq":9,"epoch":"e"}'],
    [downgradeFrame("restart", 120), '{"type":"downgrade","reason":"restart","reconnectInMs":120}'],
    [
      errorFrame("slow"),
      '{"type":"error","code":"slow","message":"The connection does not read fast enough","retryable":true}',
    ],
  ];
  for (const [made, expected] of golden) assert.equal(made, expected);
});

Deno.test("frames - golden: handshakes as clients send them", () => {
  const golden: [string, unknown][] = [
    ['{"services":["finance","staff"],"version":1}', {
      services: ["finance", "staff"],
      propertyId: null,
      lastSeq: null,
      epoch: null,
    }],
    [
      '{"services":["staff","finance","staff"],"version":1,"filters":{"propertyId":123},"lastSeq":42,"epoch":"e"}',
      {
        services: ["finance", "staff"],
        propertyId: 123,
        lastSeq: 42,
        epoch: "e",
      },
    ],
    ['{"services":["tasks"],"version":1,"filters":{},"lastSeq":0,"epoch":null}', {
      services: ["tasks"],
      propertyId: null,
      lastSeq: null,
      epoch: null,
    }],
    ['{"services":["tasks"],"version":1,"lastSeq":0,"epoch":"e"}', {
      services: ["tasks"],
      propertyId: null,
      lastSeq: 0,
      epoch: "e",
    }],
    ['{"services":["tasks"],"version":1,"epoch":"e"}', {
      services: ["tasks"],
      propertyId: null,
      lastSeq: null,
      epoch: null,
    }],
  ];
  for (const [text, expected] of golden) assert.deepEqual(parseHandshake(text), expected);
});

Deno.test("frames - a handshake that is refused says why", () => {
  const refused: [string, string][] = [
    ["", "bad_handshake"],
    ["[]", "bad_handshake"],
    ["null", "bad_handshake"],
    ['{"services":"finance","version":1}', "bad_handshake"],
    ['{"services":["finance"]}', "bad_handshake"],
    ['{"services":["finance"],"version":2}', "bad_version"],
    ['{"services":["finance"],"version":1,"lastSeq":-1}', "bad_handshake"],
    ['{"services":["finance"],"version":1,"lastSeq":1.5}', "bad_handshake"],
    ['{"services":["finance"],"version":1,"lastSeq":"7"}', "bad_handshake"],
    ['{"services":["finance"],"version":1,"filters":{"propertyId":"1"}}', "bad_handshake"],
    ['{"services":["finance"],"version":1,"filters":{"propertyId":0}}', "bad_handshake"],
    [`{"services":["finance"],"version":1,"epoch":"${"x".repeat(65)}"}`, "bad_handshake"],
    ['{"services":[],"version":1}', "no_services"],
    ['{"services":["toString"],"version":1}', "unknown_service"],
    [`{"services":${JSON.stringify(Array(33).fill("finance"))},"version":1}`, "bad_handshake"],
  ];
  for (const [text, code] of refused) {
    const outcome = parseHandshake(text);
    assert.ok("error" in outcome && outcome.error === code, `${text} -> ${JSON.stringify(outcome)}`);
    assert.ok("detail" in outcome && outcome.detail.length > 0);
  }
});

Deno.test("frames - no text whatever makes a parser throw", () => {
  fc.assert(fc.property(fc.oneof(fc.string({ unit: "binary" }), fc.json()), (text) => {
    for (const outcome of [parseHandshake(text), parseClientFrame(text)]) {
      if ("error" in outcome) JSON.parse(errorFrame(outcome.error, outcome.detail));
    }
  }));
});

Deno.test("frames - later frames: a new token, another subscription, nothing else", () => {
  assert.deepEqual(parseClientFrame('{"type":"auth","token":"t"}'), { type: "auth", token: "t" });
  assert.deepEqual(parseClientFrame('{"type":"auth","ticket":"t"}'), { type: "auth", ticket: "t" });
  assert.deepEqual(parseClientFrame('{"type":"subscribe","services":["tasks"],"filters":{"propertyId":2}}'), {
    type: "subscribe",
    services: ["tasks"],
    propertyId: 2,
  });
  for (
    const text of [
      '{"type":"ping"}',
      '{"type":"auth"}',
      "{}",
      "7",
      `{"type":"auth","token":"${"x".repeat(8193)}"}`,
      `{"type":"auth","ticket":"${"x".repeat(16_385)}"}`,
      '{"type":"auth","token":"t","ticket":"t"}',
    ]
  ) {
    const outcome = parseClientFrame(text);
    assert.ok("error" in outcome && outcome.error === "bad_frame", text);
  }
});

Deno.test("close codes - each is one a server may send, with a reason that fits the frame", () => {
  const codes = Object.values(CLOSE).map(({ code }) => code);
  assert.equal(new Set(codes).size, codes.length);
  for (const { code, reason } of Object.values(CLOSE)) {
    assert.ok([1000, 1001, 1009, 1012].includes(code) || (code >= 4000 && code < 5000));
    assert.ok(new TextEncoder().encode(reason).length <= 123);
  }
});
