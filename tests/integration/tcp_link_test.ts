// Links that are cut, late or stalled, between a client and an echo.
import assert from "node:assert/strict";
import { LINK_CONNECTIONS_MAX, LINK_QUEUED_BYTES_MAX, TcpLink } from "@/services/cluster/tcp_link.ts";
import { until } from "../harness/live.ts";
import { freePort } from "../harness/ports.ts";

const LOOPBACK = "127.0.0.1";

interface Echo {
  readonly port: number;
  /** Bytes that have reached it. */
  readonly received: number;
  close(): void;
}

function startEcho(): Echo {
  const listener = Deno.listen({ hostname: LOOPBACK, port: 0 });
  let received = 0;
  const echo = async (connection: Deno.TcpConn) => {
    const buffer = new Uint8Array(65_536);
    try {
      for (let length; (length = await connection.read(buffer)) !== null;) {
        received += length;
        for (let at = 0; at < length;) at += await connection.write(buffer.subarray(at, length));
      }
    } catch {
      // Cut.
    }
    try {
      connection.close();
    } catch {
      // It is.
    }
  };
  void (async () => {
    for await (const connection of listener) void echo(connection);
  })();
  return {
    port: listener.addr.port,
    get received() {
      return received;
    },
    close: () => listener.close(),
  };
}

interface Linked extends Disposable {
  readonly echo: Echo;
  readonly link: TcpLink;
  open(): Promise<Deno.TcpConn>;
}

function linked(): Linked {
  const echo = startEcho();
  const port = freePort();
  const link = new TcpLink("a > b", [{ port, target: { hostname: LOOPBACK, port: echo.port } }]);
  return {
    echo,
    link,
    open: () => Deno.connect({ hostname: LOOPBACK, port }),
    [Symbol.dispose]() {
      link.close();
      echo.close();
    },
  };
}

function write(connection: Deno.TcpConn, text: string): Promise<number> {
  return connection.write(new TextEncoder().encode(text));
}

/** So many bytes; null where the connection ends or breaks before. */
async function read(connection: Deno.TcpConn, length: number): Promise<string | null> {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length;) {
    const some = await connection.read(bytes.subarray(at)).catch(() => null);
    if (some === null) return null;
    at += some;
  }
  return new TextDecoder().decode(bytes);
}

Deno.test("link - carries both ways, and the end of one side as what it is", async () => {
  using parts = linked();
  const connection = await parts.open();
  await write(connection, "hello");
  assert.equal(await read(connection, 5), "hello");
  await write(connection, "last");
  await connection.closeWrite();
  assert.equal(await read(connection, 4), "last");
  assert.equal(await read(connection, 1), null);
  connection.close();
  await until("nothing is left open", () => parts.link.connections === 0);
});

Deno.test("link - a cut one breaks what is open and takes nothing, until it is restored", async () => {
  using parts = linked();
  const before = await parts.open();
  await write(before, "x");
  assert.equal(await read(before, 1), "x");
  parts.link.cut();
  assert.equal(await read(before, 1), null);
  const during = await parts.open();
  assert.equal(await read(during, 1), null);
  parts.link.restore();
  const after = await parts.open();
  await write(after, "y");
  assert.equal(await read(after, 1), "y");
  for (const connection of [before, during, after]) connection.close();
});

Deno.test("link - a stalled one breaks nothing, and what was said meanwhile arrives in the end", async () => {
  using parts = linked();
  const connection = await parts.open();
  await write(connection, "x");
  assert.equal(await read(connection, 1), "x");
  parts.link.stall();
  await write(connection, "held back");
  const other = await parts.open();
  await write(other, "this too");
  // Another link of the same kind carries a byte there and back: that much time has passed.
  using whole = linked();
  const witness = await whole.open();
  await write(witness, "w");
  assert.equal(await read(witness, 1), "w");
  assert.equal(parts.echo.received, 1);
  parts.link.restore();
  assert.equal(await read(connection, 9), "held back");
  assert.equal(await read(other, 8), "this too");
  for (const each of [connection, other, witness]) each.close();
});

Deno.test("link - a late one keeps the order and loses nothing; one that is not late is faster", async () => {
  using late = linked();
  using prompt = linked();
  late.link.delay(300);
  const [slow, fast] = [await late.open(), await prompt.open()];
  const said = Array.from({ length: 50 }, (_, n) => `${n},`).join("");
  const order: string[] = [];
  const heard = read(slow, said.length).then((text) => {
    order.push("late");
    return text;
  });
  for (const part of said.match(/.{1,7}/g)!) await write(slow, part);
  await write(fast, "x");
  await read(fast, 1);
  order.push("prompt");
  assert.equal(await heard, said);
  assert.deepEqual(order, ["prompt", "late"]);
  slow.close();
  fast.close();
});

Deno.test("link - what a late one holds back is bounded: then it reads no more", async () => {
  using parts = linked();
  parts.link.delay(3_600_000);
  const connection = await parts.open();
  const block = new Uint8Array(1024 * 1024);
  let written = 0;
  const writing = (async () => {
    while (written < 64 * block.length) written += await connection.write(block);
  })().catch(() => {});
  await until("it reads what it may", () => written >= LINK_QUEUED_BYTES_MAX);
  let last = -1;
  await until("it reads no more", async () => {
    const before = last;
    last = written;
    await new Promise((resolve) => setTimeout(resolve, 200));
    return before === written;
  });
  // Beside what it holds, the system's own buffers on both sides.
  assert.ok(written < 64 * block.length, `${written} bytes were taken`);
  parts.link.cut();
  await writing;
  connection.close();
});

Deno.test("link - carries so many connections and closes one more", async () => {
  using parts = linked();
  const open: Deno.TcpConn[] = [];
  while (open.length < LINK_CONNECTIONS_MAX) {
    const some = Array.from(
      { length: Math.min(100, LINK_CONNECTIONS_MAX - open.length) },
      () => parts.open(),
    );
    open.push(...await Promise.all(some));
    await until("they are carried", () => parts.link.connections === open.length);
  }
  const more = await parts.open();
  assert.equal(await read(more, 1), null);
  await write(open[0]!, "x");
  assert.equal(await read(open[0]!, 1), "x");
  for (const connection of [...open, more]) connection.close();
  await until("all are gone", () => parts.link.connections === 0);
});
