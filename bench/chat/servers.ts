import postgresClient from "postgres";
import { started } from "../common/child.ts";
import { type Innstream, ROOT, startInnstream } from "../common/innstream.ts";

/** A running chat server, with one room of its own for this run. */
export interface ChatServer {
  readonly target: "innstream" | "socketio";
  readonly addr: string;
  readonly pid: number;
  /** HS256 secret of its tokens. */
  readonly secret: string;
  /** Makes a room in which something has been said. */
  makeRoom(): Promise<string>;
  stop(): Promise<void>;
}

const SOCKET_IO_DATABASE = "bench_socketio";
const START_MS = 30_000;
/** More than the 50 that come with joining. */
const HISTORY = 200;
const EARLIER = "Message of yesterday: the lift company comes on Thursday between nine and eleven";

let rooms = 0;

export async function startChatInnstream(): Promise<ChatServer> {
  const innstream = await startInnstream();
  return {
    target: "innstream",
    addr: innstream.addr,
    pid: innstream.pids.app,
    secret: innstream.secret,
    makeRoom: () => makeProperty(innstream),
    stop: () => innstream.stop(),
  };
}

/** A property, for its room. */
async function makeProperty({ superuserUrl }: Innstream): Promise<string> {
  // Property 1 is there already.
  const id = ++rooms + 1;
  const roomId = `property-${id}`;
  const sql = postgresClient(superuserUrl, { max: 1, database: "innstream" });
  try {
    await sql.begin(async (sql) => {
      // The trigger that numbers properties is bound to one organisation, whoever inserts.
      await sql`select set_config('app.org', '1', true)`;
      await sql`insert into properties (org_id, id, name, address, timezone, created_by)
        values (1, ${id}, ${roomId}, '', 'UTC', 'bench')`;
      await sql`insert into chat_rooms (org_id, id, property_id, last_seq, last_rev, last_at, created_by)
        values (1, ${roomId}, ${id}, ${HISTORY}, ${HISTORY}, now(), 'bench')`;
      await sql`insert into chat_messages (org_id, room_id, seq, rev, user_id, user_name, text, client_msg_id)
        select 1, ${roomId}, n, n, 'earlier', 'Earlier', ${EARLIER}, 'earlier-' || n from generate_series(1, ${HISTORY}) n`;
    });
    return roomId;
  } finally {
    await sql.end();
  }
}

/** On the same PostgreSQL, in a database of its own. */
export async function startChatSocketIo({ superuserUrl }: Innstream): Promise<ChatServer> {
  const url = new URL(superuserUrl);
  url.pathname = `/${SOCKET_IO_DATABASE}`;
  await ensureDatabase(superuserUrl);
  const secret = crypto.randomUUID() + crypto.randomUUID();
  const { child, value } = await started(
    {
      name: "Socket.IO",
      command: "node",
      args: ["bench/chat/socketio_server.mjs"],
      cwd: ROOT,
      env: { DATABASE_URL: url.href, JWT_SECRET: secret },
      showErrors: true,
    },
    (line) => /^listening (\S+)$/.exec(line)?.[1],
    START_MS,
  );
  return {
    target: "socketio",
    addr: value,
    pid: child.pid,
    secret,
    makeRoom: () => makeSocketIoRoom(url.href),
    stop: () => child.stop(),
  };
}

async function ensureDatabase(superuserUrl: string): Promise<void> {
  const sql = postgresClient(superuserUrl, { max: 1 });
  try {
    const there = await sql`select from pg_database where datname = ${SOCKET_IO_DATABASE}`;
    if (there.length === 0) await sql`create database ${sql(SOCKET_IO_DATABASE)}`;
  } finally {
    await sql.end();
  }
}

async function makeSocketIoRoom(url: string): Promise<string> {
  const roomId = `room-${++rooms}`;
  const sql = postgresClient(url, { max: 1 });
  try {
    await sql`insert into rooms (id, last_seq) values (${roomId}, ${HISTORY})`;
    await sql`insert into messages (room_id, seq, user_id, user_name, text, client_msg_id)
      select ${roomId}, n, 'earlier', 'Earlier', ${EARLIER}, 'earlier-' || n from generate_series(1, ${HISTORY}) n`;
    return roomId;
  } finally {
    await sql.end();
  }
}
