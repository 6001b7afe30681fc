import type { TestServer } from "../harness/server.ts";
import { type Endpoint, opened, ready } from "./endpoints.ts";
import { bytesOf, closeOf, closePayload, type End, type Frame, OPCODE, type Wire } from "./wire.ts";

export interface Place {
  readonly server: TestServer;
  readonly endpoint: Endpoint;
  readonly token: string;
}

/** What may be seen. */
export type Expected = readonly string[];

/** What a peer does, what RFC 6455 (or our own protocol) asks for, and what is seen. */
export interface Case {
  readonly group: string;
  readonly name: string;
  readonly expected: Expected | Readonly<Record<Endpoint["name"], Expected>>;
  readonly run: (place: Place) => Promise<string>;
  /** Where what is seen is not what is asked for: whose doing it is, and what follows from it. */
  readonly differs?: { readonly seen: string; readonly why: string };
}

const { text, binary, continuation, ping, pong, close } = OPCODE;
const bytes = (value: string) => new TextEncoder().encode(value);
const DROPPED = "dropped without a close frame";
// RFC 6455, 7.1.7: to fail a connection is to end it; a close frame before that is wished for, not required.
const FAILED_1002: Expected = ["close 1002", DROPPED];
const FAILED_1007: Expected = ["close 1007", DROPPED];
const UNMASKED =
  "Deno takes frames without a mask; masks guard proxies from what a page in a browser could write, and browsers always mask";
const HIGH_BITS_LENGTH = 2 ** 63;

export function endText(end: End): string {
  return end === "dropped" ? DROPPED : end.code === null ? "close without a code" : `close ${end.code}`;
}

async function answered(wire: Wire, times = 1): Promise<string> {
  for (let n = 0; n < times; n++) if (await wire.nextText() === undefined) return DROPPED;
  return times === 1 ? "answered" : `answered ${times} times`;
}

/** After the handshake of the protocol; the case ends as `then` sees it. */
function after(then: (wire: Wire, place: Place) => Promise<string>): Case["run"] {
  return (place) => withWire(ready(place.server, place.endpoint, place.token), (wire) => then(wire, place));
}

/** Before it. */
function before(then: (wire: Wire, place: Place) => Promise<string>): Case["run"] {
  return (place) => withWire(opened(place.server, place.endpoint, place.token), (wire) => then(wire, place));
}

async function withWire(opening: Promise<Wire>, then: (wire: Wire) => Promise<string>): Promise<string> {
  const wire = await opening;
  try {
    return await then(wire);
  } finally {
    wire.close();
  }
}

/** Frames that end the connection. */
function ends(...frames: readonly Frame[]): Case["run"] {
  return after(async (wire) => {
    await wire.send(...frames);
    return endText(await wire.end());
  });
}

/** Frames that change nothing: the probe behind them is answered. */
function passes(...frames: readonly Frame[]): Case["run"] {
  return after(async (wire, { endpoint }) => {
    await wire.send(...frames, { opcode: text, payload: endpoint.probe });
    return await answered(wire);
  });
}

function pongs(payload: string): Case["run"] {
  return after(async (wire) => {
    await wire.send({ opcode: ping, payload });
    const frame = await wire.next();
    const same = frame?.opcode === pong && new TextDecoder().decode(frame.payload) === payload;
    return same ? "the same payload in a pong" : "no such pong";
  });
}

/** Cut into so many fragments. */
function fragments(payload: Uint8Array, count: number): Frame[] {
  const size = Math.ceil(payload.length / count);
  return Array.from({ length: count }, (_, i) => ({
    opcode: i === 0 ? text : continuation,
    fin: i === count - 1,
    payload: payload.slice(i * size, (i + 1) * size),
  }));
}

function fragmented(cut: (payload: Uint8Array) => Frame[]): Case["run"] {
  return before(async (wire, { endpoint }) => {
    await wire.send(...cut(bytes(endpoint.handshake)));
    return await answered(wire);
  });
}

function insideLetter(payload: Uint8Array): Frame[] {
  // The first byte of the letter of three.
  const at = payload.indexOf(0xe2) + 1;
  return [
    { opcode: text, fin: false, payload: payload.slice(0, at) },
    { opcode: continuation, payload: payload.slice(at) },
  ];
}

const BAD_UTF8 = new Uint8Array([0x7b, 0xc3, 0x28, 0x7d]);

const MESSAGES: readonly Case[] = [
  ["text in 2 fragments", (payload: Uint8Array) => fragments(payload, 2)],
  ["text in a fragment for each byte", (payload: Uint8Array) => fragments(payload, payload.length)],
  ["fragments cut inside a letter", insideLetter],
  ["fragments without payload between others", (payload: Uint8Array) => [
    { opcode: text, fin: false },
    { opcode: continuation, fin: false, payload },
    { opcode: continuation },
  ]],
  ["a ping and a pong between fragments", (payload: Uint8Array) => {
    const [first, second] = fragments(payload, 2);
    return [first!, { opcode: ping, payload: "x" }, { opcode: pong, payload: "y" }, second!];
  }],
].map(([name, cut]) => ({
  group: "messages",
  name: name as string,
  expected: ["answered"],
  run: fragmented(cut as (payload: Uint8Array) => Frame[]),
}));

const MORE_MESSAGES: readonly Case[] = [
  {
    group: "messages",
    name: "one byte in each TCP segment",
    expected: ["answered"],
    run: before(async (wire, { endpoint }) => {
      for (const byte of bytesOf({ opcode: text, payload: endpoint.handshake })) {
        await wire.write(new Uint8Array([byte]));
      }
      return await answered(wire);
    }),
  },
  {
    group: "messages",
    name: "three messages in one TCP segment",
    expected: ["answered 3 times"],
    run: after(async (wire, { endpoint }) => {
      const probe = { opcode: text, payload: endpoint.probe };
      await wire.send(probe, probe, probe);
      return await answered(wire, 3);
    }),
  },
  {
    group: "messages",
    name: "a length in 16 bits that fits in 7",
    expected: FAILED_1002,
    run: after(async (wire, { endpoint }) => {
      await wire.send({ opcode: text, payload: endpoint.probe, lengthBits: 16 });
      return await answered(wire);
    }),
    differs: {
      seen: "answered",
      why: "Deno takes a length in more bits than it needs; nothing follows from it",
    },
  },
  {
    group: "messages",
    name: "a new text inside a fragmented one",
    expected: FAILED_1002,
    run: ends({ opcode: text, fin: false, payload: "{" }, { opcode: text, payload: "}" }),
  },
  {
    group: "messages",
    name: "a continuation of nothing",
    expected: FAILED_1002,
    run: ends({ opcode: continuation, payload: "{}" }),
  },
  {
    group: "messages",
    name: "a reserved bit",
    expected: FAILED_1002,
    run: ends({ opcode: text, reserved: 4, payload: "{}" }),
  },
  {
    group: "messages",
    name: "a reserved opcode for data",
    expected: FAILED_1002,
    run: ends({ opcode: 3, payload: "{}" }),
  },
  {
    group: "messages",
    name: "a reserved opcode for control",
    expected: FAILED_1002,
    run: ends({ opcode: 11, payload: "{}" }),
  },
  {
    group: "messages",
    name: "a frame without a mask",
    expected: FAILED_1002,
    run: after(async (wire, { endpoint }) => {
      await wire.send({ opcode: text, masked: false, payload: endpoint.probe });
      return await answered(wire);
    }),
    differs: { seen: "answered", why: UNMASKED },
  },
  {
    group: "messages",
    name: "bad UTF-8",
    expected: FAILED_1007,
    run: ends({ opcode: text, payload: BAD_UTF8 }),
  },
  {
    group: "messages",
    name: "bad UTF-8 over two fragments",
    expected: FAILED_1007,
    run: ends(
      { opcode: text, fin: false, payload: BAD_UTF8.slice(0, 2) },
      { opcode: continuation, payload: BAD_UTF8.slice(2) },
    ),
  },
  {
    group: "messages",
    name: "text that ends inside a letter",
    expected: FAILED_1007,
    run: ends({ opcode: text, payload: new Uint8Array([0x7b, 0xe2, 0x82]) }),
  },
  {
    group: "messages",
    name: "binary where text is due, as the first frame",
    expected: ["close 4400"],
    run: before(async (wire, { endpoint }) => {
      await wire.send({ opcode: binary, payload: endpoint.handshake });
      return endText(await wire.end());
    }),
  },
  {
    group: "messages",
    name: "binary that means nothing, later",
    expected: ["close 4400"],
    run: ends({ opcode: binary, payload: "{}" }),
  },
  {
    group: "messages",
    name: "text that is no JSON, later",
    expected: { stream: ["answered"], upload: ["close 4400"], chat: ["close 4400"] },
    run: after(async (wire, { endpoint }) => {
      await wire.text("{");
      if (await wire.nextText() === undefined) return DROPPED;
      await wire.text(endpoint.probe);
      const next = await wire.next();
      if (next?.opcode === text) return "answered";
      return next?.opcode === close ? endText(closeOf(next)) : DROPPED;
    }),
  },
];

const GOING_ON: readonly Case[] = [
  {
    group: "messages",
    name: "a frame that ends the connection, and 200 that follow at once",
    expected: ["close 4400"],
    run: ends(...Array.from({ length: 200 }, () => ({ opcode: binary, payload: "{}" }))),
  },
  {
    group: "messages",
    name: "the same with 20 of 60 KiB",
    expected: ["close 4400"],
    run: ends(...Array.from({ length: 20 }, () => ({ opcode: binary, payload: new Uint8Array(60 * 1024) }))),
  },
];

const SIZES: readonly Case[] = [
  {
    group: "sizes",
    name: "text of the most characters",
    expected: ["answered"],
    run: before(async (wire, { endpoint }) => {
      // The letter of three bytes counts as one character for some, as three bytes for others.
      await wire.text(endpoint.handshake.replace("₹", "r").padEnd(endpoint.charsMax));
      return await answered(wire);
    }),
  },
  {
    group: "sizes",
    name: "text of one character more",
    expected: ["close 1009"],
    run: after(async (wire, { endpoint }) => {
      await wire.text(endpoint.probe.padEnd(endpoint.charsMax + 1));
      return endText(await wire.end());
    }),
  },
  {
    group: "sizes",
    name: "the same in 100 fragments",
    expected: ["close 1009"],
    run: after(async (wire, { endpoint }) => {
      await wire.send(...fragments(bytes(endpoint.probe.padEnd(endpoint.charsMax + 1)), 100));
      return endText(await wire.end());
    }),
  },
  {
    group: "sizes",
    name: "a frame that announces more than 64 MiB",
    expected: ["close 1009", DROPPED],
    run: ends({ opcode: text, announced: 64 * 1024 ** 2 + 1, payload: "{" }),
  },
  {
    group: "sizes",
    name: "a frame that announces 2^63 bytes",
    expected: FAILED_1002,
    run: ends({ opcode: text, announced: HIGH_BITS_LENGTH, payload: "{" }),
  },
];

const CONTROL: readonly Case[] = [
  ...["", "hello", "x".repeat(125)].map((payload): Case => ({
    group: "control frames",
    name: `a ping of ${payload.length} bytes`,
    expected: ["the same payload in a pong"],
    run: pongs(payload),
  })),
  {
    group: "control frames",
    name: "a pong that nobody asked for",
    expected: ["answered"],
    run: passes({ opcode: pong, payload: "x" }),
  },
  {
    group: "control frames",
    name: "200 pings in one TCP segment",
    expected: ["200 pongs in order"],
    run: after(async (wire) => {
      await wire.send(...Array.from({ length: 200 }, (_, n) => ({ opcode: ping, payload: String(n) })));
      for (let n = 0; n < 200; n++) {
        const frame = await wire.next();
        if (frame?.opcode !== pong || new TextDecoder().decode(frame.payload) !== String(n)) {
          return `no pong ${n}`;
        }
      }
      return "200 pongs in order";
    }),
  },
  {
    group: "control frames",
    name: "a ping of 126 bytes",
    expected: FAILED_1002,
    run: ends({ opcode: ping, payload: "x".repeat(126) }),
  },
  {
    group: "control frames",
    name: "a ping in two fragments",
    expected: FAILED_1002,
    run: ends({ opcode: ping, fin: false, payload: "x" }, { opcode: continuation }),
  },
  {
    group: "control frames",
    name: "a ping without a mask",
    expected: FAILED_1002,
    run: passes({ opcode: ping, masked: false, payload: "x" }),
    differs: { seen: "answered", why: UNMASKED },
  },
];

const BAD_CODES = [0, 999, 1004, 1005, 1006, 1015, 2999, 5000, 65_535];

const CLOSING: readonly Case[] = [
  {
    group: "closing",
    name: "1000 with a reason",
    expected: ["close 1000"],
    run: ends({ opcode: close, payload: closePayload(1000, "bye") }),
  },
  {
    group: "closing",
    name: "without a code",
    expected: ["close without a code"],
    run: ends({ opcode: close }),
  },
  ...[1001, 1003, 3000, 4999].map((code): Case => ({
    group: "closing",
    name: String(code),
    expected: [`close ${code}`],
    run: ends({ opcode: close, payload: closePayload(code) }),
  })),
  {
    group: "closing",
    name: "a payload of one byte",
    expected: FAILED_1002,
    run: ends({ opcode: close, payload: new Uint8Array([3]) }),
  },
  ...BAD_CODES.map((code): Case => ({
    group: "closing",
    name: `${code}, which none may send`,
    expected: FAILED_1002,
    run: ends({ opcode: close, payload: closePayload(code) }),
  })),
  {
    group: "closing",
    name: "a reason that is not UTF-8",
    expected: FAILED_1007,
    run: ends({ opcode: close, payload: closePayload(1000, BAD_UTF8) }),
  },
  {
    group: "closing",
    name: "a reason of 124 bytes",
    expected: FAILED_1002,
    run: ends({ opcode: close, payload: closePayload(1000, "x".repeat(124)) }),
    differs: {
      seen: "close 1000",
      why: "Deno takes a close frame that is too long; the connection ends all the same",
    },
  },
  {
    group: "closing",
    name: "a message after the close frame",
    expected: ["close 1000"],
    run: after(async (wire, { endpoint }) => {
      await wire.send({ opcode: close, payload: closePayload(1000) }, {
        opcode: text,
        payload: endpoint.probe,
      });
      return endText(await wire.end());
    }),
  },
  {
    group: "closing",
    name: "TCP closed for writing, without a close frame",
    expected: ["the place is free again"],
    run: after(async (wire, { server }) => {
      await wire.half();
      await wire.end();
      return await emptied(server);
    }),
  },
  {
    group: "closing",
    name: "TCP closed in the middle of a frame",
    expected: ["the place is free again"],
    run: after(async (wire, { server, endpoint }) => {
      await wire.write(bytesOf({ opcode: text, payload: endpoint.probe }).slice(0, 5));
      wire.close();
      return await emptied(server);
    }),
  },
];

/** Settles when the server holds no connection any more. */
async function emptied({ services }: TestServer): Promise<string> {
  const deadline = Date.now() + 20_000;
  while (services.connections.size > 0) {
    if (Date.now() > deadline) return "the place is kept";
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return "the place is free again";
}

export const FRAME_CASES: readonly Case[] = [
  ...MESSAGES,
  ...MORE_MESSAGES,
  ...GOING_ON,
  ...SIZES,
  ...CONTROL,
  ...CLOSING,
];
