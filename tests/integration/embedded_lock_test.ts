import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { lockDataDir } from "@/services/embedded/lock.ts";
import { StartError } from "@/services/embedded/start_error.ts";
import { tempDir } from "../harness/dirs.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

Deno.test("lock - a second start on a data directory is refused and told who holds it", async () => {
  const dir = tempDir();
  const lock = await lockDataDir(dir.path);
  await assert.rejects(lockDataDir(dir.path), (error) => {
    assert(error instanceof StartError);
    assert.match(error.message, new RegExp(`pid ${Deno.pid}\\b`));
    assert.match(error.message, /DATA_DIR/);
    return true;
  });
  lock.release();
  (await lockDataDir(dir.path)).release();
  dir.remove();
});

Deno.test("lock - the end of a process by force frees its data directory", async () => {
  const dir = tempDir();
  const holder = new Deno.Command(Deno.execPath(), {
    args: [
      "eval",
      `import { lockDataDir } from "@/services/embedded/lock.ts";
       await lockDataDir(${JSON.stringify(dir.path)});
       console.log("held");
       setInterval(() => {}, 1000);`,
    ],
    cwd: ROOT,
    stdout: "piped",
  }).spawn();
  const output = holder.stdout.getReader();
  assert.match(new TextDecoder().decode((await output.read()).value), /held/);
  await assert.rejects(lockDataDir(dir.path), new RegExp(`pid ${holder.pid}\\b`));
  holder.kill("SIGKILL");
  await holder.status;
  await output.cancel();
  (await lockDataDir(dir.path)).release();
  dir.remove();
});

Deno.test("lock - a data directory that cannot be made is a readable error", async () => {
  const dir = tempDir();
  Deno.writeTextFileSync(`${dir.path}/file`, "");
  await assert.rejects(lockDataDir(`${dir.path}/file/data`), (error) => {
    assert(error instanceof StartError);
    assert.match(error.message, /DATA_DIR/);
    return true;
  });
  dir.remove();
});

Deno.test("start - launching on a data directory in use ends with one line and code 1, and touches nothing", async () => {
  const dir = tempDir();
  const lock = await lockDataDir(dir.path);
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "services/embedded/launch.ts"],
    cwd: ROOT,
    env: { DATA_DIR: dir.path },
  }).output();
  const text = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  assert.equal(code, 1, text);
  assert.match(text, new RegExp(`in use by another start \\(pid ${Deno.pid}\\)`));
  assert.deepEqual([...Deno.readDirSync(dir.path)].map((entry) => entry.name), ["lock"]);
  lock.release();
  dir.remove();
});

Deno.test("start - wrong values are named all at once and nothing is started", async () => {
  const dir = tempDir();
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "services/embedded/launch.ts"],
    cwd: ROOT,
    env: { DATA_DIR: `${dir.path}/data`, PORT: "70000", PG_PORT: "none" },
  }).output();
  assert.equal(code, 1);
  const text = new TextDecoder().decode(stderr);
  assert.match(text, /PORT is "70000"/);
  assert.match(text, /PG_PORT is "none"/);
  assert.deepEqual([...Deno.readDirSync(dir.path)], []);
  dir.remove();
});
