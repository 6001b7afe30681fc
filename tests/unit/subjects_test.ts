import assert from "node:assert/strict";
import fc from "fast-check";
import { SERVICE_NAMES, SERVICES } from "@/lib/protocol/services.ts";
import {
  deadSubject,
  eventSubject,
  isToken,
  organisationFilter,
  parseEventSubject,
  parseId,
} from "@/lib/protocol/subjects.ts";

const hostile = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.constantFrom(
    "*",
    ">",
    ".",
    "",
    " ",
    "a.b",
    "1 ",
    " 1",
    "01",
    "1e3",
    "+1",
    "-1",
    "9007199254740992",
    "é",
    "a\nb",
  ),
  fc.string({ minLength: 65, maxLength: 200 }),
);

Deno.test("subjects - what is built is parsed back to the same", () => {
  const subject = fc.constantFrom(...SERVICE_NAMES).chain((service) =>
    fc.record({
      orgId: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
      propertyId: fc.option(fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER })),
      service: fc.constant(service),
      entity: fc.constantFrom(...SERVICES[service].entities),
      action: fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/),
    }, { noNullPrototype: true })
  );
  fc.assert(fc.property(subject, (parts) => {
    assert.deepEqual(parseEventSubject(eventSubject(parts)), parts);
  }));
});

Deno.test("subjects - nothing hostile becomes a token, an id or a subject", () => {
  fc.assert(fc.property(hostile, hostile, (one, two) => {
    if (/[.*>\s]/.test(one)) assert.equal(isToken(one), false);
    for (const text of [`evt.${one}.1.tasks.task.${two}`, `evt.1.${one}.tasks.task.${two}`, one]) {
      const parsed = parseEventSubject(text);
      if (parsed !== undefined) assert.equal(eventSubject(parsed), text);
    }
    const id = parseId(one);
    if (id !== undefined) assert.equal(String(id), one);
  }));
});

Deno.test("subjects - building with a part outside the grammar throws instead of widening", () => {
  const good = { orgId: 1, propertyId: 1, service: "tasks", entity: "task", action: "updated" } as const;
  assert.equal(eventSubject(good), "evt.1.1.tasks.task.updated");
  assert.equal(eventSubject({ ...good, propertyId: null }), "evt.1._.tasks.task.updated");
  for (
    const bad of [{ orgId: 0 }, { orgId: 1.5 }, { propertyId: -1 }, { entity: "*" }, { action: "a.b" }, {
      action: ">",
    }]
  ) {
    assert.throws(() => eventSubject({ ...good, ...bad }), RangeError);
  }
  assert.throws(() => organisationFilter(Number.NaN), RangeError);
});

Deno.test("subjects - an entity of another service is not of the grammar", () => {
  assert.equal(parseEventSubject("evt.1.1.tasks.revenue.created"), undefined);
  assert.equal(parseEventSubject("evt.1.1.nothing.task.created"), undefined);
  assert.equal(parseEventSubject("evt.1.1.tasks.task"), undefined);
  assert.equal(parseEventSubject("evt.1.1.tasks.task.a.b"), undefined);
});

Deno.test("subjects - a dead message has one subject of its own, whatever it was published on", () => {
  assert.equal(deadSubject("evt.3.1.tasks.task.x", "e", 9), "dead.evt.3.e.9");
  assert.equal(deadSubject("evt.abc.1.tasks.task.x", "e", 9), "dead.evt._.e.9");
});
