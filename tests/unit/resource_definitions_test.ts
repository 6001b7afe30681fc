import assert from "node:assert/strict";
import { EVENT_BYTES_MAX } from "@/lib/protocol/limits.ts";
import { SERVICE_NAMES, SERVICES } from "@/lib/protocol/services.ts";
import { isToken } from "@/lib/protocol/subjects.ts";
import { pathOf, resourceAt, resourceOf, RESOURCES } from "@/lib/resources/catalog.ts";
import { READ_ONLY_NAMES } from "@/lib/resources/define.ts";
import { CHANGES, SAMPLES } from "../integration/resources_fixture.ts";

/** What an event has besides the fields: ids, times, names of the columns. */
const ENVELOPE_BYTES = 2_000;

Deno.test("resources - every entity of every service has exactly one definition", () => {
  const wanted = SERVICE_NAMES.flatMap((name) =>
    SERVICES[name].entities.map((entity) => `${name}.${entity}`)
  );
  assert.deepEqual(RESOURCES.map(({ key }) => key).toSorted(), wanted.toSorted());
  assert.equal(new Set(RESOURCES.map(({ table }) => table)).size, RESOURCES.length);
  for (const resource of RESOURCES) assert.equal(resourceOf(resource.service, resource.entity), resource);
});

Deno.test("resources - a path leads to its definition and nothing else does", () => {
  assert.equal(resourceAt({ base: "guest-checkin", entity: "guest" })?.key, "guest.guest");
  for (const resource of RESOURCES) {
    const [, base = "", entity = ""] = pathOf(resource).split("/");
    assert.equal(resourceAt({ base, entity }), resource);
  }
  const nowhere = [["guest", "guest"], ["finance", "guest"], ["finance", "__proto__"], [
    "constructor",
    "name",
  ], ["", ""]];
  for (const [base = "", entity = ""] of nowhere) assert.equal(resourceAt({ base, entity }), undefined);
});

Deno.test("resources - the largest event of every entity fits the stream's limit", () => {
  for (const { key, fields } of RESOURCES) {
    const bytes = Object.entries(fields).reduce(
      (sum, [name, { bytesMax }]) => sum + name.length + 6 + bytesMax,
      0,
    );
    assert.ok(bytes + ENVELOPE_BYTES <= EVENT_BYTES_MAX, `${key} may need ${bytes} bytes`);
  }
});

Deno.test("resources - definitions name fields that exist and actions that fit a subject", () => {
  for (const { key, fields, staffSets = [], actions = [], roles } of RESOURCES) {
    for (const name of staffSets) assert.ok(Object.hasOwn(fields, name), `${key}.${name}`);
    for (const name of Object.keys(fields)) assert.ok(!READ_ONLY_NAMES.has(name), `${key}.${name}`);
    for (const action of actions) assert.ok(isToken(action), `${key} ${action}`);
    assert.ok(roles.create.length > 0 && roles.update.length > 0 && roles.remove.length > 0);
  }
});

Deno.test("resources - staff write tasks, guests, the status of rooms and their leave, and no money", () => {
  const byStaff = (verb: "create" | "update" | "remove") =>
    RESOURCES.filter(({ roles }) => roles[verb].includes("staff")).map(({ key }) => key);
  assert.deepEqual(byStaff("create"), ["guest.guest", "staff.leave", "tasks.task"]);
  assert.deepEqual(byStaff("update"), ["guest.guest", "tasks.task", "properties.room"]);
  assert.deepEqual(byStaff("remove"), []);
  assert.deepEqual(resourceOf("properties", "room")?.staffSets, ["status"]);
  assert.ok(!resourceOf("staff", "leave")?.staffSets?.includes("status"));
});

Deno.test("resources - derived records are written by programs only, users by admins only", () => {
  for (const key of ["dashboard.metrics", "analytics.statistic"]) {
    const resource = RESOURCES.find((resource) => resource.key === key);
    assert.deepEqual(resource?.roles, { create: ["service"], update: ["service"], remove: ["service"] });
  }
  // What is uploaded comes by StreamIn; people in charge may take it away.
  assert.deepEqual(resourceOf("guest", "document")?.roles, {
    create: ["service"],
    update: ["service"],
    remove: ["admin", "manager", "service"],
  });
  assert.deepEqual(resourceOf("users", "user")?.roles, {
    create: ["admin"],
    update: ["admin"],
    remove: ["admin"],
  });
  assert.deepEqual(resourceOf("reports", "report")?.roles.update, ["service"]);
});

Deno.test("resources - the tests have a sample and a change for every entity", () => {
  const keys = RESOURCES.map(({ key }) => key).toSorted();
  assert.deepEqual(Object.keys(SAMPLES).toSorted(), keys);
  assert.deepEqual(Object.keys(CHANGES).toSorted(), keys);
});
