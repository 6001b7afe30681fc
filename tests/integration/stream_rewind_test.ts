// The stream loses its end and keeps its name, as after a power cut or with an old backup.
import assert from "node:assert/strict";
import { cpSync, rmSync } from "node:fs";
import { publish, startDemo, until } from "../harness/live.ts";
import { TestSocket } from "../harness/socket.ts";
import { tempDir } from "../harness/dirs.ts";

const TASKS = "evt.1.1.tasks.task.updated";

Deno.test("rewind - a stream that lost its end is another stream: nobody resumes into numbers given out twice", async () => {
  const server = await startDemo();
  const { nats } = server;
  const token = await server.token();
  const old = tempDir();
  try {
    const open = await TestSocket.stream(server.wsUrl, token);
    await publish(server, TASKS, { data: { n: 1 } });
    await open.until(() => open.events.length === 1);
    await nats.kill();
    cpSync(`${nats.storeDir}`, old.path, { recursive: true });
    await nats.restart();
    for (const n of [2, 3, 4]) {
      await until(
        "NATS is back",
        () => publish(server, TASKS, { data: { n } }).then(() => true, () => false),
      );
    }
    await open.until(() => open.events.length === 4);
    const away = { lastSeq: open.lastSeq, epoch: open.frames[0]!.epoch };
    await nats.kill();
    rmSync(nats.storeDir, { recursive: true });
    cpSync(old.path, nats.storeDir, { recursive: true });
    await nats.restart();
    const reset = await open.next(({ type, epoch }) => type === "reset" && epoch !== away.epoch);
    // The lost numbers are given out again, and more.
    for (const n of [5, 6, 7, 8]) await publish(server, TASKS, { data: { n } });
    const back = await TestSocket.stream(server.wsUrl, token, away);
    assert.equal((await back.next(({ type }) => type === "reset")).reason, "recreated");
    assert.equal(reset.reason, "recreated");
    await open.close();
    await back.close();
  } finally {
    old.remove();
    await server.stop();
  }
});
