// ops/nats/accounts.conf on a real nats-server: who may say and hear what. That the app and the worker can do all they
// do under it, tests/faults/cluster_test.ts shows.
import assert from "node:assert/strict";
import { AckPolicy, jetstream, type JetStreamManager, jetstreamManager } from "@nats-io/jetstream";
import { Kvm } from "@nats-io/kv";
import type { NatsConnection } from "@nats-io/transport-node";
import { connectNats } from "@/services/nats/connect.ts";
import { declareStreams, EVENTS } from "@/services/nats/streams.ts";
import { until } from "../harness/live.ts";
import { type NatsUser, type NatsWithAccounts, natsWithAccounts } from "../harness/nats_accounts.ts";

const EVENT = JSON.stringify({ data: { id: 1 } });
const MINE = "evt.1.1.tasks.task.created";
const OTHERS = "evt.2.1.tasks.task.created";
/** An answer that is refused never comes. */
const NO_ANSWER_MS = 300;
const NANOS_PER_S = 1_000_000_000;

let server: NatsWithAccounts;
let admin: NatsConnection;
let jsm: JetStreamManager;
Deno.test.beforeAll(async () => {
  server = await natsWithAccounts();
  admin = await server.connect("admin");
  const app = await connectNats(server.url("app"), "app");
  await declareStreams(await jetstreamManager(app), {
    replicas: 1,
    documentBytes: 1e8,
    newEpoch: () => "one",
  });
  await (await new Kvm(jetstream(app)).create("FLAGS")).put("TASKS_REALTIME_V1", "true");
  await app.close();
  jsm = await jetstreamManager(admin);
});
Deno.test.afterAll(async () => {
  await admin?.close();
  await server?.stop();
});

interface Tried {
  readonly nats: NatsConnection;
  /** Tells that the server refused exactly this. */
  refusal(kind: "Publish" | "Subscription", subject: string): Promise<void>;
  readonly refusals: string[];
}

async function as(user: NatsUser, test: (tried: Tried) => Promise<void>): Promise<void> {
  const refusals: string[] = [];
  const nats = await server.connect(user, (what) => refusals.push(what));
  const refusal = async (kind: string, subject: string) => {
    await until(`${kind} of ${subject} is refused: ${refusals}`, () => {
      return refusals.some((what) => what.includes(`Violation for ${kind}`) && what.includes(`"${subject}"`));
    });
  };
  try {
    await test({ nats, refusal, refusals });
  } finally {
    await nats.close();
  }
}

/** Messages of a stream by subject. */
async function kept(stream = EVENTS): Promise<Record<string, number>> {
  return (await jsm.streams.info(stream, { subjects_filter: ">" })).state.subjects ?? {};
}

function refusesPublish(user: NatsUser, subjects: readonly string[]): Promise<void> {
  return as(user, async ({ nats, refusal }) => {
    for (const subject of subjects) {
      nats.publish(subject, EVENT);
      await refusal("Publish", subject);
    }
  });
}

function refusesSubscription(user: NatsUser, subjects: readonly string[]): Promise<void> {
  return as(user, async ({ nats, refusal, refusals }) => {
    for (const subject of subjects) {
      nats.subscribe(subject, {
        callback: (error) => void refusals.push(error?.message ?? `heard ${subject}`),
      });
      await refusal("Subscription", subject);
    }
    assert.deepEqual(refusals.filter((what) => what.startsWith("heard")), []);
  });
}

Deno.test("permissions - a publisher tells what happens in its organisation, and what comes twice is kept once", async () => {
  await as("publisher-1", async ({ nats, refusals }) => {
    const js = jetstream(nats);
    const first = await js.publish(MINE, EVENT, { msgID: "twice" });
    assert.deepEqual([first.stream, first.duplicate], [EVENTS, false]);
    assert.equal((await js.publish(MINE, EVENT, { msgID: "twice" })).duplicate, true);
    assert.deepEqual(refusals, []);
  });
});

Deno.test("permissions - a publisher says nothing of another organisation, nor anything else", async () => {
  await refusesPublish("publisher-1", [
    OTHERS,
    "evt.12.1.tasks.task.created",
    "dead.evt",
    "docs.uploaded.1.1",
    "chat.1.x",
    "$KV.FLAGS.TASKS_REALTIME_V1",
    "$O.docs.C.x",
    "$JS.API.INFO",
    "$JS.API.STREAM.INFO.EVENTS",
    "$JS.API.STREAM.MSG.GET.EVENTS",
    "$JS.API.STREAM.PURGE.EVENTS",
    "$JS.API.CONSUMER.CREATE.EVENTS",
    "$JS.API.DIRECT.GET.KV_FLAGS.$KV.FLAGS.TASKS_REALTIME_V1",
    "$JS.ACK.EVENTS.validator.1.1.1.1.1",
    "_INBOX_app.x",
  ]);
  assert.equal((await kept())[OTHERS], undefined);
});

Deno.test("permissions - a publisher hears its answers and nothing else", async () => {
  await refusesSubscription("publisher-1", [
    ">",
    "evt.>",
    MINE,
    "_INBOX.>",
    "_INBOX_app.>",
    "_INBOX_worker.>",
    "chat.>",
    "$KV.FLAGS.>",
    "$O.docs.>",
    "$JS.EVENT.>",
  ]);
});

// NATS does not check where an answer is to go: in one account with the streams, the acknowledgement was stored there.
Deno.test("permissions - an acknowledgement cannot be sent to a subject that its publisher may not say", async () => {
  await as("publisher-1", async ({ nats }) => {
    const before = { events: await kept(), docs: await kept("DOCS"), flags: await kept("KV_FLAGS") };
    const replies = [
      OTHERS,
      "docs.uploaded.2.1",
      "$KV.FLAGS.TASKS_REALTIME_V1",
      "$JS.API.STREAM.PURGE.EVENTS",
    ];
    for (const reply of replies) nats.publish(MINE, EVENT, { reply });
    // Acknowledged after them: what those acknowledgements did is done.
    await jetstream(nats).publish(MINE, EVENT);
    const mine = (before.events[MINE] ?? 0) + replies.length + 1;
    assert.deepEqual(await kept(), { ...before.events, [MINE]: mine });
    assert.deepEqual([await kept("DOCS"), await kept("KV_FLAGS")], [before.docs, before.flags]);
  });
});

Deno.test("permissions - a publisher cannot read the flags, the files or the events, by any request", async () => {
  await as("publisher-1", async ({ nats }) => {
    for (const subject of ["$JS.API.STREAM.NAMES", "$JS.API.STREAM.MSG.GET.EVENTS", "innstream.counts"]) {
      await assert.rejects(nats.request(subject, "{}", { timeout: NO_ANSWER_MS }), subject);
    }
    const flags = await new Kvm(jetstream(nats, { timeout: NO_ANSWER_MS })).open("FLAGS");
    await assert.rejects(flags.get("TASKS_REALTIME_V1"));
    const seen = await new Kvm(jetstream(admin)).open("FLAGS");
    assert.equal((await seen.get("TASKS_REALTIME_V1"))?.string(), "true");
  });
});

Deno.test("permissions - the worker changes no stream that it does not own, and reads neither flags nor tickets", async () => {
  await refusesPublish("worker", [
    ...["CREATE", "UPDATE", "DELETE", "SNAPSHOT", "RESTORE", "LEADER.STEPDOWN", "PEER.REMOVE"].flatMap((
      verb,
    ) =>
      [EVENTS, "DOCS", "OBJ_docs", "KV_FLAGS", "TICKETS"].map((stream) => `$JS.API.STREAM.${verb}.${stream}`)
    ),
    ...[EVENTS, "DOCS", "DEAD", "KV_FLAGS", "TICKETS"].flatMap((stream) => [
      `$JS.API.STREAM.PURGE.${stream}`,
      `$JS.API.STREAM.MSG.DELETE.${stream}`,
      `$JS.API.STREAM.MSG.GET.${stream}`,
      `$JS.API.DIRECT.GET.${stream}`,
    ]),
    "$JS.API.STREAM.INFO.TICKETS",
    "$JS.API.CONSUMER.CREATE.EVENTS.spy.evt.>",
    "$JS.API.CONSUMER.DELETE.DOCS.ocr",
    "$JS.API.CONSUMER.MSG.NEXT.EVENTS.validator",
    "$JS.ACK.EVENTS.validator.1.1.1.1.1",
    "$KV.FLAGS.TASKS_REALTIME_V1",
    "$O.docs.C.x",
    "ticket.x",
    "chat.1.x",
    "_INBOX_app.x",
  ]);
  await refusesSubscription("worker", [">", "evt.>", "chat.>", "_INBOX.>", "_INBOX_app.>", "$O.docs.>"]);
});

Deno.test("permissions - the app takes no stream away, and hears only what is for it", async () => {
  await refusesPublish("app", [
    "$JS.API.STREAM.DELETE.EVENTS",
    "$JS.API.STREAM.SNAPSHOT.EVENTS",
    "$JS.API.STREAM.RESTORE.EVENTS",
    "$JS.API.STREAM.PEER.REMOVE.EVENTS",
    "$JS.API.META.LEADER.STEPDOWN",
    "$JS.API.ACCOUNT.PURGE.INNSTREAM",
    "$SYS.REQ.SERVER.PING",
    "_INBOX_worker.x",
  ]);
  await refusesSubscription("app", [
    ">",
    "evt.>",
    "_INBOX.>",
    "_INBOX_worker.>",
    "$KV.FLAGS.>",
    "docs.unlock.>",
  ]);
});

Deno.test("permissions - the worker answers who asked it, once, and cannot answer who did not", async () => {
  const app = await server.connect("app");
  await as("worker", async ({ nats, refusals }) => {
    nats.subscribe("docs.unlock.>", {
      callback: (_error, message) => {
        message.respond("first");
        message.respond("second");
      },
    });
    await nats.flush();
    assert.equal((await app.request("docs.unlock.1.1", "", { timeout: 5_000 })).string(), "first");
    await until("the second is refused", () => refusals.some((what) => what.includes("_INBOX_app.")));
  });
  await app.close();
});

Deno.test("permissions - the worker takes jobs and reads files under its permissions", async () => {
  await as("worker", async ({ nats, refusals }) => {
    const own = await jetstreamManager(nats);
    const consumer = { durable_name: "ocr", ack_policy: AckPolicy.Explicit, ack_wait: 10 * NANOS_PER_S };
    await own.consumers.add("DOCS", { ...consumer, filter_subject: "docs.uploaded.>" });
    await jetstream(admin).publish("docs.uploaded.1.1", "{}");
    const job = await (await jetstream(nats).consumers.get("DOCS", "ocr")).next({ expires: 5_000 });
    assert.equal(await job!.ackAck(), true);
    assert.equal(await own.streams.getMessage("OBJ_docs", { last_by_subj: "$O.docs.M.x" }), null);
    assert.deepEqual(refusals, []);
  });
});

Deno.test("permissions - who has no password, or another one, is not let in", async () => {
  for (const login of ["", "app:wrong@", "nobody:at-all@"]) {
    const url = new URL(server.url("app"));
    await assert.rejects(connectNats(`nats://${login}${url.host}`, "test"), /Cannot connect to NATS/);
  }
});
