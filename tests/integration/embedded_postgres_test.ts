import assert from "node:assert/strict";
import postgres from "postgres";
import { startPostgres } from "@/services/embedded/postgres.ts";
import { StartError } from "@/services/embedded/start_error.ts";
import { tempDir } from "../harness/dirs.ts";
import { freePort } from "../harness/ports.ts";

function start(dataDir: string, more: { port?: number; portAsked?: boolean } = {}) {
  const lines: string[] = [];
  const log = (line: string) => void lines.push(line);
  const port = more.port ?? freePort();
  return startPostgres({ dataDir, port, portAsked: more.portAsked ?? false, durable: false, log })
    .then((server) => ({ server, lines }));
}

async function query(url: string, text: string): Promise<Record<string, unknown>[]> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    return await sql.unsafe(text);
  } finally {
    await sql.end();
  }
}

Deno.test("postgres - what was written is there after a stop and after a kill", async () => {
  const dir = tempDir();
  const first = await start(dir.path);
  await query(first.server.url, "CREATE TABLE kept (n int)");
  await query(first.server.url, "INSERT INTO kept VALUES (1)");
  await first.server.stop();
  assert.deepEqual(await first.server.ended, { code: 0, signal: null });

  const second = await start(dir.path);
  await query(second.server.url, "INSERT INTO kept VALUES (2)");
  second.server.kill("SIGKILL");
  await second.server.ended;

  const third = await start(dir.path);
  const rows = await query(third.server.url, "SELECT n FROM kept ORDER BY n");
  assert.deepEqual(rows.map((row) => row["n"]), [1, 2]);
  await third.server.stop();
  Deno.removeSync(third.server.home, { recursive: true });
  dir.remove();
});

Deno.test("postgres - it serves UTF-8 on the loopback address with a password only", async () => {
  const dir = tempDir();
  const { server } = await start(dir.path);
  const [row] = await query(
    server.url,
    `SELECT current_setting('server_encoding') AS encoding, current_setting('listen_addresses') AS listens,
       upper('é') AS upper, current_setting('max_connections') AS connections, current_setting('TimeZone') AS zone`,
  );
  assert.deepEqual({ ...row }, {
    encoding: "UTF8",
    listens: "127.0.0.1",
    upper: "É",
    connections: "100",
    zone: "UTC",
  });
  const wrong = new URL(server.url);
  wrong.password = "wrong";
  await assert.rejects(query(wrong.href, "SELECT 1"), /password authentication failed/);
  await server.stop();
  Deno.removeSync(server.home, { recursive: true });
  dir.remove();
});

Deno.test("postgres - it starts below a directory that no other user may enter, and finds its data again", async () => {
  const dir = tempDir();
  Deno.chmodSync(dir.path, 0o700);
  const dataDir = `${dir.path}/data`;
  Deno.mkdirSync(dataDir);
  const first = await start(dataDir);
  await query(first.server.url, "CREATE TABLE kept (n int)");
  await first.server.stop();
  const second = await start(dataDir);
  assert.equal(second.server.home, first.server.home);
  assert.deepEqual([...await query(second.server.url, "SELECT n FROM kept")], []);
  await second.server.stop();

  // A copy must never open the database of the directory that it is a copy of.
  await new Deno.Command("cp", { args: ["-RPp", dataDir, `${dir.path}/copy`] }).output();
  const copy = await start(`${dir.path}/copy`);
  assert.notEqual(copy.server.home, first.server.home);
  await copy.server.stop();

  // A move takes it along.
  Deno.renameSync(dataDir, `${dir.path}/moved`);
  const moved = await start(`${dir.path}/moved`);
  assert.deepEqual([...await query(moved.server.url, "SELECT n FROM kept")], []);
  await moved.server.stop();
  for (const { server } of [copy, moved]) Deno.removeSync(server.home, { recursive: true });
  dir.remove();
});

Deno.test("postgres - a taken port is an error when it was asked for, and given up when it was not", async () => {
  const dir = tempDir();
  const taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = taken.addr;
  await assert.rejects(start(dir.path, { port, portAsked: true }), (error) => {
    assert(error instanceof StartError);
    assert.match(error.message, new RegExp(`127\\.0\\.0\\.1:${port} \\(PG_PORT\\)`));
    return true;
  });
  const { server, lines } = await start(dir.path, { port });
  assert.notEqual(server.port, port);
  assert(lines.some((line) => line.includes(`port ${port} is taken`) && line.includes(`${server.port}`)));
  await server.stop();
  taken.close();
  Deno.removeSync(server.home, { recursive: true });
  dir.remove();
});

Deno.test("postgres - an unfinished initdb and a stale pid file of a crash do not stand in the way", async () => {
  const dir = tempDir();
  const first = await start(dir.path);
  await first.server.stop();
  const { home } = first.server;
  // The id of a process that runs, and is no PostgreSQL on this data.
  Deno.writeTextFileSync(`${home}/data/postmaster.pid`, `${Deno.pid}\n${home}/data\n`);
  const { uid, gid } = Deno.statSync(`${home}/data`);
  Deno.chownSync(`${home}/data/postmaster.pid`, uid, gid);
  const second = await start(dir.path);
  await second.server.stop();

  Deno.removeSync(`${home}/data`, { recursive: true });
  Deno.mkdirSync(`${home}/data.partial/base`, { recursive: true });
  const third = await start(dir.path);
  await third.server.stop();
  Deno.removeSync(home, { recursive: true });
  dir.remove();
});
