// What a simulated hotel does, from its seed and what happened before.
import assert from "node:assert/strict";
import { Dice } from "@/lib/random/dice.ts";
import type { Service } from "@/lib/protocol/services.ts";
import { resourceOf } from "@/lib/resources/catalog.ts";
import { readBody } from "@/lib/resources/validate.ts";
import type { Act } from "@/services/simulate/act.ts";
import { type Known, Mirror, REMEMBERED_MAX } from "@/services/simulate/mirror.ts";
import { readArgs } from "@/services/simulate/options.ts";
import { nextAct } from "@/services/simulate/plan.ts";

const ALL: readonly Service[] = ["finance", "guest", "staff", "tasks", "properties"];

function hotel(): Mirror {
  const mirror = new Mirror();
  const put = (entity: string, id: number, fields: object) =>
    mirror.put(entity, { id, propertyId: 1, version: 1, ...fields });
  put("property", 1, {});
  for (let id = 1; id <= 12; id++) put("room", id, { status: "vacant", number: `${id}` });
  for (let id = 1; id <= 4; id++) put("employee", id, { status: "active", name: `E${id}` });
  return mirror;
}

/** Plays acts one after the other, each of them succeeding, through a day. */
function play(seed: number, count: number, services: readonly Service[] = ALL, tells = true): Act[] {
  const mirror = hotel();
  const dice = new Dice(seed);
  let id = 1_000;
  const acts: Act[] = [];
  for (let n = 0; n < count; n++) {
    const minute = n / count * 24 * 60;
    const act = nextAct({ mirror, dice, today: "2026-11-24" }, minute, {
      services: new Set(services),
      tells,
    });
    if (act === undefined) continue;
    acts.push(act);
    if (act.verb === "create") {
      const resource = resourceOf(act.service, act.entity)!;
      const status = resource.fields.status?.fallback;
      const record = { status, ...act.body, id: ++id, propertyId: act.propertyId, version: 1 };
      mirror.put(act.entity, record);
    }
    if (act.verb === "update") {
      const before = mirror.get(act.entity, act.id!)!;
      mirror.put(act.entity, { ...before, ...act.body, version: before.version + 1 } as Known);
    }
  }
  return acts;
}

Deno.test("simulate - the same seed makes the same day, another one another", () => {
  assert.deepEqual(play(7, 500), play(7, 500));
  assert.notDeepEqual(play(7, 500), play(8, 500));
});

Deno.test("simulate - a day has everything in it, and every body is one that the API takes", () => {
  const acts = play(3, 3_000);
  const kinds = new Set(acts.map(({ service, entity, verb }) => `${verb} ${service}.${entity}`));
  for (
    const kind of [
      "create guest.guest",
      "update guest.guest",
      "update properties.room",
      "create tasks.task",
      "update tasks.task",
      "create finance.revenue",
      "create finance.expense",
      "create finance.approval",
      "update finance.approval",
      "create staff.leave",
      "update staff.leave",
      "create staff.schedule",
      "tell tasks.task",
      "tell guest.guest",
    ]
  ) assert.ok(kinds.has(kind), kind);
  for (const { service, entity, verb, propertyId, body } of acts) {
    if (verb === "tell") continue;
    const resource = resourceOf(service, entity)!;
    const read = readBody(resource, verb === "create" ? { ...body, propertyId } : body, verb);
    assert.ok(read.ok, JSON.stringify([entity, body, read]));
  }
  const told = acts.filter(({ verb }) => verb === "tell");
  const share = told.length / acts.length;
  assert.ok(share > 0.15 && share < 0.25, `${share}`);
  for (const { body } of told) assert.ok(!("version" in body) && !("createdAt" in body));
});

Deno.test("simulate - a room follows its guests: nobody is put into a room that is taken", () => {
  const mirror = new Map<number, number>();
  for (const { entity, verb, id, body } of play(5, 3_000, ALL, false)) {
    if (entity !== "guest" || verb !== "update") continue;
    if (body.status === "checked_in") {
      assert.ok(![...mirror.values()].includes(body.roomId as number));
      mirror.set(id!, body.roomId as number);
    } else mirror.delete(id!);
  }
});

Deno.test("simulate - the house neither empties nor overflows, however long it is played", () => {
  const here = new Set<number>();
  const counts: number[] = [];
  for (const { entity, verb, id, body } of play(6, 4_000, ALL, false)) {
    if (entity === "guest" && verb === "update") {
      if (body.status === "checked_in") here.add(id!);
      else here.delete(id!);
    }
    counts.push(here.size);
  }
  const late = counts.slice(counts.length / 2);
  assert.ok(
    late.every((count) => count >= 4 && count <= 12),
    `${Math.min(...late)} to ${Math.max(...late)} of 12`,
  );
});

Deno.test("simulate - it can be kept to some services", () => {
  const acts = play(2, 400, ["tasks"]);
  assert.ok(acts.length > 100);
  assert.ok(acts.every(({ service }) => service === "tasks"));
  assert.ok(play(2, 400, ["tasks"], false).every(({ verb }) => verb !== "tell"));
});

Deno.test("simulate - what is remembered is bounded, and what is under way is not chosen", () => {
  const mirror = new Mirror();
  for (let id = 1; id <= REMEMBERED_MAX + 10; id++) mirror.put("task", { id, propertyId: 1, version: 1 });
  assert.equal(mirror.all("task").length, REMEMBERED_MAX);
  assert.equal(mirror.get("task", 1), undefined);
  mirror.hold("task", 100);
  assert.ok(mirror.all("task").every(({ id }) => id !== 100));
  mirror.release("task", 100);
  assert.ok(mirror.all("task").some(({ id }) => id === 100));
});

Deno.test("simulate - its command line is checked", () => {
  const read = (text: string, env = {}) => readArgs(text.split(" ").filter(Boolean), env);
  const wrong = (text: string) => {
    const args = read(text);
    return "wrong" in args ? args.wrong : assert.fail(`${text} was taken`);
  };
  const plain = read("");
  assert.ok("url" in plain);
  assert.deepEqual([plain.url, plain.natsUrl, plain.orgId, plain.speed, plain.rate, plain.services.size], [
    "http://127.0.0.1:4000",
    "nats://127.0.0.1:4222",
    1,
    undefined,
    undefined,
    5,
  ]);
  const full = read("--nats none --events 5 --rate 0.5 --services tasks,guest --seed 0 --org 2 --minutes 60");
  assert.ok("url" in full);
  assert.deepEqual([
    full.natsUrl,
    full.events,
    full.rate,
    [...full.services],
    full.seed,
    full.orgId,
    full.minutes,
  ], [
    undefined,
    5,
    0.5,
    ["tasks", "guest"],
    0,
    2,
    60,
  ]);
  const other = read("", { NATS_URL: "tls://example.com:4222" });
  assert.ok("url" in other && other.natsUrl === "tls://example.com:4222");
  assert.deepEqual(read("--help"), { help: true });
  assert.match(wrong("--speed 0"), /--speed is "0": a number from 0.01/);
  assert.match(wrong("--events many"), /--events/);
  assert.match(wrong("--org 01"), /--org/);
  assert.match(wrong("--url ftp://x"), /--url/);
  assert.match(wrong("--nats http://user:secret@x"), /^--nats is no nats/);
  assert.match(wrong("--services branding"), /branding/);
  assert.match(wrong("--unknown"), /unknown/);
});
