import FakeTimers from "@sinonjs/fake-timers";
import { CHAT_FRAMES_MAX } from "@/lib/chat/limits.ts";
import { CHAT_CLOSE, CLOSE, UPLOAD_CLOSE } from "@/lib/protocol/close_codes.ts";
import { CLIENT_FRAMES_MAX, HANDSHAKE_MS } from "@/lib/protocol/limits.ts";
import { STALLED_MS } from "@/lib/realtime/feed.ts";
import { binaryChunk } from "@/lib/upload/chunk.ts";
import { CHUNK_BYTES, FILE_BYTES_MAX, IDLE_MS, OPEN_UPLOADS_PER_USER_MAX } from "@/lib/upload/limits.ts";
import type { Held } from "@/services/realtime/connections.ts";
import { chatPerson } from "../harness/chat.ts";
import { call, publishMany, until } from "../harness/live.ts";
import type { TestServer } from "../harness/server.ts";
import { chunkOf, testFile } from "../harness/upload.ts";
import { type Endpoint, opened, ready } from "./endpoints.ts";
import { closePayload, type End, OPCODE, type Wire } from "./wire.ts";

export interface CloseWorld {
  readonly server: TestServer;
  /** Of the same data, to be stopped. */
  readonly stopping: TestServer;
  /** Of the same data, whose way to PostgreSQL is cut. */
  readonly cut: TestServer;
  /** What the server has taken over, the latest last. */
  readonly taken: readonly Held[];
}

export interface ClosePlace {
  readonly world: CloseWorld;
  readonly endpoint: Endpoint;
  readonly userId: string;
  readonly token: string;
}

type Provoke = (place: ClosePlace) => Promise<End>;

export const CLOSE_TABLES = { stream: CLOSE, upload: UPLOAD_CLOSE, chat: CHAT_CLOSE } as const;

const TOO_LATE_MS = 1_000;

/** Opens a socket whose handshake was answered, does something, and reads how it ends. */
function after(then: (wire: Wire, place: ClosePlace) => Promise<unknown> | void): Provoke {
  return async (place) => {
    const wire = await ready(place.world.server, place.endpoint, place.token);
    try {
      await then(wire, place);
      return await wire.end();
    } finally {
      wire.close();
    }
  };
}

/** The same before the handshake. */
function before(then: (wire: Wire, place: ClosePlace) => Promise<unknown> | void): Provoke {
  return async (place) => {
    const wire = await opened(place.world.server, place.endpoint, place.token);
    try {
      await then(wire, place);
      return await wire.end();
    } finally {
      wire.close();
    }
  };
}

function handshake(change: object): Provoke {
  return before((wire, { endpoint }) =>
    wire.text(JSON.stringify({ ...JSON.parse(endpoint.handshake), ...change }))
  );
}

/** The clock of what was opened last is put forward by so much. */
function tick({ world }: ClosePlace, ms: number): void {
  world.taken.at(-1)!.tick(Date.now() + ms);
}

/** A part of the server throws once, as a bug of ours would. */
function broken<T extends object>(part: T, name: keyof T & string): () => void {
  Object.defineProperty(part, name, {
    configurable: true,
    value: () => {
      throw new Error("broken on purpose");
    },
  });
  return () => void delete part[name];
}

const tooBig = after((wire, { endpoint }) => wire.text(endpoint.probe.padEnd(endpoint.charsMax + 1)));
const binary = after((wire) => wire.send({ opcode: OPCODE.binary, payload: "{}" }));
const expired = after((_, place) => tick(place, 2 * 3_600_000));
const noHandshake = before((_, place) => tick(place, HANDSHAKE_MS));
const revoked = after((_, { world, token }) => call(`${world.server.url}/auth/revoke`, { token, json: {} }));

/** On an instance that stops. The three share it: it is stopped once all are open. */
const restart: Provoke = async ({ world, endpoint, token }) => {
  const wire = await ready(world.stopping, endpoint, token);
  const ending = wire.end();
  await world.stopping.services.connections.drain();
  return await ending.finally(() => wire.close());
};

const away: Provoke = async ({ world, endpoint, token }) => {
  const wire = await opened(world.cut, endpoint, token);
  await wire.text(endpoint.handshake);
  return await wire.end().finally(() => wire.close());
};

/** Reads nothing, not even a ping. */
const deaf: Provoke = async ({ world, endpoint, token }) => {
  const wire = await ready(world.server, endpoint, token);
  return await wire.end().finally(() => wire.close());
};

const closes = after((wire) => wire.send({ opcode: OPCODE.close, payload: closePayload(1000) }));

async function frames(wire: Wire, count: number, frame: object): Promise<void> {
  const payload = JSON.stringify(frame);
  await wire.send(...Array.from({ length: count }, () => ({ opcode: OPCODE.text, payload })));
}

const EVENT_BYTES = 40 * 1024;
const BATCH = 20;
/** More than any operating system keeps for a connection. */
const FILL_EVENTS_MAX = 1_000;

/** Events until the operating system takes no more, then time without progress. */
const slowStream = after(async (_wire, { world }) => {
  const { server, taken } = world;
  const side = taken.at(-1)!;
  const { metrics, connections } = server.services;
  for (let sent = 0, isFull = false; !isFull; sent += BATCH) {
    if (sent > FILL_EVENTS_MAX) throw new Error(`${sent} events went to who does not read`);
    await publishMany(server, "evt.1.1.tasks.task.updated", BATCH, { padding: EVENT_BYTES });
    let last = "";
    let same = 0;
    await until("nothing goes on", () => {
      const now = `${metrics.instance().eventsDelivered} ${side.buffered!()}`;
      same = now === last ? same + 1 : 0;
      last = now;
      return same > 40;
    });
    isFull = side.buffered!() > 0;
  }
  const held = connections.size;
  const clock = FakeTimers.install({ now: Date.now() + STALLED_MS + TOO_LATE_MS, toFake: ["Date"] });
  await until("it is let go", () => connections.size < held).finally(() => clock.uninstall());
});

const slowChat = after(async (_, { world: { server, taken } }) => {
  const side = taken.at(-1) as unknown as { isClosed: boolean };
  const text = "\u{1F6CE}".repeat(4_000);
  for (let n = 0; !side.isClosed; n++) {
    if (n > 100) throw new Error(`${n} times 25 messages went to who does not read`);
    const principal = chatPerson(`s${n}`);
    await Promise.all(Array.from({ length: 25 }, (_, i) =>
      server.services.chat.say(principal, {
        roomId: "property-1",
        text,
        clientMsgId: `${i}`,
        replyTo: null,
        link: null,
        mentions: [],
      })));
  }
});

/** All organisations are sent to the long poll, and back. */
const downgrade = after(async (wire, { world: { server } }) => {
  const by = chatPerson("operator", { role: "admin" });
  await server.services.flags.change({ REALTIME_STREAMING_V2: false }, by);
  await wire.nextText();
  await server.services.flags.change({ REALTIME_STREAMING_V2: true }, by);
});

function internal(part: (server: TestServer) => object, name: string): Provoke {
  return before(async (wire, { world: { server }, endpoint }) => {
    const mend = broken(part(server) as Record<string, unknown>, name);
    await wire.text(endpoint.handshake);
    await wire.nextText();
    mend();
  });
}

const TINY = testFile(100);
const chunk = (file: Uint8Array<ArrayBuffer>, seq: number) => ({
  opcode: OPCODE.binary,
  payload: binaryChunk(chunkOf(file, seq)),
});

/** The socket's own upload goes on elsewhere. */
const takenOver: Provoke = async ({ world: { server }, endpoint, token }) => {
  const first = await opened(server, endpoint, token);
  await first.text(endpoint.handshake);
  const { uploadId } = JSON.parse((await first.nextText())!);
  const second = await opened(server, endpoint, token);
  await second.text(JSON.stringify({ ...JSON.parse(endpoint.handshake), uploadId }));
  await second.nextText();
  return await first.end().finally(() => {
    first.close();
    second.close();
  });
};

const quota: Provoke = async ({ world: { server }, endpoint, token }) => {
  const wires: Wire[] = [];
  for (let n = 0; n < OPEN_UPLOADS_PER_USER_MAX; n++) wires.push(await ready(server, endpoint, token));
  const last = await opened(server, endpoint, token);
  await last.text(endpoint.handshake);
  return await last.end().finally(() => [...wires, last].forEach((wire) => wire.close()));
};

const MANY = testFile(60 * CHUNK_BYTES);

type Table = { readonly [E in Endpoint["name"]]: Readonly<Record<keyof typeof CLOSE_TABLES[E], Provoke>> };

/** How each close of each endpoint comes about. */
export const CLOSE_CASES: Table = {
  stream: {
    normal: closes,
    going_away: deaf,
    too_big: tooBig,
    restart,
    slow: slowStream,
    bad_frame: binary,
    token_expired: expired,
    token_revoked: revoked,
    forbidden: handshake({ filters: { propertyId: 2 } }),
    handshake_timeout: noHandshake,
    too_many_frames: after((wire) => frames(wire, CLIENT_FRAMES_MAX, { type: "x" })),
    internal: internal(({ services }) => services.feeds, "acquire"),
    downgrade,
  },
  upload: {
    done: after((wire) => frames(wire, 1, { type: "cancel" })),
    too_big: tooBig,
    restart,
    bad_frame: binary,
    token_expired: expired,
    token_revoked: revoked,
    forbidden: handshake({ propertyId: 2 }),
    not_found: handshake({ uploadId: crypto.randomUUID() }),
    handshake_timeout: noHandshake,
    idle: after((_, place) => tick(place, IDLE_MS)),
    taken_over: takenOver,
    too_large: handshake({ filesize: FILE_BYTES_MAX + 1 }),
    wrong_type: handshake({ mimetype: "text/html" }),
    wrong_checksum: before(async (wire, { endpoint }) => {
      const declared = { filesize: TINY.length, sha256: "0".repeat(64) };
      await wire.text(JSON.stringify({ ...JSON.parse(endpoint.handshake), ...declared }));
      await wire.nextText();
      await wire.send(chunk(TINY, 1));
    }),
    window_exceeded: before(async (wire, { endpoint }) => {
      await wire.text(JSON.stringify({ ...JSON.parse(endpoint.handshake), filesize: MANY.length }));
      await wire.nextText();
      await wire.send(...Array.from({ length: 60 }, (_, n) => chunk(MANY, n + 1)));
    }),
    quota,
    internal: internal(({ services }) => services.uploads, "open"),
    unavailable: away,
  },
  chat: {
    normal: closes,
    going_away: deaf,
    too_big: tooBig,
    restart,
    slow: slowChat,
    bad_frame: binary,
    token_expired: expired,
    token_revoked: revoked,
    forbidden: handshake({ userId: "somebody else" }),
    handshake_timeout: noHandshake,
    too_many_frames: after((wire) => frames(wire, CHAT_FRAMES_MAX, { type: "presence", status: "away" })),
    internal: internal(({ services }) => services.chat, "attach"),
    unavailable: away,
  },
};

/** Deno's own time-out of the stream is half a minute: what the suite has no time for. */
export function takesLong(endpoint: Endpoint["name"], name: string): boolean {
  return endpoint === "stream" && name === "going_away";
}
