// What the three sockets do with what no browser sends, over bare TCP. `deno task conformance` writes what was seen into
// docs/conformance.md; here it is compared with it.
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { CLOSE_CASES, CLOSE_TABLES, takesLong } from "../conformance/close_cases.ts";
import { type Endpoint, endpointsOf } from "../conformance/endpoints.ts";
import { GROWTH_BYTES_MAX, halfOpen, largest } from "../conformance/flood_cases.ts";
import { type Case, FRAME_CASES, type Place } from "../conformance/frame_cases.ts";
import { HTTP_CASES } from "../conformance/http_cases.ts";
import {
  isRight,
  type Name,
  NAMES,
  type SeenCase,
  type SeenClose,
  tablesOf,
  withTables,
} from "../conformance/report.ts";
import { TcpGate } from "../conformance/tcp_gate.ts";
import type { Held } from "@/services/realtime/connections.ts";
import { startDemo, until, watchConnections } from "../harness/live.ts";
import type { TestServer } from "../harness/server.ts";

const PAGE = fileURLToPath(new URL("../../docs/conformance.md", import.meta.url));
/** Also what takes long; and the page is written. */
const IS_REPORT = Deno.env.get("CONFORMANCE_REPORT") === "1";

let server: TestServer;
let taken: readonly Held[];
let people = 0;
const cases: SeenCase[] = [];
const closes: SeenClose[] = [];

Deno.test.beforeAll(async () => {
  server = await startDemo();
  taken = watchConnections(server);
});
Deno.test.afterAll(() => server?.stop());

/** Somebody new at each endpoint: nobody's uploads and messages count against another case. */
async function placeOf(name: Name): Promise<Place & { userId: string }> {
  const userId = `p${++people}`;
  const token = await server.token({ sub: userId, properties: [1] });
  const endpoint: Endpoint = endpointsOf(userId).find((one) => one.name === name)!;
  return { server, endpoint, token, userId };
}

for (const group of new Set([...FRAME_CASES, ...HTTP_CASES].map(({ group }) => group))) {
  Deno.test(`conformance - ${group}`, async () => {
    for (const of of [...FRAME_CASES, ...HTTP_CASES].filter((one) => one.group === group)) {
      const seen = await seenOf(of);
      cases.push({ of, seen });
      for (const name of NAMES) {
        assert.ok(isRight({ of, seen }, name), `${of.name}, ${name}: ${seen[name]}`);
      }
    }
    await until("every place is free again", () => server.services.connections.size === 0);
  });
}

async function seenOf(of: Case): Promise<Record<Name, string>> {
  const [stream, upload, chat] = await Promise.all(
    NAMES.map(async (name) => await of.run(await placeOf(name))),
  );
  return { stream: stream!, upload: upload!, chat: chat! };
}

Deno.test("conformance - every close code comes about, with its reason", async () => {
  const gate = new TcpGate(new URL(server.database.appUrl));
  const databaseUrl = new URL(server.database.appUrl);
  databaseUrl.hostname = "127.0.0.1";
  databaseUrl.port = String(gate.port);
  const cut = await server.another({ databaseUrl: databaseUrl.href });
  gate.close();
  try {
    for (const endpoint of NAMES) {
      const provokes = CLOSE_CASES[endpoint] as Record<string, typeof CLOSE_CASES.stream.normal>;
      const codes = CLOSE_TABLES[endpoint] as Record<
        string,
        { code: number; reason: string; reconnect: string }
      >;
      for (const [name, { code, reason, reconnect }] of Object.entries(codes)) {
        const isLeftOut = takesLong(endpoint, name) && !IS_REPORT;
        let seen: string | null = null;
        if (!isLeftOut) {
          const stopping = name === "restart" ? await server.another() : server;
          const end = await provokes[name]!({
            world: { server, stopping, cut, taken },
            ...await placeOf(endpoint),
          });
          if (stopping !== server) await stopping.stop();
          seen = end === "dropped" ? end : `close ${end.code}`;
          assert.equal(seen, `close ${code}`, `${endpoint}, ${name}`);
          // The client's own close is answered as it came; Deno has its own words for who does not answer a ping.
          const isOurs = !["normal", "going_away"].includes(name);
          if (isOurs) assert.equal(end === "dropped" ? "" : end.reason, reason, `${endpoint}, ${name}`);
        }
        closes.push({ endpoint, name, code, reason, reconnect, seen });
      }
    }
  } finally {
    await cut.stop();
  }
});

Deno.test("conformance - the largest message there is ends its own connection, and is not kept several times over", async () => {
  for (const name of NAMES) {
    const { end, grownBytes } = await largest(await placeOf(name));
    if (IS_REPORT) {
      console.log(`64 MiB to ${name}: ${end}, grown by ${Math.round(grownBytes / 1024 ** 2)} MiB`);
    }
    assert.equal(end, "close 1009", name);
    assert.ok(grownBytes < GROWTH_BYTES_MAX, `${name}: grown by ${grownBytes} bytes`);
  }
});

Deno.test("conformance - thousands of half-open connections take no place, hold up nobody, and leave nothing behind", async () => {
  for (const name of NAMES) {
    assert.match(await halfOpen(await placeOf(name)), /others served, descriptors given back/);
  }
});

Deno.test("conformance - docs/conformance.md says what was seen", async () => {
  const page = await Deno.readTextFile(PAGE);
  const known = withTables(page, tablesOf(cases, closes));
  if (IS_REPORT) return await Deno.writeTextFile(PAGE, known);
  const written = (text: string) => text.split("\n").filter((line) => !/^\| stream \| 1001 /.test(line));
  assert.deepEqual(written(known), written(page), "deno task conformance writes it");
});
