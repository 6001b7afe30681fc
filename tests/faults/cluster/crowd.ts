import postgres from "postgres";
import type { Cluster } from "@/services/cluster/members.ts";
import { Talker } from "../../harness/talker.ts";
import {
  type Client,
  NatsWriter,
  pause,
  Poller,
  RestWriter,
  Service,
  StreamReader,
  Uploader,
} from "./clients.ts";
import { Issuer } from "./issuer.ts";
import { type Acknowledged, checkGapless, checkKept, type Findings, type Tracker } from "./tracker.ts";

const ROOM = "property-1";
const WRITE_MS = 120;
const CHAT_MS = 250;
const UPLOAD_BYTES = 3 * 1024 * 1024;
const UPLOAD_MS = 60;
const READERS = 6;
const POLLERS = 2;
const TALKERS = 3;
/** From the end of a fault until everybody must have everything. */
export const RECOVER_MS = 60_000;
/** Successes after a fault that show that a writer is back. */
const BACK_COUNT = 3;

/** Interfaces over which events and messages are heard. */
export const READING = ["stream", "poll", "chat"] as const;
export type Reading = typeof READING[number];

export interface Spread {
  readonly median: number;
  readonly longest: number;
}

/** What one fault did to those who were at work, as far as they can tell. */
export interface Outcome {
  readonly acknowledged: {
    readonly rest: number;
    readonly nats: number;
    readonly chat: number;
    readonly chunks: number;
  };
  /** By interface: what was acknowledged and not heard, what came twice, and what came in a wrong order. */
  readonly findings: Readonly<Record<Reading, Findings>>;
  readonly resets: number;
  /** From an acknowledgement to the last reader that hears of it. */
  readonly slowestMs: number;
  /** Longest time of one client without service. */
  readonly outageMs: { readonly writing: Spread; readonly reading: Spread };
  /** What had not recovered by itself in time; empty: everybody has. */
  readonly stuck: readonly string[];
}

/** Everyone who writes and reads, from the first fault to the last. */
export class Crowd {
  readonly #cluster: Cluster;
  readonly #rest: RestWriter[];
  readonly #nats: NatsWriter;
  readonly #readers: StreamReader[];
  readonly #pollers: Poller[];
  readonly #talkers: { talker: Talker; service: Service }[];
  readonly #uploader: Uploader;
  readonly #talking: Promise<void>[] = [];
  readonly issuer: Issuer;
  #isEnding = false;
  /** Everything acknowledged until then has been waited for. */
  #settledAt = 0;
  /** The last message of the room that was acknowledged then. */
  #saidUntil = 0;

  private constructor(cluster: Cluster) {
    this.issuer = new Issuer(cluster.jwtSecret);
    const { token } = this.issuer;
    const where = { url: cluster.url, token };
    this.#cluster = cluster;
    this.#rest = ["rest-1", "rest-2"].map((name) => new RestWriter(name, where, WRITE_MS));
    this.#nats = new NatsWriter("nats-1", cluster.natsUrl, WRITE_MS);
    this.#readers = numbered("stream", READERS).map((name) => new StreamReader(name, where));
    this.#pollers = numbered("poll", POLLERS).map((name) => new Poller(name, where));
    this.#uploader = new Uploader("upload-1", where, { bytes: UPLOAD_BYTES, everyMs: UPLOAD_MS });
    this.#talkers = [];
  }

  static async begin(cluster: Cluster): Promise<Crowd> {
    const crowd = new Crowd(cluster);
    for (const name of numbered("talker", TALKERS)) {
      const token = await crowd.issuer.token(name);
      const instances = [cluster.url.replace("http", "ws")];
      const talker = new Talker({ roomId: ROOM, userId: name, token, instances });
      crowd.#talkers.push({ talker, service: new Service() });
    }
    // Those who read first, so that they hear all that is written.
    for (const reader of [...crowd.#readers, ...crowd.#pollers]) reader.begin();
    await pause(1_500);
    for (const writer of [...crowd.#rest, crowd.#nats, crowd.#uploader]) writer.begin();
    crowd.#talking.push(...crowd.#talkers.map((one) => crowd.#talk(one)));
    // Who has not been told where they stand begins anew after a fault, and has missed what was before.
    const isIdle = ({ service }: { service: Service }) => service.count === 0;
    const deadline = performance.now() + RECOVER_MS;
    while ([...crowd.#writers(), ...crowd.#readers, ...crowd.#pollers].some(isIdle)) {
      if (performance.now() > deadline) throw new Error("Somebody could not begin to work");
      await pause(20);
    }
    return crowd;
  }

  /** Does something to the cluster while everybody works, and waits until all have recovered from it. */
  async during(fault: () => Promise<void>): Promise<Outcome> {
    const before = this.#counts();
    const findings = this.#findings([]);
    const resets = this.#resets();
    const from = performance.now();
    for (const { service } of [...this.#writers(), ...this.#readers]) service.begin();
    await fault();
    const stuck = [...await this.#recovered(), ...await this.#settled()];
    // What was acknowledged this very moment is still on its way.
    const acked = this.#acknowledged().filter(({ at }) => at >= from && at <= this.#settledAt);
    const after = this.#counts();
    return {
      acknowledged: {
        rest: after.rest - before.rest,
        nats: after.nats - before.nats,
        chat: after.chat - before.chat,
        chunks: after.chunks - before.chunks,
      },
      findings: since(this.#findings(acked), findings),
      resets: this.#resets() - resets,
      slowestMs: Math.max(
        ...[...this.#readers, ...this.#pollers].map(({ tracker }) => tracker.slowest(acked)),
      ),
      outageMs: { writing: spreadOf(this.#writers()), reading: spreadOf(this.#readers) },
      stuck,
    };
  }

  /** Ends everybody, and compares what they were told with what is kept. */
  async end(): Promise<
    { readonly kept: Findings; readonly documents: number; readonly lostDocuments: number }
  > {
    this.#isEnding = true;
    await Promise.all([...this.#rest, this.#nats, this.#uploader].map((client) => client.close()));
    await Promise.all(this.#talking);
    await pause(500);
    await Promise.all([...this.#readers, ...this.#pollers].map((client) => client.close()));
    const kept = await this.#compare();
    const lostDocuments = await this.#uploader.lost();
    await Promise.all(this.#talkers.map(({ talker }) => talker.close()));
    return { kept, documents: this.#uploader.documents.length, lostDocuments: lostDocuments.length };
  }

  async #compare(): Promise<Findings> {
    const sql = postgres(this.#cluster.ownerUrl, { max: 1, onnotice: () => {} });
    try {
      return await sql.begin(async (tx) => {
        await tx`select set_config('app.org', '1', true)`;
        const tasks = await tx<
          { title: string }[]
        >`select title from tasks where org_id = 1 and title like 'rest-%'`;
        const messages = await tx<{ seq: number; clientMsgId: string }[]>`
          select seq::int as seq, client_msg_id as "clientMsgId" from chat_messages
          where org_id = 1 and room_id = ${ROOM} order by seq`;
        const rest = checkKept(this.#rest.flatMap(({ titles }) => titles), tasks.map(({ title }) => title));
        const said = this.#talkers.flatMap(({ talker }) => [...talker.acknowledged.keys()]);
        const chat = checkKept(said, messages.map(({ clientMsgId }) => clientMsgId));
        const told = await this.#history();
        const shown = checkKept(messages.map(({ seq }) => String(seq)), told.map(String));
        return {
          lost: [...rest.lost, ...chat.lost, ...shown.lost],
          doubled: [...rest.doubled, ...chat.doubled, ...shown.doubled],
          disordered: [...checkGapless(messages.map(({ seq }) => seq)), ...checkGapless(told)],
        };
      });
    } finally {
      await sql.end({ timeout: 2 });
    }
  }

  /** What was said in the room, page by page, as somebody reads it who scrolls up. */
  async #history(): Promise<number[]> {
    const headers = { authorization: `Bearer ${await this.issuer.token("reader")}` };
    let seqs: number[] = [];
    for (let before = ""; before !== "&before=1";) {
      const path = `/v2/collaboration/rooms/${ROOM}/messages?limit=100${before}`;
      const answer = await fetch(`${this.#cluster.url}${path}`, { headers });
      const { messages } = await answer.json();
      if (messages.length === 0) break;
      seqs = [...messages.map(({ seq }: { seq: number }) => seq), ...seqs];
      before = `&before=${seqs[0]}`;
    }
    return seqs;
  }

  async #talk({ talker, service }: { talker: Talker; service: Service }): Promise<void> {
    for (let n = 0; !this.#isEnding; n++) {
      await talker.say([`message ${n}`]);
      service.worked();
      await pause(CHAT_MS);
    }
  }

  /** Names of those who have not recovered by themselves within RECOVER_MS. */
  async #recovered(): Promise<string[]> {
    const writers = this.#writers();
    const counts = writers.map(({ service }) => service.count);
    const acked = this.#acknowledged();
    const deadline = performance.now() + RECOVER_MS;
    const late = () => [
      ...writers.flatMap(({ name, service }, i) => service.count >= counts[i]! + BACK_COUNT ? [] : name),
      ...[...this.#readers, ...this.#pollers].flatMap(({ name, tracker }) =>
        tracker.isComplete(acked) ? [] : name
      ),
    ];
    while (late().length > 0 && performance.now() < deadline) await pause(50);
    return late();
  }

  /** All readers have what was acknowledged until now; answers those that have not in time. */
  async #settled(): Promise<string[]> {
    this.#settledAt = performance.now();
    this.#saidUntil = Math.max(
      0,
      ...this.#talkers.flatMap(({ talker }) => [...talker.acknowledged.values()]),
    );
    const acked = this.#acknowledged();
    const late = () => [
      ...[...this.#readers, ...this.#pollers].filter(({ tracker }) => !tracker.isComplete(acked)),
      ...this.#unheard(this.#saidUntil),
    ];
    while (late().length > 0 && performance.now() < this.#settledAt + RECOVER_MS) await pause(50);
    return late().map(({ name }) => name);
  }

  #writers(): { readonly name: string; readonly service: Service }[] {
    const talkers = this.#talkers.map(({ service }, i) => ({ name: `talker-${i + 1}`, service }));
    const clients: Client[] = [...this.#rest, this.#nats, this.#uploader];
    return [...clients, ...talkers];
  }

  #acknowledged(): Acknowledged[] {
    return [...this.#rest.flatMap(({ acknowledged }) => acknowledged), ...this.#nats.acknowledged];
  }

  #findings(acked: readonly Acknowledged[]): Record<Reading, Findings> {
    const of = (clients: readonly { readonly tracker: Tracker }[]) => {
      const all = clients.map(({ tracker }) => tracker.findings(acked));
      return {
        lost: all.flatMap(({ lost }) => lost),
        doubled: all.flatMap(({ doubled }) => doubled),
        disordered: all.flatMap(({ disordered }) => disordered),
      };
    };
    const faults = this.#talkers.flatMap(({ talker }) => talker.faults);
    const unheard = this.#unheard(this.#saidUntil).flatMap(({ missing }) => missing);
    return {
      stream: of(this.#readers),
      poll: of(this.#pollers),
      chat: { lost: unheard, doubled: [], disordered: faults },
    };
  }

  /** Messages acknowledged to one of them that another one has not heard. */
  #unheard(until: number): { name: string; missing: string[] }[] {
    const said = this.#talkers.flatMap(({ talker }) => [...talker.acknowledged.values()]).filter((seq) =>
      seq <= until
    );
    return this.#talkers.map(({ talker }, i) => ({
      name: `talker-${i + 1}`,
      missing: said.filter((seq) => !talker.heard.has(seq)).map((seq) => `message ${seq}`),
    })).filter(({ missing }) => missing.length > 0);
  }

  /** Sockets that were closed because their token had ended. */
  get expired(): number {
    return this.#readers.reduce((sum, { expired }) => sum + expired, 0);
  }

  /** Has everybody who reads over a socket come back with another token. */
  reconnect(): void {
    for (const reader of this.#readers) reader.reconnect();
  }

  #resets(): number {
    return [...this.#readers, ...this.#pollers].reduce((sum, { tracker }) => sum + tracker.resets, 0);
  }

  #counts() {
    return {
      rest: this.#rest.reduce((sum, { acknowledged }) => sum + acknowledged.length, 0),
      nats: this.#nats.acknowledged.length,
      chat: this.#talkers.reduce((sum, { talker }) => sum + talker.acknowledged.size, 0),
      chunks: this.#uploader.service.count,
    };
  }
}

/** What is found now and was not found before. */
function since(now: Record<Reading, Findings>, before: Record<Reading, Findings>): Record<Reading, Findings> {
  const later = (kind: Reading): Findings => ({
    lost: now[kind].lost,
    doubled: now[kind].doubled.slice(before[kind].doubled.length),
    disordered: now[kind].disordered.slice(before[kind].disordered.length),
  });
  return { stream: later("stream"), poll: later("poll"), chat: later("chat") };
}

function spreadOf(clients: readonly { readonly service: Service }[]): Spread {
  const sorted = clients.map(({ service }) => service.longestMs).sort((a, b) => a - b);
  return { median: sorted[Math.floor(sorted.length / 2)]!, longest: sorted.at(-1)! };
}

function numbered(name: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${name}-${i + 1}`);
}
