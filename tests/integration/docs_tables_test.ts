// What the documentation says in tables is what the code says, and its links lead somewhere.
import assert from "node:assert/strict";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { CHAT_ERRORS } from "@/lib/chat/errors.ts";
import { readServerFrame } from "@/lib/client/server_frames.ts";
import { CHAT_CLOSE, CLOSE, UPLOAD_CLOSE } from "@/lib/protocol/close_codes.ts";
import { FRAME_ERRORS, parseClientFrame, parseHandshake } from "@/lib/protocol/frames.ts";
import { UPLOAD_ERRORS } from "@/lib/upload/errors.ts";
import { PROBLEMS } from "@/lib/protocol/problems.ts";
import { SERVICES } from "@/lib/protocol/services.ts";
import { readConfig } from "@/services/config.ts";
import { launchOptions } from "@/services/embedded/options.ts";
import { pathOf, RESOURCES } from "@/lib/resources/catalog.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

function read(path: string): string {
  return Deno.readTextFileSync(`${ROOT}/${path}`);
}

/** The rows below the table's head that begins with `head`, as cells without marks. */
function tableOf(text: string, head: string): string[][] {
  const lines = text.split("\n");
  const start = lines.findIndex((line) => line.startsWith(`| ${head} |`));
  assert.ok(start >= 0, `there is a table that begins with ${head}`);
  const end = lines.findIndex((line, i) => i > start && !line.startsWith("|"));
  return lines.slice(start + 2, end).map((line) =>
    line.split("|").slice(1, -1).map((cell) => cell.replaceAll("`", "").replaceAll("\\", "").trim())
  );
}

Deno.test("docs - every problem has its row and its anchor", () => {
  const text = read("docs/problems.md");
  const rows = tableOf(text, "code").map(([link, status, title]) => [
    /^\[(\w+)\]\(#\1\)$/.exec(link!)?.[1],
    Number(status),
    title,
  ]);
  assert.deepEqual(rows, Object.entries(PROBLEMS).map(([code, [status, title]]) => [code, status, title]));
  const anchors = [...text.matchAll(/^## (\w+)$/gm)].map(([, code]) => code);
  assert.deepEqual(anchors, Object.keys(PROBLEMS));
});

Deno.test("docs - the protocol's close codes, errors and resources are those of the code", () => {
  const text = read("docs/protocol.md");
  const closes = tableOf(text, "code | name").map((row) => row.slice(0, 4));
  assert.deepEqual(
    closes,
    Object.entries(CLOSE).map(([name, { code, reason, reconnect }]) => [
      String(code),
      name,
      reason,
      reconnect,
    ]),
  );
  const errors = tableOf(text, "code | retryable").map((row) => row.slice(0, 3));
  const wanted = Object.entries(FRAME_ERRORS).map((
    [code, [retryable, message]],
  ) => [code, retryable ? "yes" : "no", message]);
  assert.deepEqual(errors, wanted);
});

Deno.test("docs - the errors of the upload socket are those of the code", () => {
  const rows = tableOf(read("docs/uploads.md"), "code").map((row) => row.slice(0, 4));
  const wanted = Object.entries(UPLOAD_ERRORS).map(([code, { retryable, close, message }]) => [
    code,
    retryable ? "yes" : "no",
    close === null ? "" : String(UPLOAD_CLOSE[close].code),
    message,
  ]);
  assert.deepEqual(rows, wanted);
});

Deno.test("docs - the errors of the chat socket are those of the code", () => {
  const rows = tableOf(read("docs/chat.md"), "code").map((row) => row.slice(0, 4));
  const wanted = Object.entries(CHAT_ERRORS).map(([code, { retryable, close, message }]) => [
    code,
    retryable ? "yes" : "no",
    close === null ? "" : String(CHAT_CLOSE[close].code),
    message,
  ]);
  assert.deepEqual(rows, wanted);
});

Deno.test("docs - the table of resources is that of the definitions", () => {
  const roles = {
    m: "admin,manager,service",
    s: "admin,manager,staff,service",
    a: "admin",
    p: "service",
  } as Record<string, string>;
  const rows = tableOf(read("docs/protocol.md"), "path").map(([path, scope, fields, filters, ...who]) => [
    path,
    scope,
    fields!.split(", "),
    filters!.split(", ").filter(Boolean),
    who.map((letter) => roles[letter]),
  ]);
  const wanted = RESOURCES.map((resource) => {
    const fields = Object.entries(resource.fields);
    const { create, update, remove } = resource.roles;
    return [
      pathOf(resource),
      resource.scope,
      fields.map(([name, { required, set }]) => {
        return `${name}${required ? "*" : ""}${{ always: "", create: "¹", update: "²" }[set]}`;
      }),
      fields.filter(([, { filter }]) => filter).map(([name]) => name),
      [create, update, remove].map(String),
    ];
  });
  assert.deepEqual(rows, wanted);
});

Deno.test("docs - the publishers' table has every service and entity", () => {
  const rows = tableOf(read("docs/publishing.md"), "service");
  assert.deepEqual(
    rows,
    Object.entries(SERVICES).map(([name, { entities }]) => [name, entities.join(", ")]),
  );
});

Deno.test("docs - the example frames are frames", () => {
  const blocks = [...read("docs/protocol.md").matchAll(/```jsonl\n(.*?)```/gs)].map(([, text]) =>
    text!.trim().split("\n")
  );
  const [handshakes, client, server] = blocks;
  for (const text of handshakes!) assert.ok(!("error" in parseHandshake(text)), text);
  for (const text of client!) assert.ok(!("error" in parseClientFrame(text)), text);
  const types = server!.map((text) => {
    const frame = readServerFrame(text);
    assert.ok(typeof frame !== "string", text);
    return frame.type;
  });
  assert.deepEqual(types, ["ack", "event", "ping", "reset", "downgrade", "error"]);
});

Deno.test("docs - every bound has the value that stands in its file", () => {
  const rows = tableOf(read("docs/architecture.md"), "what | constant");
  assert.ok(rows.length > 50);
  for (const [what, name, value, file] of rows) {
    const found = new RegExp(`^(?:export )?const ${name} = (.+);$`, "m").exec(read(file!))?.[1];
    assert.equal(value, found, `${what}: ${name} of ${file}`);
  }
});

Deno.test("docs - the README names every variable that is read", () => {
  const names = new Set<string>();
  const env = new Proxy<Record<string, string>>({}, {
    get(_target, name) {
      names.add(String(name));
      return undefined;
    },
  });
  readConfig(env);
  launchOptions(env, ROOT);
  const told = new Set(tableOf(read("README.md"), "variable").flatMap(([names]) => names!.split(", ")));
  assert.deepEqual([...names].filter((name) => !told.has(name)), []);
});

/** Files of the documentation, from the root. */
function pages(): string[] {
  const inDocs = (dir: string): string[] =>
    [...Deno.readDirSync(`${ROOT}/${dir}`)].flatMap(({ name, isDirectory }) =>
      isDirectory ? inDocs(`${dir}/${name}`) : name.endsWith(".md") ? [`${dir}/${name}`] : []
    );
  return ["README.md", "bench/README.md", "lib/fresh/README.md", ...inDocs("docs")];
}

/** The anchors that a page's headings have. */
function anchorsOf(text: string): Set<string> {
  const headings = [...text.matchAll(/^#+ (.+)$/gm)].map(([, title]) => title!);
  return new Set(headings.map((title) => title.toLowerCase().replace(/[^\w -]/g, "").replaceAll(" ", "-")));
}

Deno.test("docs - links lead to files and headings that exist", () => {
  const broken = pages().flatMap((page) =>
    [...read(page).matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)/g)].filter(([, path, anchor]) => {
      const target = path === "" ? `${ROOT}/${page}` : resolve(dirname(`${ROOT}/${page}`), path!);
      try {
        Deno.statSync(target);
        return anchor !== undefined && !anchorsOf(Deno.readTextFileSync(target)).has(anchor);
      } catch {
        return true;
      }
    }).map(([link]) => `${page}: ${link}`)
  );
  assert.deepEqual(broken, []);
});

Deno.test("docs - files that are named in the text exist", () => {
  const wrong = pages().flatMap((page) =>
    [
      ...read(page).matchAll(
        /`((?:lib|services|routes|tests|docs|bench|islands)\/[\w[\]./-]+\.(?:ts|tsx|md|py))`/g,
      ),
    ]
      .filter(([, path]) => {
        try {
          return !Deno.statSync(`${ROOT}/${path}`).isFile;
        } catch {
          return true;
        }
      }).map(([, path]) => `${page}: ${path}`)
  );
  assert.deepEqual(wrong, []);
});
