// compose.yaml, Dockerfile and what they name, looked at without an engine: that they fit each other and the code.
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { appPermissions } from "@/services/app_arguments.ts";
import { readConfig } from "@/services/config.ts";
import { natsBinary } from "@/services/embedded/nats_binary.ts";
import { workerArguments } from "@/services/ocr/worker/arguments.ts";
import { readWorkerConfig } from "@/services/ocr/worker/config.ts";
import { SECRETS } from "@/services/secret_files.ts";
import { secretTexts } from "@/ops/secrets.ts";
import { tempDir } from "../harness/dirs.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");
/** Where the image has the code, and Deno. */
const IMAGE_ROOT = "/app";
const IMAGE_DENO = "/usr/bin/deno";
const GRACE_S_MIN = 10;
const DENO_FLAGS = ["run", "--quiet", "--frozen", "--cached-only"];

interface Service {
  readonly image: string;
  readonly build?: { readonly context: string; readonly target: string };
  readonly user: string;
  readonly restart: string;
  readonly read_only: boolean;
  readonly privileged?: boolean;
  readonly network_mode?: string;
  readonly cap_drop: string[];
  readonly cap_add?: string[];
  readonly security_opt: string[];
  readonly command?: string[];
  readonly environment?: Record<string, string>;
  readonly volumes?: string[];
  readonly networks: string[];
  readonly ports?: string[];
  readonly profiles?: string[];
  readonly secrets?: (string | { source: string; target: string })[];
  readonly depends_on?: Record<string, { condition: string }>;
  readonly healthcheck?: { test: string[]; interval: string; timeout: string; retries: number };
  readonly stop_grace_period: string;
  readonly logging: { options: Record<string, string> };
  readonly deploy: { resources: { limits: { cpus: string; memory: string; pids: number } } };
}

function read(path: string): string {
  return Deno.readTextFileSync(`${ROOT}/${path}`);
}

/** As compose does it, in what was parsed: `${NAME:-default}` where nobody sets NAME. */
function interpolated(_key: unknown, value: unknown): unknown {
  return typeof value === "string" ? value.replace(/\$\{[A-Z_]+:-([^}]*)\}/g, "$1") : value;
}

const TEXT = read("compose.yaml");
const compose = parse(TEXT, interpolated, { merge: true, strict: true, uniqueKeys: true });
const services = Object.entries<Service>(compose.services);
const texts = secretTexts(() => "0123456789abcdef".repeat(4));

function service(name: string): Service {
  return compose.services[name];
}

/** Names of the secrets a service is given. */
function secretsOf({ secrets = [] }: Service): string[] {
  return secrets.map((secret) => typeof secret === "string" ? secret : secret.source);
}

function exists(path: string): boolean {
  try {
    Deno.statSync(`${ROOT}/${path}`);
    return true;
  } catch {
    return false;
  }
}

/** The environment of a service, with what its secret files hold. */
function environment(name: string, more: Record<string, string> = {}): Record<string, string> {
  const entries = Object.entries({ ...service(name).environment, ...more }).map(([key, value]) => {
    const secret = /^(.+)_FILE$/.exec(key)?.[1];
    return secret === undefined ? [key, String(value)] : [secret, texts[value.replace("/run/secrets/", "")]!];
  });
  return Object.fromEntries(entries);
}

Deno.test("compose - everything of the issue is a service", () => {
  assert.deepEqual(
    services.map(([name]) => name).sort(),
    "app-1 app-2 clamav grafana migrate nats-1 nats-2 nats-3 postgres prometheus proxy worker".split(" "),
  );
  assert.deepEqual(services.filter(([, { profiles }]) => profiles).map(([name]) => name), ["clamav"]);
});

Deno.test("compose - each service is shut in: no root, no rights, nothing to write, bounded", () => {
  for (const [name, each] of services) {
    assert.match(each.user, /^[1-9][0-9]*:[0-9]+$/, `${name}: user`);
    assert.equal(each.read_only, true, `${name}: read_only`);
    assert.deepEqual(each.cap_drop, ["ALL"], `${name}: cap_drop`);
    assert.deepEqual(each.security_opt, ["no-new-privileges:true"], `${name}: security_opt`);
    assert.deepEqual(
      [each.cap_add, each.privileged, each.network_mode],
      [undefined, undefined, undefined],
      name,
    );
    assert.ok(!JSON.stringify(each.volumes ?? []).includes("docker.sock"), name);
    const { cpus, memory, pids } = each.deploy.resources.limits;
    assert.ok(Number(cpus) > 0 && /^\d+[mg]$/.test(memory) && pids > 0, `${name}: limits`);
    assert.ok(each.logging.options["max-size"] && each.logging.options["max-file"], `${name}: logging`);
    assert.ok(parseInt(each.stop_grace_period) >= GRACE_S_MIN, `${name}: stop_grace_period`);
  }
});

Deno.test("compose - each service is started again and says whether it is well, but for what runs once", () => {
  for (const [name, { restart, healthcheck }] of services) {
    if (restart === "no") {
      assert.equal(name, "migrate");
      continue;
    }
    assert.equal(restart, "unless-stopped", name);
    assert.equal(healthcheck?.test[0], "CMD", `${name}: healthcheck`);
    assert.ok(healthcheck.interval && healthcheck.timeout && healthcheck.retries, name);
  }
});

Deno.test("compose - images are pinned, those of others and those that ours begin with", () => {
  const dockerfile = read("Dockerfile");
  const froms = [...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, image]) => image!);
  for (const image of [...services.map(([, { image }]) => image), ...froms]) {
    assert.match(image, /^[a-z0-9./-]+:v?\d+\.\d+(\.\d+)?(-[a-z]+)?$/, image);
  }
  const deno = /npx -y deno@(\S+) task start/.exec(read("README.md"))?.[1];
  assert.equal(froms.filter((image) => image === `denoland/deno:${deno}`).length, 2);
  const nats = /nats-server\/v2@v([\d.]+)"/.exec(read("services/embedded/nats_binary.ts"))?.[1];
  assert.ok(froms.includes(`nats:${nats}-alpine`));
  assert.equal(service("nats-1").image, `innstream-nats:${nats}`);
});

Deno.test("compose - whatever is named is there: paths, volumes, networks, secrets, services, targets", () => {
  const targets = [...read("Dockerfile").matchAll(/^FROM \S+ AS (\S+)/gm)].map(([, name]) => name);
  for (const [name, each] of services) {
    for (const volume of each.volumes ?? []) {
      const [source = ""] = volume.split(":");
      const isThere = source.startsWith("./") ? exists(source.slice(2)) : source in compose.volumes;
      assert.ok(isThere, `${name}: ${volume}`);
      if (source.startsWith("./")) assert.match(volume, /:ro$/, `${name}: ${volume}`);
    }
    for (const network of each.networks) assert.ok(network in compose.networks, `${name}: ${network}`);
    for (const secret of secretsOf(each)) assert.ok(secret in compose.secrets, `${name}: ${secret}`);
    for (const [other, { condition }] of Object.entries(each.depends_on ?? {})) {
      assert.ok(service(other), `${name} waits for ${other}`);
      if (condition === "service_healthy") assert.ok(service(other).healthcheck, `${name}: ${other}`);
      else assert.deepEqual([condition, service(other).restart], ["service_completed_successfully", "no"]);
    }
    if (each.build) assert.ok(exists(each.build.context) && targets.includes(each.build.target), name);
  }
});

Deno.test("compose - every secret is a file that is made, is used, and stands nowhere else", () => {
  const files = Object.fromEntries(
    Object.entries<{ file: string }>(compose.secrets).map(([name, { file }]) => [name, file]),
  );
  assert.deepEqual(files, Object.fromEntries(Object.keys(texts).map((name) => [name, `./secrets/${name}`])));
  const used = new Set(services.flatMap(([, each]) => secretsOf(each)));
  assert.deepEqual([...used].sort(), Object.keys(texts).sort());
  assert.ok(read(".gitignore").split("\n").includes("secrets/"));
  for (const [name, each] of services) {
    const { command = [], environment = {}, volumes = [] } = each;
    const scripts = volumes.flatMap((volume) => /^\.\/([^:]+\.sh):/.exec(volume)?.[1] ?? []).map(read);
    const said = [...command, ...Object.values(environment), ...scripts].join("\n");
    for (const [, secret] of said.matchAll(/\/run\/secrets\/(\w+)/g)) {
      assert.ok(secretsOf(each).includes(secret!), `${name} reads ${secret}`);
    }
    for (const [key, value] of Object.entries(environment)) {
      const isSecret = (SECRETS as readonly string[]).includes(key) || /PASSWORD$|SECRET$/.test(key);
      assert.ok(!isSecret, `${name}: ${key} stands in the environment`);
      assert.doesNotMatch(String(value), /:\/\/[^/]*:[^/]*@/, `${name}: ${key}`);
    }
  }
});

Deno.test("compose - every variable of ours is one that is read, and makes a configuration", () => {
  const names = new Set<string>(SECRETS.map((name) => `${name}_FILE`));
  const spy = new Proxy<Record<string, string>>({}, {
    get(_target, name) {
      names.add(String(name));
      return undefined;
    },
  });
  readConfig(spy);
  readWorkerConfig(spy);
  for (const name of ["app-1", "app-2", "worker", "migrate"]) {
    for (const variable of Object.keys(service(name).environment!)) {
      assert.ok(names.has(variable), `${name}: ${variable}`);
    }
  }
  for (const name of ["app-1", "app-2"]) {
    const config = readConfig(environment(name));
    assert.ok(!("problems" in config), JSON.stringify(config));
    assert.equal(config.eventsReplicas, 3);
  }
  assert.ok(!("problems" in readWorkerConfig(environment("worker"))));
});

/** The rights in a command, as they are on this machine. */
function here(flags: readonly string[]): string[] {
  return flags.map((flag) =>
    flag.replaceAll(`${IMAGE_ROOT}/`, `${ROOT}/`).replace(
      `--allow-run=${IMAGE_DENO}`,
      `--allow-run=${Deno.execPath()}`,
    )
  );
}

Deno.test("compose - app and worker have the rights that their configuration needs, and no others", () => {
  const files = (name: string) =>
    Object.entries(service(name).environment!).flatMap(([key, value]) =>
      key.endsWith("_FILE") ? [value] : []
    );
  const app = readConfig(environment("app-1"));
  assert.ok(!("problems" in app));
  const main = `${ROOT}/main.ts`;
  const wanted = [...DENO_FLAGS, ...appPermissions(app, files("app-1")), main];
  assert.deepEqual(here(service("app-1").command!), wanted);
  assert.deepEqual(service("app-2"), service("app-1"));
  const worker = readWorkerConfig(environment("worker", { CLAMAV_ADDRESS: "clamav:3310" }));
  assert.ok(!("problems" in worker));
  const [, , ...rest] = workerArguments(worker, files("worker"));
  assert.deepEqual(here(service("worker").command!), [...DENO_FLAGS, ...rest]);
  for (const [name, { command = [] }] of services) {
    assert.ok(
      !command.some((flag) => /^(-A|--allow-all|--allow-(net|read|write|run|ffi))$/.test(flag)),
      name,
    );
  }
});

Deno.test("compose - the image has what the commands may read, from what the build is sent", () => {
  const dockerfile = read("Dockerfile");
  const sent = read(".dockerignore").split("\n").filter((line) => line.startsWith("!")).map((line) =>
    line.slice(1)
  );
  const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, paths]) =>
    paths!.split(" ")
  );
  for (const path of copied) {
    assert.ok(exists(path), path);
    assert.ok(sent.some((each) => path === each || path.startsWith(`${each}/`)), `${path} is not sent`);
  }
  const made = ["node_modules", "_fresh"];
  for (const [name, { command = [] }] of services) {
    const may = command.find((flag) => flag.startsWith("--allow-read="))?.split("=")[1]?.split(",") ?? [];
    const program = command.filter((part) => part.startsWith(`${IMAGE_ROOT}/`));
    for (const path of [...may.filter((path) => path.startsWith(IMAGE_ROOT)), ...program]) {
      const inImage = path.slice(IMAGE_ROOT.length + 1);
      const isThere = [...copied, ...made].some((each) => inImage === each || inImage.startsWith(`${each}/`));
      assert.ok(isThere, `${name}: ${path}`);
      if (!made.includes(inImage)) assert.ok(exists(inImage), `${name}: ${path}`);
    }
  }
  const cached = /RUN \["deno", "cache", "--frozen", (.+)\]/.exec(dockerfile)?.[1] ?? "";
  for (const entry of JSON.parse(`[${cached}]`)) {
    assert.ok(entry.startsWith("_fresh/") || exists(entry), entry);
  }
  const users = dockerfile.split(/^FROM /m).slice(2).map((stage) => /^USER (\S+)$/m.exec(stage)?.[1]);
  assert.deepEqual(users, [service("app-1").user, service("nats-1").user]);
  assert.match(read("deno.json"), /"nodeModulesDir": "auto"/);
});

Deno.test("compose - the nats-servers take their configuration, with the passwords that are made", async () => {
  const dir = tempDir();
  for (const name of ["nats.conf", "accounts.conf"]) {
    Deno.copyFileSync(`${ROOT}/ops/nats/${name}`, `${dir.path}/${name}`);
  }
  Deno.writeTextFileSync(`${dir.path}/passwords.conf`, texts.nats_passwords!);
  const { path } = await natsBinary({ root: ROOT, env: Deno.env.toObject(), log: console.error });
  for (const name of ["nats-1", "nats-2", "nats-3"]) {
    assert.equal(service(name).environment!.NATS_NAME, name);
    const { success, stderr } = await new Deno.Command(path, {
      args: ["-t", "-c", `${dir.path}/nats.conf`],
      env: service(name).environment!,
    }).output();
    assert.ok(success, new TextDecoder().decode(stderr));
  }
  dir.remove();
});

Deno.test("compose - what Prometheus scrapes are services that tell their metrics", () => {
  for (const file of ["app", "worker"]) {
    for (const { targets } of parse(read(`ops/prometheus/targets/${file}.yml`))) {
      for (const target of targets) {
        const [host, port] = target.split(":");
        assert.equal(service(host)?.environment?.METRICS_PORT, port, target);
        assert.ok(service(host).networks.some((network) => service("prometheus").networks.includes(network)));
      }
    }
  }
});

Deno.test("compose - the database gets the roles of the documentation", () => {
  const sql = (text: string) => /create role innstream_owner.*?to innstream_app;$/ms.exec(text)?.[0] ?? "";
  const documented = sql(read("docs/operations.md")).replaceAll(/ +--.*$/gm, "");
  const made = sql(read("ops/postgres/roles.sh")).replaceAll(/:'(owner|app)'/g, "'$1-password'");
  assert.equal(made, documented);
  assert.ok((Deno.statSync(`${ROOT}/ops/postgres/roles.sh`).mode! & 0o111) !== 0);
});

Deno.test("compose - what one may set is documented", () => {
  const docs = read("docs/operations.md");
  for (const [, name] of TEXT.matchAll(/\$\{([A-Z_]+)/g)) assert.ok(docs.includes(`\`${name}\``), name!);
});
