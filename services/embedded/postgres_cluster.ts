import { randomBytes } from "node:crypto";
import type { PostgresPrograms } from "./postgres_programs.ts";
import { processRow } from "./process_table.ts";
import { StartError } from "./start_error.ts";
import type { RunAs } from "./unprivileged_user.ts";

export const SUPERUSER = "postgres";
const PASSWORD_BYTES = 24;

export interface ClusterOptions {
  home: string;
  programs: PostgresPrograms;
  user: RunAs | undefined;
  durable: boolean;
  log: (line: string) => void;
  signal: AbortSignal | undefined;
}

export interface Cluster {
  /** The directory for `postgres -D`. */
  data: string;
  /** Of the superuser, random, made with the cluster. */
  password: string;
}

/** The database cluster in the home, made with initdb where there is none. */
export async function postgresCluster(
  options: ClusterOptions,
): Promise<Cluster> {
  const { home, programs, log } = options;
  const data = `${home}/data`;
  if (await exists(`${data}/PG_VERSION`)) {
    await checkVersion(data, programs);
    await removeStalePid(data);
  } else {
    log("making the database cluster (initdb), once");
    await makeCluster(options, data);
  }
  return { data, password: await Deno.readTextFile(`${home}/password`) };
}

/** initdb works in a directory of its own that gets its name when it is complete: a start cut short leaves nothing half made. */
async function makeCluster(
  { home, programs, user, durable, signal }: ClusterOptions,
  data: string,
): Promise<void> {
  const partial = `${home}/data.partial`;
  await Deno.remove(partial, { recursive: true }).catch(() => {});
  const passwordFile = `${home}/password`;
  await writeSecret(
    passwordFile,
    randomBytes(PASSWORD_BYTES).toString("hex"),
    user,
  );
  const { success, stdout, stderr } = await new Deno.Command(programs.initdb, {
    args: [
      `--pgdata=${partial}`,
      `--username=${SUPERUSER}`,
      `--pwfile=${passwordFile}`,
      "--auth=scram-sha-256",
      "--encoding=UTF8",
      // Upper and lower case by Unicode and order by code point, the same on every machine.
      "--locale=C",
      "--locale-provider=builtin",
      "--builtin-locale=C.UTF-8",
      ...(durable ? [] : ["--no-sync"]),
    ],
    cwd: "/",
    ...user,
    ...(signal && { signal }),
  }).output();
  if (!success) {
    const text = new TextDecoder().decode(stderr) ||
      new TextDecoder().decode(stdout);
    throw new StartError(
      `making the database cluster ${data}: initdb failed: ${text.trim()}`,
    );
  }
  await Deno.rename(partial, data);
}

async function checkVersion(
  data: string,
  programs: PostgresPrograms,
): Promise<void> {
  const { stdout } = await new Deno.Command(programs.postgres, {
    args: ["--version"],
    cwd: "/",
  }).output();
  const program = /(\d+)\./.exec(new TextDecoder().decode(stdout))?.[1];
  const made = (await Deno.readTextFile(`${data}/PG_VERSION`)).trim();
  if (made === program) return;
  throw new StartError(
    `starting PostgreSQL ${program} on ${data}: PostgreSQL ${made} made these files; move them away to begin an empty database`,
  );
}

/**
 * PostgreSQL refuses to start while any process has the id in its pid file, so after a crash of the machine some other program
 * can keep it from starting. We hold the data directory, so only a PostgreSQL on these very files is a reason to refuse.
 */
async function removeStalePid(data: string): Promise<void> {
  const path = `${data}/postmaster.pid`;
  if (!await exists(path)) return;
  const pid = Number((await Deno.readTextFile(path)).split("\n")[0]);
  if (processRow(pid)?.args.includes(data)) {
    throw new StartError(
      `starting PostgreSQL on ${data}: it runs already (pid ${pid}); stop it first: kill -INT ${pid}`,
    );
  }
  await Deno.remove(path);
}

async function writeSecret(
  path: string,
  text: string,
  user: RunAs | undefined,
): Promise<void> {
  await Deno.writeTextFile(path, text, { mode: 0o600 });
  if (user) await Deno.chown(path, user.uid, user.gid);
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
