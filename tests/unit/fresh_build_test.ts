import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { App, staticFiles } from "fresh";
import { Builder } from "fresh/dev";
import { type Bundle, bundle } from "@/lib/fresh/src/dev/bundle.ts";
import { readProjectConfig } from "@/lib/fresh/src/dev/config.ts";
import { client, ROOT, withBrowser } from "./fresh_fixture/kit.ts";
import type { State } from "./fresh_fixture/define.ts";

/** A project in a temporary directory: path to content. */
async function withProject(
  files: Record<string, string>,
  use: (root: string) => Promise<void>,
): Promise<void> {
  const root = await Deno.makeTempDir({ prefix: "fresh_" });
  try {
    for (const [name, text] of Object.entries(files)) {
      const path = join(root, name);
      await Deno.mkdir(join(path, ".."), { recursive: true });
      await Deno.writeTextFile(path, text);
    }
    const modules = new URL("../../node_modules", import.meta.url);
    await Deno.symlink(fileURLToPath(modules), join(root, "node_modules"));
    await use(root);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

const projectJsonPath = fileURLToPath(new URL("../../deno.json", import.meta.url));
const projectJson = await Deno.readTextFile(projectJsonPath);

/** The repository's deno.json with other JSX settings. */
function denoJson(options: Record<string, unknown> = {}): string {
  const json = JSON.parse(projectJson);
  Object.assign(json.compilerOptions, options);
  return JSON.stringify(json);
}

Deno.test("fresh build - JSX settings that would break rendering are refused by name", async () => {
  const wrong: Record<string, unknown>[] = [
    { jsx: "react-jsx" },
    { jsxImportSource: "react" },
    { jsxPrecompileSkipElements: ["a", "body"] },
  ];
  for (const options of wrong) {
    await withProject({ "deno.json": denoJson(options) }, async (root) => {
      const name = Object.keys(options)[0]!;
      await assert.rejects(
        new Builder({ root }).build({ snapshot: "memory" }),
        new RegExp(`compilerOptions\\.${name} .* must be`),
      );
    });
  }
});

Deno.test("fresh build - deno.json may have comments and trailing commas", async () => {
  const text = `// a "comment"\n{ /* one */ ${denoJson().slice(1, -1)}, }`;
  await withProject({ "deno.jsonc": text }, async (root) => {
    const { imports, dir } = await readProjectConfig(join(root, "deeper"));
    assert.equal(dir, root);
    assert.match(imports.preact ?? "", /^npm:preact@/);
  });
});

Deno.test("fresh build - test files and ignored paths are neither routes nor islands", async () => {
  const route = 'export const handler = { GET: () => new Response("route") };';
  const files = {
    "deno.json": denoJson(),
    "routes/a.ts": route,
    "routes/a_test.ts": route,
    "routes/b.test.ts": route,
    "routes/c.txt": route,
    "routes/.d.ts": route,
    "routes/drafts/e.ts": route,
    "islands/bad_test.tsx": "syntax error",
  };
  await withProject(files, async (root) => {
    const ignore = [/_test\.tsx?$/, /\.test\.ts$/, /drafts/];
    const apply = await new Builder({ root, ignore })
      .build({ snapshot: "memory" });
    const app = new App().fsRoutes();
    apply(app);
    const send = client(app.handler());
    assert.equal((await send("/a")).text, "route");
    for (const path of ["/a_test", "/b.test", "/c", "/.d", "/drafts/e"]) {
      assert.equal((await send(path)).status, 404, path);
    }
  });
});

Deno.test("fresh build - a route file without exports says which and what is missing", async () => {
  const files = { "deno.json": denoJson(), "routes/a.ts": "export const x = 1;" };
  await withProject(files, async (root) => {
    const app = new App().onError("*", (ctx) => ctx.text(String(ctx.error)))
      .fsRoutes();
    (await new Builder({ root }).build({ snapshot: "memory" }))(app);
    const { text } = await client(app.handler())("/a");
    assert.match(text, /Cannot use route file a: it exports no handler/);
  });
});

Deno.test("fresh build - an island that imports server code fails with the reason", async () => {
  const files = {
    "deno.json": denoJson(),
    "islands/A.tsx": 'import { App } from "fresh"; export default () => App;',
  };
  await withProject(files, async (root) => {
    await assert.rejects(
      new Builder({ root }).build({ snapshot: "memory" }),
      /Cannot bundle "fresh" for the browser: islands import/,
    );
  });
});

async function bundleFixture(isDev: boolean): Promise<Bundle> {
  const islands = new Map([
    ["Counter", join(ROOT, "islands/Counter.tsx")],
    ["widgets", join(ROOT, "islands/widgets.tsx")],
  ]);
  const config = await readProjectConfig(ROOT);
  return bundle({ config, islands, isDev, target: ["chrome99"] });
}

Deno.test("fresh build - bundles hold one Preact, minified and split, and builds may overlap", async () => {
  const [one, two, dev] = await Promise.all([
    bundleFixture(false),
    bundleFixture(false),
    bundleFixture(true),
  ]);
  const preacts = one.inputs.filter((path) => /preact\.m?js|preact\.mod/.test(path));
  assert.equal(preacts.length, 1, preacts.join());
  assert.deepEqual([...one.files.keys()].sort(), [...two.files.keys()].sort());
  assert.ok([...one.files.keys()].some((name) => name.startsWith("chunk-")));
  const total = [...one.files.values()].reduce((sum, content) => sum + gzipSync(content).byteLength, 0);
  const [counter, widgets] = ["Counter", "widgets"].map((name) => one.pageBytes.get(name)!);
  // Each has the runtime and Preact, one of them signals too; neither has what only the other needs.
  assert.ok(counter! < 16_000 && counter! > 5_000 && counter! < total, `${counter} bytes`);
  assert.ok(widgets! < 16_000 && widgets! > counter! && widgets! < total, `${widgets} bytes`);
  const size = ({ files }: Bundle) =>
    [...files.values()].reduce((sum, { byteLength }) => sum + byteLength, 0);
  assert.ok(size(one) < size(dev) / 2);
});

Deno.test("fresh build - the same sources give the same build id", async () => {
  const links = new Set<string | null>();
  for (let i = 0; i < 2; i++) {
    const app = new App<State>().fsRoutes();
    (await new Builder<State>({ root: ROOT }).build({ snapshot: "memory" }))(app);
    const { res } = await client(app.handler())("/widgets");
    links.add(res.headers.get("Link"));
  }
  assert.equal(links.size, 1);
});

/** Lines of a child's output, as they come. */
async function* lines(stream: ReadableStream<Uint8Array<ArrayBuffer>>) {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const parts = (rest + text).split("\n");
    rest = parts.pop()!;
    yield* parts;
  }
}

Deno.test("fresh build - a disk build serves pages, files and sockets from any directory", async () => {
  const { log } = console;
  const logged: string[] = [];
  console.log = (line) => logged.push(line);
  const apply = await new Builder<State>({ root: ROOT }).build()
    .finally(() => console.log = log);
  assert.match(logged.join(), /Built 3 islands .* gzip:,.* \d+\.\d kB {2}Counter,/);
  assert.throws(() => apply(new App<State>()), /serve .*_fresh\/server\.js/);

  const cwd = await Deno.makeTempDir();
  const args = ["serve", "-A", "--host", "127.0.0.1", "--port", "0"];
  // `deno serve` looks for its configuration from the current directory.
  args.push("--config", projectJsonPath, join(ROOT, "_fresh/server.js"));
  const child = new Deno.Command(Deno.execPath(), {
    args,
    cwd,
    env: { NO_COLOR: "1" },
    stdout: "null",
    stderr: "piped",
  }).spawn();
  try {
    let origin: string | undefined;
    const seen: string[] = [];
    for await (const line of lines(child.stderr)) {
      seen.push(line);
      origin = line.match(/http:\/\/127\.0\.0\.1:\d+/)?.[0];
      if (origin !== undefined) break;
    }
    assert.ok(origin, seen.join("\n"));
    await checkServer(origin);
  } finally {
    child.kill();
    await child.status;
    await Deno.remove(cwd, { recursive: true });
    await Deno.remove(join(ROOT, "_fresh"), { recursive: true });
  }
});

async function checkServer(origin: string): Promise<void> {
  const page = await fetch(`${origin}/rooms/7`);
  assert.match(await page.text(), /<!--frsh:island:Local:1:-->/);
  const [, chunk] = page.headers.get("Link")!.match(/<([^>]+)>/)!;
  const script = await fetch(origin + chunk);
  assert.match(await script.text(), /boot/);
  assert.match(script.headers.get("Cache-Control") ?? "", /immutable/);
  const css = await fetch(`${origin}/styles.css`);
  assert.match(await css.text(), /color: #222/);
  const secret = await fetch(`${origin}/snapshot.js`);
  assert.equal(secret.status, 404);
  await secret.body?.cancel();

  await checkEcho(`${origin}/ws`);
}

const ISLAND = (text: string) =>
  `import { useState } from "preact/hooks";
export default function Box() {
  const [n, set] = useState(0);
  return <button id="box" onClick={() => set(n + 1)}>${text} {n}</button>;
}`;

function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  return port;
}

Deno.test("fresh dev - a changed island is rebuilt and open pages reload; sockets pass through", async () => {
  const files = {
    "deno.json": denoJson(),
    "islands/Box.tsx": ISLAND("old"),
    "static/a.txt": "one",
    "routes/index.tsx": 'import Box from "../islands/Box.tsx"; export default () => <Box />;',
  };
  await withProject(files, async (root) => {
    const write = (text: string) => Deno.writeTextFile(join(root, "islands/Box.tsx"), text);
    const stop = new AbortController();
    const { promise: listening, resolve: onListen } = Promise.withResolvers();
    const app = new App().use(staticFiles())
      .ws("/ws", { message: (socket, { data }) => socket.send(`echo ${data}`) })
      .fsRoutes();
    const port = freePort();
    const { signal } = stop;
    const hostname = "127.0.0.1";
    await new Builder({ root }).listen(() => Promise.resolve({ app }), {
      ...{ hostname, port, signal },
      onListen,
    });
    await listening;
    const origin = `http://${hostname}:${port}`;
    try {
      await withBrowser(async (browser) => {
        const page = await browser.newPage();
        await page.goto(origin);
        await page.locator("#box", { hasText: "old 0" }).click();
        await page.locator("#box", { hasText: "old 1" }).waitFor();
        await write(ISLAND("new"));
        await page.locator("#box", { hasText: "new 0" }).waitFor();
        assert.match(String(await failureOf(write("broken("))), /Build failed/);
        await write(ISLAND("again"));
        await page.locator("#box", { hasText: "again 0" }).waitFor();
        await Deno.writeTextFile(join(root, "static/b.txt"), "two");
        await page.waitForFunction(async () => (await (await fetch("/b.txt")).text()) === "two");
      });
      await checkEcho(`${origin}/ws`);
    } finally {
      stop.abort();
    }
  });
});

/** What is logged as an error after a change. */
async function failureOf(change: Promise<void>): Promise<unknown> {
  const { error } = console;
  const logged = Promise.withResolvers<unknown>();
  console.error = logged.resolve;
  await change;
  return logged.promise.finally(() => console.error = error);
}

async function checkEcho(url: string): Promise<void> {
  const socket = new WebSocket(url.replace("http", "ws"));
  const answered = Promise.withResolvers<string>();
  const closed = Promise.withResolvers<void>();
  socket.onopen = () => socket.send("hi");
  socket.onmessage = ({ data }) => answered.resolve(data);
  socket.onclose = () => closed.resolve();
  assert.equal(await answered.promise, "echo hi");
  socket.close();
  await closed.promise;
}
