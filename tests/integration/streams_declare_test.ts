// Instances that begin together, on a NATS that has nothing yet.
import assert from "node:assert/strict";
import { jetstreamManager } from "@nats-io/jetstream";
import { connectNats } from "@/services/nats/connect.ts";
import { NATS_FILE_BYTES_MAX } from "@/services/embedded/nats_server.ts";
import { declareStreams, epochOf, EVENTS } from "@/services/nats/streams.ts";
import { testNats } from "../harness/nats.ts";

/** More than half of what the NATS of the tests may take: the same stream does not fit twice. */
const DOCUMENT_BYTES = NATS_FILE_BYTES_MAX / 2;

Deno.test("streams - instances that begin together on an empty NATS all find what one of them has made", async () => {
  for (let round = 0; round < 5; round++) {
    const nats = await testNats();
    const connections = await Promise.all(Array.from({ length: 4 }, () => connectNats(nats.url, "test")));
    const managers = await Promise.all(connections.map((connection) => jetstreamManager(connection)));
    const outcomes = await Promise.allSettled(
      managers.map((jsm, n) =>
        declareStreams(jsm, { replicas: 1, documentBytes: DOCUMENT_BYTES, newEpoch: () => `epoch${n}` })
      ),
    );
    assert.deepEqual(outcomes.filter(({ status }) => status === "rejected"), []);
    assert.match(epochOf(await managers[0]!.streams.info(EVENTS)), /^epoch[0-3]$/);
    for (const connection of connections) await connection.close();
    await nats.stop();
  }
});
