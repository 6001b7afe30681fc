import { call, until } from "../harness/live.ts";
import type { Place } from "./frame_cases.ts";
import { ready } from "./endpoints.ts";
import { bytesOf, OPCODE, Wire } from "./wire.ts";

/** Just below what Deno cuts off when it is announced. */
const LARGEST_BYTES = 64 * 1024 ** 2 - 256 * 1024;
const PIECE_BYTES = 256 * 1024;
/** What one message of that size may take on its way: its bytes as they come, and once more as text. */
export const GROWTH_BYTES_MAX = 4 * LARGEST_BYTES;
const SILENT = 1_500;
const HALF = 1_000;

/** Sends the largest message there is, piece by piece. Answers how it ends, and by how much the process has grown meanwhile. */
export async function largest(
  { server, endpoint, token }: Place,
): Promise<{ end: string; grownBytes: number }> {
  const wire = await ready(server, endpoint, token);
  const before = Deno.memoryUsage().rss;
  let most = before;
  const watching = setInterval(() => most = Math.max(most, Deno.memoryUsage().rss), 5);
  try {
    const ending = wire.end();
    await wire.write(bytesOf({ opcode: OPCODE.text, announced: LARGEST_BYTES }));
    // Spaces, as the mask has them: no letter is wrong.
    const piece = bytesOf({ opcode: OPCODE.text, payload: " ".repeat(PIECE_BYTES) }).slice(-PIECE_BYTES);
    for (let sent = 0; sent < LARGEST_BYTES; sent += PIECE_BYTES) await wire.write(piece);
    const end = await ending;
    return { end: end === "dropped" ? end : `close ${end.code}`, grownBytes: most - before };
  } finally {
    clearInterval(watching);
    wire.close();
  }
}

/** What a process has open. */
function descriptors(): number {
  return [...Deno.readDirSync("/proc/self/fd")].length;
}

/**
 * Connections that say nothing, and those that send half of a head and stop; meanwhile others are served, and once they are
 * gone nothing is left of them. Both ends are in this process.
 */
export async function halfOpen({ server, endpoint, token }: Place): Promise<string> {
  const before = descriptors();
  const wires: Wire[] = [];
  try {
    for (let n = 0; n < SILENT + HALF; n++) {
      const wire = await Wire.connect(server.url);
      wires.push(wire);
      if (n >= SILENT) await wire.write(`GET ${endpoint.path} HTTP/1.1\r\nHost: a\r\nUpgrade: web`);
    }
    if (server.services.connections.size > 0) return "they have taken places";
    const { status } = await call(`${server.url}/health/live`);
    if (status !== 200) return `others are answered ${status}`;
    const other = await ready(server, endpoint, token);
    await other.text(endpoint.probe);
    const isServed = await other.nextText() !== undefined;
    other.close();
    if (!isServed) return "others are not served";
  } finally {
    for (const wire of wires) wire.close();
  }
  // A few are those of others in this process: databases, brokers.
  await until("the descriptors are given back", () => descriptors() < before + 50);
  return `${SILENT + HALF} half-open connections, others served, descriptors given back`;
}
