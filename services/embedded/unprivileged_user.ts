import { StartError } from "./start_error.ts";

/** PostgreSQL refuses to run as root; root starts it as this user, which its packages use too. */
const USER = "postgres";

/** Two ways to make a system user: Debian, Fedora and most others, then BusyBox. */
const MAKE_USER: [string, ...string[]][] = [
  [
    "useradd",
    "--system",
    "--user-group",
    "--home-dir",
    "/nonexistent",
    "--shell",
    "/bin/false",
    USER,
  ],
  ["adduser", "-S", "-D", "-H", "-s", "/bin/false", USER],
];

export interface RunAs {
  uid: number;
  gid: number;
}

/** Whom PostgreSQL is to run as: undefined for this process's own user, which is right unless that is root. */
export async function unprivilegedUser(
  log: (line: string) => void,
): Promise<RunAs | undefined> {
  if (Deno.uid() !== 0) return undefined;
  const user = await lookUp();
  if (user) return user;
  for (const [command, ...args] of MAKE_USER) {
    if (!await succeeds(command, args)) continue;
    const made = await lookUp();
    if (!made) continue;
    log(`made the system user "${USER}": PostgreSQL does not run as root`);
    return made;
  }
  throw new StartError(
    `starting PostgreSQL as root: it needs an unprivileged user and "${USER}" could not be made; make that user, start as an ordinary user, or set DATABASE_URL`,
  );
}

/** Whether the user may enter the directory and write there, all directories above it included. */
export function canWrite(user: RunAs, directory: string): Promise<boolean> {
  return succeeds("test", ["-w", directory, "-a", "-x", directory], user);
}

/** Runs a short command and tells whether it exists and ended with 0. */
export async function succeeds(
  command: string,
  args: string[],
  user?: RunAs,
): Promise<boolean> {
  try {
    const { success } = await new Deno.Command(command, {
      args,
      cwd: "/",
      stdout: "null",
      stderr: "null",
      ...user,
    }).output();
    return success;
  } catch (error) {
    if (
      error instanceof Deno.errors.NotFound ||
      error instanceof Deno.errors.PermissionDenied
    ) return false;
    throw error;
  }
}

async function lookUp(): Promise<RunAs | undefined> {
  const [uid, gid] = await Promise.all([idOf("-u"), idOf("-g")]);
  return uid !== undefined && gid !== undefined ? { uid, gid } : undefined;
}

async function idOf(kind: "-u" | "-g"): Promise<number | undefined> {
  const { success, stdout } = await new Deno.Command("id", {
    args: [kind, USER],
    stderr: "null",
  }).output();
  return success ? Number(new TextDecoder().decode(stdout).trim()) : undefined;
}
