import { CLIENT_FRAME_BYTES_MAX } from "@/lib/protocol/limits.ts";
import { CHAT_FRAME_CHARS_MAX } from "@/lib/chat/limits.ts";
import { TEXT_FRAME_CHARS_MAX } from "@/lib/upload/limits.ts";
import type { TestServer } from "../harness/server.ts";
import { Wire } from "./wire.ts";

export interface Endpoint {
  readonly name: "stream" | "upload" | "chat";
  readonly path: string;
  /** The first frame, and the type of what it is answered. It has a letter of three bytes in it. */
  readonly handshake: string;
  /** A frame that is answered once, whenever it is sent later. */
  readonly probe: string;
  /** Characters of the longest text that is looked at. */
  readonly charsMax: number;
}

/** The three, as this person uses them. */
export function endpointsOf(userId: string): readonly Endpoint[] {
  return [
    {
      name: "stream",
      path: "/v2/realtime/stream",
      handshake: JSON.stringify({ services: ["tasks"], version: 1, note: "₹" }),
      probe: JSON.stringify({ type: "subscribe", services: ["tasks"] }),
      charsMax: CLIENT_FRAME_BYTES_MAX,
    },
    {
      name: "upload",
      path: "/v2/documents/upload/stream",
      handshake: JSON.stringify({
        filename: "₹.pdf",
        filesize: 100_000,
        mimetype: "application/pdf",
        documentType: "passport",
        propertyId: 1,
      }),
      probe: JSON.stringify({ type: "pause" }),
      charsMax: TEXT_FRAME_CHARS_MAX,
    },
    {
      name: "chat",
      path: "/v2/collaboration/chat/stream",
      handshake: JSON.stringify({ roomId: "property-1", userId, note: "₹" }),
      probe: JSON.stringify({ type: "typing", roomId: "property-424242", typing: true }),
      charsMax: CHAT_FRAME_CHARS_MAX,
    },
  ];
}

/** RFC 6455, 1.3. */
export const KEY = "dGhlIHNhbXBsZSBub25jZQ==";

/** The lines of a good upgrade; `without` and `more` change them. */
export function upgradeLines(
  host: string,
  token: string,
  { without = [], more = [] }: { without?: readonly string[]; more?: readonly string[] } = {},
): string[] {
  const lines = [
    `Host: ${host}`,
    `Authorization: Bearer ${token}`,
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    `Sec-WebSocket-Key: ${KEY}`,
  ];
  const kept = lines.filter((line) => !without.some((name) => line.startsWith(`${name}:`)));
  return [...kept, ...more];
}

export function requestText(line: string, lines: readonly string[]): string {
  return [line, ...lines, "", ""].join("\r\n");
}

/** A socket that is open and has said nothing yet. */
export async function opened(server: TestServer, endpoint: Endpoint, token: string): Promise<Wire> {
  const wire = await Wire.connect(server.url);
  const { host } = new URL(server.url);
  await wire.write(requestText(`GET ${endpoint.path} HTTP/1.1`, upgradeLines(host, token)));
  const head = await wire.head();
  if (head?.status !== 101) throw new Error(`${endpoint.name} does not open: ${head?.text}`);
  return wire;
}

/** A socket whose handshake was answered. */
export async function ready(server: TestServer, endpoint: Endpoint, token: string): Promise<Wire> {
  const wire = await opened(server, endpoint, token);
  await wire.text(endpoint.handshake);
  if (await wire.nextText() === undefined) throw new Error(`${endpoint.name} does not answer the handshake`);
  return wire;
}
