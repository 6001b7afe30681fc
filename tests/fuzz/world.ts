import { SignJWT } from "jose";
import { connectPool, type Sql } from "@/services/postgres/pool.ts";
import { ChatPeer } from "../harness/chat.ts";
import { startServer, TEST_SECRET, type TestServer } from "../harness/server.ts";
import { TestSocket } from "../harness/socket.ts";
import { publish, until } from "../harness/live.ts";
import { SERVICE_NAMES } from "@/lib/protocol/services.ts";
import { type Column, tenantColumns } from "./columns.ts";
import { difference, type Digest, rowsDigest, streamsDigest } from "./digest.ts";
import { anyMarker, crossing, type Org, ORGANISATIONS, type Reader } from "./markers.ts";
import { PEOPLE } from "./people.ts";
import { assertPlanted, moveSequences, plantRows, plantStreams } from "./plant.ts";

const RATE_PER_S = 1_000_000;
/** A long run takes longer than an hour. */
const TOKEN_S = 6 * 60 * 60;

interface Observer {
  readonly reader: Reader;
  readonly name: string;
  readonly socket: TestSocket;
}

/** A server with two organisations that have the same ids, and eyes open in both. */
export class World {
  readonly server: TestServer;
  readonly sql: Sql;
  readonly tables: Map<string, Column[]>;
  /** By organisation and index of `PEOPLE`. */
  readonly tokens: Record<Org, readonly string[]>;
  readonly #observers: Observer[];
  #logged = 0;

  private constructor(
    parts: Pick<World, "server" | "sql" | "tables" | "tokens"> & { observers: Observer[] },
  ) {
    this.server = parts.server;
    this.sql = parts.sql;
    this.tables = parts.tables;
    this.tokens = parts.tokens;
    this.#observers = parts.observers;
  }

  /** `asker`: whose people will ask; they may sign each other out, and not those who watch. */
  static async open(asker: Org): Promise<World> {
    // Whoever asks too fast would be told so, and nothing else.
    const unlimited = { readsPerSecond: RATE_PER_S, writesPerSecond: RATE_PER_S };
    // Nobody is an operator: who is may see of every organisation who changed a flag.
    const server = await startServer({ operatorOrgs: [], databasePool: 3, ...unlimited });
    const sql = connectPool(server.database.superuserUrl, { max: 1, applicationName: "fuzz" });
    const tables = await tenantColumns(sql);
    for (const org of ORGANISATIONS) await plantRows(sql, tables, org);
    await moveSequences(sql);
    await assertPlanted(sql, tables);
    await plantStreams(server);
    const tokens = { 1: await tokensOf(1), 2: await tokensOf(2) };
    const observers = (await Promise.all(
      ORGANISATIONS.map((org) => observe(server, org, org === asker ? "w" : "")),
    )).flat();
    return new World({ server, sql, tables, tokens, observers });
  }

  /** What was taken away of this organisation is there again. */
  async replant(org: Org): Promise<void> {
    await plantRows(this.sql, this.tables, org);
  }

  /** Some of its people may have been signed out. */
  async renewTokens(org: Org): Promise<void> {
    this.tokens[org] = await tokensOf(org);
  }

  rows(org: Org): Promise<Digest> {
    return rowsDigest(this.sql, this.tables, org);
  }

  streams(org: Org): Promise<Digest> {
    return streamsDigest(this.server, org);
  }

  /** What crossed since the last look, into sockets that were open all the time and into the log. */
  seen(): string | undefined {
    for (const observer of this.#observers) {
      const { socket, reader, name } = observer;
      if (socket.closed !== undefined) return `${name} was closed: ${JSON.stringify(socket.closed)}`;
      const frames = socket.frames.splice(0);
      const found = crossing(JSON.stringify(frames), reader);
      if (found !== undefined) return `${name} was told ${found}`;
    }
    const found = anyMarker(JSON.stringify(this.server.logged.slice(this.#logged)));
    this.#logged = this.server.logged.length;
    return found === undefined ? undefined : `the log has ${found}`;
  }

  /** Settles when an event of each organisation has reached those who watched it all the time. */
  async heard(): Promise<void> {
    for (const org of ORGANISATIONS) {
      await publish(this.server, `evt.${org}.1.tasks.task.updated`, { id: "the-last", data: { id: 1 } });
    }
    const streams = this.#observers.filter(({ name }) => name.startsWith("stream"));
    for (const { socket } of streams) {
      await socket.until(() => socket.events.some(({ id }) => id === "the-last"));
    }
  }

  async metrics(): Promise<string> {
    const { port } = this.server.services.metricsEndpoint!;
    return await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  }

  /** Settles when nothing of what this organisation did is under way any more. */
  async settled(org: Org): Promise<void> {
    await until("the outbox is empty", async () => {
      const [row] = await this.sql`select count(*)::int as n from outbox where seq is null`;
      return row!.n === 0;
    });
    let before = await this.rows(org);
    await until("the rows are still", async () => {
      await new Promise((resolve) => setTimeout(resolve, 300));
      const after = await this.rows(org);
      const isStill = difference(before, after).length === 0;
      before = after;
      return isStill;
    });
  }

  async close(): Promise<void> {
    for (const { socket } of this.#observers) await socket.close();
    await this.sql.end({ timeout: 5 });
    await this.server.stop();
  }
}

/** By index of `PEOPLE`; with a prefix, people of the same rights that are nobody else. */
function tokensOf(org: Org, prefix = ""): Promise<string[]> {
  const secret = new TextEncoder().encode(TEST_SECRET);
  const now = Math.floor(Date.now() / 1000);
  return Promise.all(PEOPLE.map((person) => {
    const claims = {
      ...person,
      sub: prefix + person.sub,
      orgId: org,
      name: `Zq${org}p0-person`,
      sessionAt: now,
    };
    // A token of the moment in which its person was signed out, by whichever clock, would be one of before.
    return new SignJWT(claims).setProtectedHeader({ alg: "HS256" }).setJti(crypto.randomUUID())
      .setIssuedAt(now + 10).setExpirationTime(now + TOKEN_S).sign(secret);
  }));
}

async function observe(server: TestServer, org: Org, prefix: string): Promise<Observer[]> {
  const { wsUrl } = server;
  const tokens = await tokensOf(org, prefix);
  const userId = prefix + PEOPLE[0]!.sub;
  const services = SERVICE_NAMES;
  const everything = { org, properties: "*" } as const;
  const some = PEOPLE.findIndex(({ properties, services }) => properties !== "*" && services !== undefined);
  const stream = await TestSocket.stream(wsUrl, tokens[0]!, { services });
  const ofOne = await TestSocket.stream(wsUrl, tokens[some]!, { services });
  const handshake = { watch: true };
  const chat = await ChatPeer.join("property-1", { wsUrl, token: tokens[0]!, userId, handshake });
  // Whoever is nobody else is in no topic.
  const rooms = ["room-1", "property-2", ...(prefix === "" ? ["topic-1", "topic-3"] : [])];
  for (const roomId of rooms) chat.send({ type: "join", roomId });
  await chat.until(() => chat.of("joined").length === 1 + rooms.length);
  const properties = PEOPLE[some]!.properties as number[];
  return [
    { name: `stream of ${org}`, reader: everything, socket: stream },
    { name: `stream of property 1 of ${org}`, reader: { org, properties }, socket: ofOne },
    { name: `chat of ${org}`, reader: everything, socket: chat.socket },
  ];
}
