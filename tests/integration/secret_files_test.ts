// Secrets that are given as files, in a process as in production.
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { appPermissions } from "@/services/app_arguments.ts";
import { readConfig } from "@/services/config.ts";
import { SECRET_BYTES_MAX, secretFiles, SECRETS, withSecrets } from "@/services/secret_files.ts";
import { tempDir } from "../harness/dirs.ts";
import { TEST_SECRET } from "../harness/server.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const START_MS = 30_000;

let dir: ReturnType<typeof tempDir>;
Deno.test.beforeAll(() => {
  dir = tempDir();
});
Deno.test.afterAll(() => dir?.remove());

function file(name: string, content: string | Uint8Array): string {
  const path = `${dir.path}/${name}`;
  if (typeof content === "string") Deno.writeTextFileSync(path, content);
  else Deno.writeFileSync(path, content);
  return path;
}

Deno.test("secret files - each secret may come from one, and white space around it is none of it", () => {
  for (const name of SECRETS) {
    const given = { [`${name}_FILE`]: file(name, `  of-${name}\n\n`), PORT: "4100" };
    assert.deepEqual(withSecrets(given), { env: { [name]: `of-${name}`, PORT: "4100" } });
    assert.deepEqual(secretFiles(given), [`${dir.path}/${name}`]);
  }
  assert.deepEqual(withSecrets({ JWT_SECRET: "itself", JWT_SECRET_FILE: "" }), {
    env: { JWT_SECRET: "itself" },
  });
});

Deno.test("secret files - what is wrong names the variable, and never what is in the file", () => {
  const hidden = "hunter2hunter2";
  const cases: [string, RegExp][] = [
    [`${dir.path}/missing`, /cannot be read \(NotFound\)$/],
    [dir.path, /cannot be read|has \d+ bytes/],
    [file("empty", " \n"), /it is empty$/],
    [file("binary", `${hidden}\0`), /it is no text$/],
    [file("large", hidden.padEnd(SECRET_BYTES_MAX + 1, "x")), /has 65537 bytes, 65536 are the most$/],
  ];
  for (const [path, what] of cases) {
    const answer = withSecrets({ NATS_URL_FILE: path });
    assert.ok("problems" in answer, path);
    assert.match(answer.problems.join("\n"), what);
    assert.match(answer.problems.join("\n"), /^NATS_URL_FILE is "/);
    assert.doesNotMatch(answer.problems.join("\n"), /hunter2/);
  }
  const most = withSecrets({ NATS_URL_FILE: file("most", "x".repeat(SECRET_BYTES_MAX)) });
  assert.ok("env" in most && most.env["NATS_URL"]?.length === SECRET_BYTES_MAX);
});

Deno.test("secret files - both set is an error, told with all the others", () => {
  const JWT_SECRET_FILE = file("both", TEST_SECRET);
  const answer = withSecrets({ JWT_SECRET: "hunter2", JWT_SECRET_FILE, DATABASE_URL_FILE: "/missing" });
  assert.deepEqual(answer, {
    problems: [
      'DATABASE_URL_FILE is "/missing": it cannot be read (NotFound)',
      "JWT_SECRET and JWT_SECRET_FILE are both set: set only one",
    ],
  });
});

Deno.test("secret files - an app reads them with the rights that it is given for them, and no others", async () => {
  // Nothing listens there: it gets as far as that.
  const plain = {
    DATABASE_URL: "postgres://app:hunter2@localhost:1/innstream",
    NATS_URL: "nats://app:hunter2@localhost:1",
    JWT_SECRET: TEST_SECRET,
  };
  const files = Object.entries(plain).map(([name, value]) => [`${name}_FILE`, file(`app-${name}`, value)]);
  const env = Object.fromEntries(files);
  const config = readConfig(plain);
  assert.ok(!("problems" in config));
  const run = async (rights: string[]) => {
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", ...rights, "main.ts"],
      cwd: ROOT,
      env,
      stdin: "null",
      signal: AbortSignal.timeout(START_MS),
    }).output();
    return { code, text: new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr) };
  };
  const may = await run(appPermissions(config, secretFiles(env)));
  assert.equal(may.code, 1, may.text);
  assert.match(may.text, /could not start/);
  // The name of a host is looked up with the same right.
  assert.match(may.text, /ECONNREFUSED/);
  const mayNot = await run(appPermissions(config));
  assert.equal(mayNot.code, 2, mayNot.text);
  assert.match(mayNot.text, /^DATABASE_URL_FILE is .* cannot be read \(NotCapable\)$/m);
  assert.doesNotMatch(may.text + mayNot.text, /hunter2/);
});
