// Publishes one event as any other service does. From the checkout: deno run -A docs/examples/publish.ts
import { jetstream } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";

const nats = await connect({ servers: Deno.env.get("NATS_URL") ?? "nats://127.0.0.1:4222" });
const event = {
  id: crypto.randomUUID(),
  at: new Date().toISOString(),
  actor: "housekeeping",
  data: { id: 7, title: "Prepare room 103", status: "done" },
};
const payload = JSON.stringify(event);
const { seq } = await jetstream(nats).publish("evt.1.1.tasks.task.updated", payload, { msgID: event.id });
console.log(`${event.id} is stored at ${seq}`);
await nats.close();
