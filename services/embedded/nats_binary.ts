import { StartError } from "./start_error.ts";

/** Older servers lack what the streams use (per-stream counters, batch direct get by several subjects). */
const VERSION_MIN = [2, 12] as const;
const VERSION_PINNED = "v2.15.2";
const INSTALL_MS = 15 * 60_000;
const PROGRESS_MS = 10_000;

const WAYS =
  `set NATS_SERVER_BIN to one, put one on PATH, put one at .tools/bin/nats-server, or install Go (https://go.dev/dl) and start again; or set NATS_URL to a running server`;

export interface NatsBinary {
  path: string;
  /** As "2.15.2". */
  version: string;
  /** How it was found, for the terminal. */
  from: string;
}

export interface NatsSearch {
  /** The checkout. */
  root: string;
  env: Record<string, string>;
  log: (line: string) => void;
  /** Ends an installation. */
  signal?: AbortSignal;
}

/**
 * Finds a nats-server of version 2.12 or later: `NATS_SERVER_BIN`, PATH, `.tools/bin` below the root, else `go install` into
 * there (once, about a minute). Throws StartError that names these ways.
 */
export async function natsBinary(
  { root, env, log, signal }: NatsSearch,
): Promise<NatsBinary> {
  const asked = env["NATS_SERVER_BIN"];
  if (asked) {
    const found = await look(asked, "NATS_SERVER_BIN", log);
    if (found) return found;
    throw new StartError(
      `running NATS_SERVER_BIN=${asked}: it is no nats-server ${VERSION_MIN.join(".")} or later`,
    );
  }
  const installed = `${root}/.tools/bin/nats-server`;
  const found = await look("nats-server", "PATH", log) ??
    await look(installed, ".tools/bin", log);
  if (found) return found;
  await install(root, log, signal);
  const made = await look(installed, "go install", log);
  if (made) return made;
  throw new StartError(
    `running ${installed}, just built: it does not run; ${WAYS}`,
  );
}

/** Undefined where there is none, or one that is too old (which is said). */
async function look(
  command: string,
  from: string,
  log: (line: string) => void,
): Promise<NatsBinary | undefined> {
  const text = await output(command, ["--version"]);
  const match = /nats-server: v((\d+)\.(\d+)\.\S+)/.exec(text ?? "");
  if (!match) return undefined;
  const [, version = "", major, minor] = match;
  const [majorMin, minorMin] = VERSION_MIN;
  if (
    Number(major) > majorMin ||
    (Number(major) === majorMin && Number(minor) >= minorMin)
  ) {
    return { path: command, version, from };
  }
  log(
    `nats-server ${version} (${from}) is older than ${VERSION_MIN.join(".")}: not used`,
  );
  return undefined;
}

async function output(
  command: string,
  args: string[],
): Promise<string | undefined> {
  try {
    const { stdout } = await new Deno.Command(command, { args, stderr: "null" })
      .output();
    return new TextDecoder().decode(stdout);
  } catch (error) {
    if (
      error instanceof Deno.errors.NotFound ||
      error instanceof Deno.errors.PermissionDenied
    ) return undefined;
    throw error;
  }
}

/** Builds in a directory of its own and renames the result, so that nobody runs half a file. */
async function install(
  root: string,
  log: (line: string) => void,
  signal: AbortSignal | undefined,
): Promise<void> {
  const go = await output("go", ["version"]);
  if (!go) {
    throw new StartError(
      `looking for nats-server ${VERSION_MIN.join(".")} or later: there is none; ${WAYS}`,
    );
  }
  const bin = `${root}/.tools/bin`;
  await Deno.mkdir(bin, { recursive: true });
  const partial = await Deno.makeTempDir({
    dir: `${root}/.tools`,
    prefix: "partial-",
  });
  try {
    await goInstall(partial, log, signal);
    await Deno.rename(`${partial}/nats-server`, `${bin}/nats-server`);
  } finally {
    await Deno.remove(partial, { recursive: true });
  }
}

async function goInstall(
  gobin: string,
  log: (line: string) => void,
  signal: AbortSignal | undefined,
): Promise<void> {
  const source = `github.com/nats-io/nats-server/v2@${VERSION_PINNED}`;
  log(`building nats-server, once: go install ${source}`);
  const began = performance.now();
  const seconds = () => `${Math.round((performance.now() - began) / 1000)} s`;
  const ticking = setInterval(
    () => log(`building nats-server: ${seconds()} so far, about a minute is usual`),
    PROGRESS_MS,
  );
  try {
    const { success } = await new Deno.Command("go", {
      args: ["install", source],
      // An interrupted build leaves its temporary files: here they go with the directory.
      env: { GOBIN: gobin, GOTMPDIR: gobin },
      stdin: "null",
      stdout: "inherit",
      stderr: "inherit",
      signal: AbortSignal.any([
        AbortSignal.timeout(INSTALL_MS),
        ...(signal ? [signal] : []),
      ]),
    }).output();
    if (success) return log(`built nats-server in ${seconds()}`);
  } finally {
    clearInterval(ticking);
  }
  throw new StartError(
    `building nats-server with go install ${source}: it failed after ${seconds()} (see above); ${WAYS}`,
  );
}
