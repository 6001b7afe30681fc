import { Counter, Rate, Trend } from "k6/metrics";

/** From the commit of a record, or the publishing of another program, to the receipt of the frame: both on one clock. */
export const delivery = new Trend("delivery", true);
/** Events that were published and did not come, summed over all clients. */
export const lost = new Counter("events_lost");
/** Events that one client was given twice. */
export const doubled = new Counter("events_doubled");
export const received = new Counter("events_received");
/** Frames whose `prevSeq` shows that something was left out. */
export const gaps = new Counter("gaps");
/** Sockets that were live when the load began. */
export const connected = new Counter("connected");
/** Clients that were looked at in the end: what one did not get that the run left behind would not be counted. */
export const settled = new Counter("settled");
/** Of attempts to connect and to publish, and of what else went wrong on a connection: the share that failed. */
export const errors = new Rate("errors");

/** Long polls that were answered. */
export const polls = new Counter("polls");
/** From a message's frame to its ack: PostgreSQL has committed it then. */
export const chatAck = new Trend("chat_ack", true);
/** From a message's frame to the frame that somebody else gets. */
export const chatDelivery = new Trend("chat_delivery", true);
/** Messages that were acknowledged and did not come, summed over all that are in the room. */
export const chatLost = new Counter("chat_lost");
/** From the request to connect to `complete`. */
export const upload = new Trend("upload", true);
export const uploads = new Counter("uploads");
/** Publishes that were sent again because nobody answered. */
export const repeats = new Counter("publishes_repeated");

/** From the request to connect to the ack. */
export const connecting = new Trend("connect", true);

const usage: Readonly<Record<string, { core: Trend; machine: Trend; mb: Trend }>> = Object.fromEntries(
  ["app", "nats", "postgres", "k6"].map((kind) => [kind, {
    core: new Trend(`${kind}_cpu_percent_of_core`),
    machine: new Trend(`${kind}_cpu_percent_of_machine`),
    mb: new Trend(`${kind}_memory_mb`),
  }]),
);

/** Adds a sample of the processes. */
export function addUsage(
  taken: Readonly<Record<string, { core: number; machine: number; mb: number }>>,
): void {
  for (const [kind, { core, machine, mb }] of Object.entries(taken)) {
    usage[kind]?.core.add(core);
    usage[kind]?.machine.add(machine);
    usage[kind]?.mb.add(mb);
  }
}
