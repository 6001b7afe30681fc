import assert from "node:assert/strict";
import { veiled, VEILING, veilOf } from "@/lib/protocol/veils.ts";
import { decodeEvent } from "@/lib/realtime/event.ts";

const FIGURES = { openTasks: 3, revenueToday: 900, expenseMonth: 10, pendingApprovals: 1, someday: 1 };

Deno.test("veils - the dashboard without finance has no money, and nothing else is touched", () => {
  const veil = veilOf("dashboard", "metrics")!;
  assert.deepEqual(veiled({ id: 1, figures: FIGURES }, veil), { id: 1, figures: { openTasks: 3 } });
  for (const data of [{}, { figures: null }, { figures: "x" }]) assert.deepEqual(veiled(data, veil), data);
  assert.equal(veilOf("tasks", "task"), undefined);
  assert.equal(veilOf("dashboard", "toString"), undefined);
  assert.deepEqual(VEILING, ["finance"]);
});

Deno.test("veils - an event is encoded both ways, once", () => {
  const decode = (service: string, entity: string) =>
    decodeEvent({
      subject: `evt.1.1.${service}.${entity}.updated`,
      payload: new TextEncoder().encode(JSON.stringify({ data: { id: 1, figures: FIGURES } })),
      seq: 5,
      storedAt: 0,
      messageId: "m",
    });
  const metrics = decode("dashboard", "metrics");
  assert.ok(!("invalid" in metrics) && metrics.veiled?.service === "finance");
  assert.deepEqual(JSON.parse(metrics.json).data.figures, FIGURES);
  assert.deepEqual(JSON.parse(metrics.veiled.json).data.figures, { openTasks: 3 });
  const statistic = decode("analytics", "statistic");
  assert.ok(!("invalid" in statistic) && statistic.veiled === undefined);
});
