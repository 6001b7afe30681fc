import { createServer } from "node:http";
import process from "node:process";
import { jwtVerify } from "jose";
import postgres from "postgres";
import { Server } from "socket.io";

// A chat on Socket.IO, as one would write it with its documentation at hand: `node socketio_server.mjs`, with
// DATABASE_URL and JWT_SECRET; says `listening 127.0.0.1:PORT`. A message is kept before it is told; who types, who is
// there and who has read what is told to the room as it comes. Runs on Node, as it is meant to.
const HISTORY_MESSAGES = 50;
const CONNECTIONS = 10;
// How far people are is written together, so often: the room hears of it at once.
const POSITIONS_MS = 500;
const RECOVERY_MS = 120_000;

const sql = postgres(process.env.DATABASE_URL, { max: CONNECTIONS, onnotice: () => {} });
const secret = new TextEncoder().encode(process.env.JWT_SECRET);
const server = createServer();
const io = new Server(server, {
  transports: ["websocket"],
  serveClient: false,
  connectionStateRecovery: { maxDisconnectionDuration: RECOVERY_MS },
});
/** Room, then person: connections, name, status. */
const present = new Map();
/** Room, then person: how far they have read, and what of it is not written yet. */
const receipts = new Map();
let unwritten = new Map();

io.use(async (socket, next) => {
  try {
    const { payload } = await jwtVerify(socket.handshake.auth.token, secret, { algorithms: ["HS256"] });
    socket.data = { userId: payload.sub, userName: payload.name ?? payload.sub, orgId: payload.orgId };
    next();
  } catch (error) {
    next(error);
  }
});

io.on("connection", (socket) => {
  const on = (kind, handle) =>
    socket.on(kind, (...args) => {
      void Promise.resolve(handle(...args)).catch((error) => {
        console.error(error);
        socket.emit("error", { code: "internal" });
      });
    });
  on("join", ({ roomId }) => join(socket, roomId));
  on("chat", (message, answer) => say(socket, message, answer));
  on("typing", ({ roomId, typing }) => {
    const { userId, userName } = socket.data;
    socket.to(roomId).emit("typing", { roomId, userId, userName, typing });
  });
  on("read", ({ roomId, upTo }) => read(socket, roomId, upTo));
  on("presence", ({ roomId, status }) => {
    const person = peopleOf(roomId).get(socket.data.userId);
    person.status = status;
    io.to(roomId).emit("presence", { roomId, users: { [socket.data.userId]: status } });
  });
  socket.on("disconnecting", () => {
    for (const roomId of socket.rooms) leave(socket, roomId);
  });
});

async function join(socket, roomId) {
  const { userId, userName } = socket.data;
  const people = peopleOf(roomId);
  const person = people.get(userId) ?? { userId, userName, status: "online", connections: 0 };
  person.connections++;
  person.status = "online";
  people.set(userId, person);
  await socket.join(roomId);
  if (person.connections === 1) {
    socket.to(roomId).emit("presence", {
      roomId,
      users: { [userId]: "online" },
      names: { [userId]: userName },
    });
  }
  const history = await sql`select id, seq, user_id as "userId", user_name as "userName", text,
      client_msg_id as "clientMsgId", at from messages where room_id = ${roomId} order by seq desc
    limit ${HISTORY_MESSAGES}`;
  socket.emit("joined", {
    roomId,
    history: history.reverse(),
    online: [...people.values()].map(({ userId, userName, status }) => ({ userId, userName, status })),
    receipts: Object.fromEntries(await receiptsOf(roomId)),
  });
}

/** One transaction: its number is taken under the lock of the room's row, and a message that was kept is kept once. */
async function say(socket, { roomId, text, clientMsgId }, answer) {
  const { userId, userName } = socket.data;
  const [row] = await sql`with room as (
      update rooms set last_seq = last_seq + 1 where id = ${roomId} and not exists (
        select from messages where room_id = ${roomId} and user_id = ${userId} and client_msg_id = ${clientMsgId})
      returning last_seq
    )
    insert into messages (room_id, seq, user_id, user_name, text, client_msg_id)
    select ${roomId}, last_seq, ${userId}, ${userName}, ${text}, ${clientMsgId} from room
    returning id, seq, at`;
  if (row !== undefined) {
    const { id, seq, at } = row;
    io.to(roomId).emit("chat", { id, seq, roomId, userId, userName, text, clientMsgId, at });
    return answer({ id, seq, clientMsgId });
  }
  const [kept] = await sql`select id, seq from messages
    where room_id = ${roomId} and user_id = ${userId} and client_msg_id = ${clientMsgId}`;
  answer({ ...kept, clientMsgId });
}

async function read(socket, roomId, upTo) {
  const { userId } = socket.data;
  const known = await receiptsOf(roomId);
  if ((known.get(userId) ?? 0) >= upTo) return;
  known.set(userId, upTo);
  unwritten.set(`${roomId} ${userId}`, { room_id: roomId, user_id: userId, read_seq: upTo });
  io.to(roomId).emit("read", { roomId, receipts: { [userId]: upTo } });
}

function leave(socket, roomId) {
  const people = present.get(roomId);
  const person = people?.get(socket.data.userId);
  if (person === undefined || --person.connections > 0) return;
  people.delete(person.userId);
  io.to(roomId).emit("presence", { roomId, users: { [person.userId]: "offline" } });
}

function peopleOf(roomId) {
  const people = present.get(roomId) ?? new Map();
  present.set(roomId, people);
  return people;
}

/** Read from the database once. */
function receiptsOf(roomId) {
  const known = receipts.get(roomId) ?? sql`select user_id, read_seq from positions where room_id = ${roomId}`
    .then((rows) => new Map(rows.map((row) => [row.user_id, row.read_seq])));
  receipts.set(roomId, known);
  return known;
}

setInterval(async () => {
  if (unwritten.size === 0) return;
  const rows = [...unwritten.values()];
  unwritten = new Map();
  await sql`insert into positions ${sql(rows)} on conflict (room_id, user_id)
    do update set read_seq = greatest(positions.read_seq, excluded.read_seq)`;
}, POSITIONS_MS);

await sql`create table if not exists rooms (id text primary key, last_seq integer not null default 0)`;
await sql`create table if not exists messages (
  id integer generated always as identity primary key,
  room_id text not null references rooms,
  seq integer not null,
  user_id text not null,
  user_name text not null,
  text text not null,
  client_msg_id text not null,
  at timestamptz not null default now(),
  unique (room_id, seq),
  unique (room_id, user_id, client_msg_id)
)`;
await sql`create table if not exists positions (
  room_id text not null references rooms,
  user_id text not null,
  read_seq integer not null,
  primary key (room_id, user_id)
)`;
server.listen(0, "127.0.0.1", () => console.log(`listening 127.0.0.1:${server.address().port}`));
process.on("SIGTERM", () => process.exit(0));
