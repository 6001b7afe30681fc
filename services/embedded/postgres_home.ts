import { SHARED_DIR } from "./postgres_programs.ts";
import { StartError } from "./start_error.ts";
import { canWrite, type RunAs, succeeds } from "./unprivileged_user.ts";

/** Holds, in a home outside of its data directory, the data directory that it belongs to. */
const OWNER_FILE = "owner";

/**
 * The directory of one PostgreSQL: `DATA_DIR/postgres`, or, where its user cannot enter that (root, with a checkout below a
 * directory that only root may enter), one below /var/lib/innstream that `DATA_DIR/postgres` is then a symbolic link to.
 * Made where it is missing; it persists between starts.
 */
export async function postgresHome(
  dataDir: string,
  user: RunAs | undefined,
  log: (line: string) => void,
): Promise<string> {
  const place = `${dataDir}/postgres`;
  const linked = await linkedHome(place, dataDir, log);
  if (linked) return linked;
  await Deno.mkdir(place, { recursive: true, mode: 0o700 });
  if (!user) return place;
  if ((await Deno.stat(place)).uid === 0) {
    await Deno.chown(place, user.uid, user.gid);
  }
  if (await canWrite(user, place)) return place;
  // The data directory is ours to open; what is above it is not.
  await Deno.chmod(dataDir, 0o711);
  if (await canWrite(user, place)) return place;
  return await moveOutside(place, dataDir, user, log);
}

/** Follows the link, if there is one and it is this data directory's own and not a copy's. */
async function linkedHome(
  place: string,
  dataDir: string,
  log: (line: string) => void,
): Promise<string | undefined> {
  const home = await readLink(place);
  if (home === undefined) return undefined;
  const owner = await readText(`${home}/${OWNER_FILE}`);
  if (owner === dataDir) return home;
  if (owner !== undefined && await readLink(`${owner}/postgres`) !== home) {
    // The data directory was moved here; its database stays where it is.
    await Deno.writeTextFile(`${home}/${OWNER_FILE}`, dataDir);
    return home;
  }
  log(
    owner === undefined
      ? `the database files ${home} are gone: beginning an empty database`
      : `${dataDir} is a copy of ${owner}, which keeps its database: beginning an empty one`,
  );
  await Deno.remove(place);
  return undefined;
}

async function moveOutside(
  place: string,
  dataDir: string,
  user: RunAs,
  log: (line: string) => void,
): Promise<string> {
  await Deno.mkdir(SHARED_DIR, { recursive: true });
  await Deno.chmod(SHARED_DIR, 0o755);
  const home = await Deno.makeTempDir({ dir: SHARED_DIR, prefix: "data-" });
  log(
    `the database files are in ${home}: the user of PostgreSQL cannot enter ${dataDir}`,
  );
  if (!await succeeds("cp", ["-Rp", `${place}/.`, home])) {
    throw new StartError(
      `moving ${place} to ${home}: it failed; is there room?`,
    );
  }
  await Deno.writeTextFile(`${home}/${OWNER_FILE}`, dataDir);
  await Deno.chmod(home, 0o700);
  await Deno.chown(home, user.uid, user.gid);
  await Deno.remove(place, { recursive: true });
  await Deno.symlink(home, place);
  if (await canWrite(user, home)) return home;
  throw new StartError(
    `entering ${home} as uid ${user.uid}: not allowed; allow it, start as an ordinary user, or set DATABASE_URL`,
  );
}

async function readLink(path: string): Promise<string | undefined> {
  try {
    return await Deno.readLink(path);
  } catch {
    // Missing, or a directory.
    return undefined;
  }
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
