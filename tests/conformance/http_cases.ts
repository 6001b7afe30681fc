import type { Case, Place } from "./frame_cases.ts";
import { requestText, upgradeLines } from "./endpoints.ts";
import { OPCODE, Wire } from "./wire.ts";
import { bytesOf, joined } from "./wire.ts";

interface Upgrade {
  readonly line?: (path: string) => string;
  /** Names of lines that are left out. */
  readonly without?: readonly string[];
  readonly more?: readonly string[];
  /** Behind the head. */
  readonly body?: string;
}

/** The status and the code of what is answered; `opened`: it is a socket, and it works. */
function asks({ line = (path) => `GET ${path} HTTP/1.1`, without, more, body = "" }: Upgrade): Case["run"] {
  return async ({ server, endpoint, token }) => {
    const { host } = new URL(server.url);
    const lines = upgradeLines(host, token, { ...(without && { without }), ...(more && { more }) });
    return await outcome({ server, endpoint, token }, requestText(line(endpoint.path), lines) + body);
  };
}

/** Sent as it stands. */
function writes(request: (place: Place, host: string) => string): Case["run"] {
  return (place) => outcome(place, request(place, new URL(place.server.url).host));
}

async function outcome({ server, endpoint }: Place, request: string): Promise<string> {
  const wire = await Wire.connect(server.url);
  try {
    await wire.write(request);
    const head = await wire.head();
    if (head === undefined) return "ended without an answer";
    if (head.status !== 101) return `HTTP ${head.status}`;
    await wire.text(endpoint.handshake);
    return await wire.nextText() === undefined ? "opened, and ended" : "opened";
  } finally {
    wire.close();
  }
}

/** How many answers there are to what should be one request. */
function answers(request: (place: Place, host: string) => string): Case["run"] {
  return async (place) => {
    const wire = await Wire.connect(place.server.url);
    try {
      await wire.write(request(place, new URL(place.server.url).host));
      const statuses = [...(await wire.rest()).matchAll(/^HTTP\/1\.1 (\d+)/gm)].map(([, status]) => status);
      return statuses.length === 0 ? "ended without an answer" : `HTTP ${statuses.join(", then ")}`;
    } finally {
      wire.close();
    }
  };
}

const group = "the upgrade";
const SECOND = "GET /health/live HTTP/1.1\r\nHost: smuggled\r\nConnection: close\r\n\r\n";

const HANDSHAKES: readonly Case[] = [
  { name: "as it should be", expected: ["opened"], run: asks({}) },
  {
    name: "names of headers and values in other letters",
    expected: ["opened"],
    run: asks({
      without: ["Connection", "Upgrade"],
      more: ["CONNECTION: keep-alive, uPGRADE", "UPGRADE: WebSocket"],
    }),
  },
  {
    name: "permessage-deflate is offered",
    expected: ["opened"],
    run: asks({ more: ["Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits"] }),
  },
  {
    name: "version 8",
    expected: ["HTTP 426"],
    run: asks({ without: ["Sec-WebSocket-Version"], more: ["Sec-WebSocket-Version: 8"] }),
  },
  { name: "no version", expected: ["HTTP 426"], run: asks({ without: ["Sec-WebSocket-Version"] }) },
  { name: "no key", expected: ["HTTP 400"], run: asks({ without: ["Sec-WebSocket-Key"] }) },
  {
    name: "a key that is not 16 bytes",
    expected: ["HTTP 400"],
    run: asks({ without: ["Sec-WebSocket-Key"], more: ["Sec-WebSocket-Key: eA=="] }),
  },
  {
    name: "a key that is no base64",
    expected: ["HTTP 400"],
    run: asks({ without: ["Sec-WebSocket-Key"], more: ["Sec-WebSocket-Key: <><><><><><><><><><><>"] }),
  },
  {
    name: "two keys",
    expected: ["HTTP 400"],
    run: asks({ more: ["Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="] }),
  },
  { name: "no Upgrade", expected: ["HTTP 426"], run: asks({ without: ["Upgrade"] }) },
  {
    name: "Upgrade to something else",
    expected: ["HTTP 426"],
    run: asks({ without: ["Upgrade"], more: ["Upgrade: h2c"] }),
  },
  { name: "no Connection", expected: ["HTTP 400"], run: asks({ without: ["Connection"] }) },
  {
    name: "a subprotocol of others",
    expected: ["HTTP 400"],
    run: asks({ more: ["Sec-WebSocket-Protocol: graphql-ws"] }),
  },
  { name: "no token", expected: ["HTTP 401"], run: asks({ without: ["Authorization"] }) },
  ...["POST", "PUT", "HEAD", "OPTIONS"].map((method) => ({
    name: method,
    expected: ["HTTP 400", "HTTP 405"],
    run: asks({
      line: (path) => `${method} ${path} HTTP/1.1`,
      more: method === "HEAD" ? [] : ["Content-Length: 0"],
    }),
  })),
  {
    name: "HTTP/1.0",
    expected: ["HTTP 400", "HTTP 505"],
    run: asks({ line: (path) => `GET ${path} HTTP/1.0` }),
    differs: { seen: "opened", why: "Deno does not tell which version a request is of" },
  },
  {
    name: "the first frame in the same segment as the upgrade",
    expected: ["answered"],
    run: async ({ server, endpoint, token }: Place) => {
      const wire = await Wire.connect(server.url);
      try {
        const { host } = new URL(server.url);
        const request = requestText(`GET ${endpoint.path} HTTP/1.1`, upgradeLines(host, token));
        const frame = bytesOf({ opcode: OPCODE.text, payload: endpoint.handshake });
        await wire.write(joined(new TextEncoder().encode(request), frame));
        if ((await wire.head())?.status !== 101) return "not opened";
        return await wire.nextText() === undefined ? "ended" : "answered";
      } finally {
        wire.close();
      }
    },
  },
].map((one) => ({ group, ...one }));

const good = ({ token, endpoint }: Place, host: string, more: readonly string[] = []) =>
  requestText(`GET ${endpoint.path} HTTP/1.1`, upgradeLines(host, token, { more }));

/** A request with a body, after whose end nothing may be taken for a second one. */
const posted = (host: string, lines: readonly string[], body: string) =>
  requestText("POST /auth/ticket HTTP/1.1", [`Host: ${host}`, ...lines]) + body;

const SMUGGLING: readonly Case[] = [
  {
    name: "two Content-Length that differ",
    expected: ["HTTP 400", "ended without an answer"],
    run: answers((_, host) =>
      posted(host, ["Content-Length: 0", `Content-Length: ${SECOND.length}`], SECOND)
    ),
  },
  {
    name: "Content-Length beside Transfer-Encoding",
    expected: ["HTTP 400", "HTTP 401", "ended without an answer"],
    run: answers((_, host) =>
      posted(
        host,
        ["Transfer-Encoding: chunked", "Content-Length: 5", "Connection: close"],
        `0\r\n\r\n${SECOND}`,
      )
    ),
  },
  {
    name: "Transfer-Encoding of something else",
    expected: ["HTTP 400", "ended without an answer"],
    run: answers((_, host) => posted(host, ["Transfer-Encoding: chunked, identity"], `0\r\n\r\n${SECOND}`)),
  },
  {
    name: "a space before the colon of Content-Length",
    expected: ["HTTP 400", "ended without an answer"],
    run: answers((_, host) => posted(host, [`Content-Length : ${SECOND.length}`], SECOND)),
  },
  {
    name: "a Content-Length with a sign",
    expected: ["HTTP 400", "ended without an answer"],
    run: answers((_, host) => posted(host, [`Content-Length: +${SECOND.length}`], SECOND)),
  },
  {
    name: "a chunk size beyond 64 bits",
    expected: ["HTTP 400", "HTTP 401", "ended without an answer"],
    run: answers((_, host) =>
      posted(host, ["Transfer-Encoding: chunked", "Connection: close"], `fffffffffffffffff\r\n${SECOND}`)
    ),
  },
  {
    name: "a line that is folded",
    expected: ["HTTP 400", "ended without an answer"],
    run: writes((place, host) => good(place, host).replace("Upgrade: websocket", "Upgrade:\r\n websocket")),
  },
  {
    name: "a null byte in a header",
    expected: ["HTTP 400", "ended without an answer"],
    run: writes((place, host) => good(place, host, ["X-A: a\0b"])),
  },
  {
    name: "no Host",
    expected: ["HTTP 400"],
    run: asks({ without: ["Host"] }),
    differs: {
      seen: "opened",
      why: "Deno takes it and says its own address, which no page has as its origin",
    },
  },
  {
    name: "two Host",
    expected: ["HTTP 400"],
    run: asks({ more: ["Host: evil.example"] }),
  },
  {
    name: "a header of 1 MiB",
    expected: ["HTTP 400", "HTTP 431"],
    run: asks({ more: [`X-A: ${"x".repeat(1024 ** 2)}`] }),
  },
  {
    name: "1,000 headers",
    expected: ["HTTP 400", "HTTP 431"],
    run: asks({ more: Array.from({ length: 1_000 }, (_, n) => `X-${n}: x`) }),
  },
  {
    name: "a method that is none",
    expected: ["HTTP 400", "HTTP 405", "ended without an answer"],
    run: asks({ line: (path) => `G@T ${path} HTTP/1.1` }),
  },
  {
    name: "what is no HTTP",
    expected: ["HTTP 400", "ended without an answer"],
    run: writes(() => "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"),
  },
].map((one) => ({ group: "requests that two servers may read differently", ...one }));

export const HTTP_CASES: readonly Case[] = [...HANDSHAKES, ...SMUGGLING];
