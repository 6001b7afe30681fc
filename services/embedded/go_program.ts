import { StartError } from "./start_error.ts";

const INSTALL_MS = 15 * 60_000;
const PROGRESS_MS = 10_000;

/** A program that a checkout can build for itself with Go. */
export interface GoProgram {
  /** Of the program and its file: "nats-server". */
  readonly name: string;
  /** The variable by which a person names one of their own. */
  readonly variable: string;
  /** What `go install` takes, with the pinned version. */
  readonly source: string;
  /** Answers its version, with or without other text. */
  readonly versionArgs: readonly string[];
  /** Its version in that answer: the whole as group 1, then major and minor. */
  readonly versionPattern: RegExp;
  /** Major and minor of the oldest that will do. */
  readonly versionMin: readonly [number, number];
  /** How long a build usually takes, for the person who waits. */
  readonly usual: string;
  /** How else a person may come by one; follows "install Go and start again". */
  readonly otherWays: string;
}

export interface FoundProgram {
  path: string;
  /** As "2.15.2". */
  version: string;
  /** How it was found, for the terminal. */
  from: string;
}

export interface ProgramSearch {
  /** The checkout. */
  root: string;
  env: Record<string, string>;
  log: (line: string) => void;
  /** Ends an installation. */
  signal?: AbortSignal;
}

/** The program where it is: by its variable, on PATH, in `.tools/bin` below the root. Undefined where it is nowhere. */
export async function findProgram(
  program: GoProgram,
  { root, env, log }: ProgramSearch,
): Promise<FoundProgram | undefined> {
  const { name, variable } = program;
  const asked = env[variable];
  if (asked) {
    const found = await look(program, asked, variable, log);
    if (found) return found;
    throw new StartError(`running ${variable}=${asked}: it is no ${name} ${oldest(program)} or later`);
  }
  return await look(program, name, "PATH", log) ??
    await look(program, `${root}/.tools/bin/${name}`, ".tools/bin", log);
}

/** The same, and where it is nowhere, `go install` into `.tools/bin`. Throws StartError that names the ways. */
export async function findOrInstall(program: GoProgram, search: ProgramSearch): Promise<FoundProgram> {
  const found = await findProgram(program, search);
  if (found) return found;
  const { root, log, signal } = search;
  await install(program, root, log, signal);
  const installed = `${root}/.tools/bin/${program.name}`;
  const made = await look(program, installed, "go install", log);
  if (made) return made;
  throw new StartError(`running ${installed}, just built: it does not run; ${ways(program)}`);
}

function oldest({ versionMin }: GoProgram): string {
  return versionMin.join(".");
}

function ways({ name, variable, otherWays }: GoProgram): string {
  return `set ${variable} to one, put one on PATH, put one at .tools/bin/${name}, or install Go (https://go.dev/dl) and start again${otherWays}`;
}

/** Undefined where there is none, or one that is too old (which is said). */
async function look(
  program: GoProgram,
  command: string,
  from: string,
  log: (line: string) => void,
): Promise<FoundProgram | undefined> {
  const { name, versionArgs, versionPattern, versionMin: [majorMin, minorMin] } = program;
  const text = await output(command, [...versionArgs]);
  const match = versionPattern.exec(text ?? "");
  if (!match) return undefined;
  const [, version = "", major, minor] = match;
  if (Number(major) > majorMin || (Number(major) === majorMin && Number(minor) >= minorMin)) {
    return { path: command, version, from };
  }
  log(`${name} ${version} (${from}) is older than ${oldest(program)}: not used`);
  return undefined;
}

async function output(command: string, args: string[]): Promise<string | undefined> {
  try {
    const { stdout } = await new Deno.Command(command, { args, stderr: "null" }).output();
    return new TextDecoder().decode(stdout);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.PermissionDenied) {
      return undefined;
    }
    throw error;
  }
}

/** Builds in a directory of its own and renames the result, so that nobody runs half a file. */
async function install(
  program: GoProgram,
  root: string,
  log: (line: string) => void,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { name } = program;
  if (!await output("go", ["version"])) {
    throw new StartError(`looking for ${name} ${oldest(program)} or later: there is none; ${ways(program)}`);
  }
  const bin = `${root}/.tools/bin`;
  await Deno.mkdir(bin, { recursive: true });
  const partial = await Deno.makeTempDir({ dir: `${root}/.tools`, prefix: "partial-" });
  try {
    await goInstall(program, partial, log, signal);
    await Deno.rename(`${partial}/${name}`, `${bin}/${name}`);
  } finally {
    await Deno.remove(partial, { recursive: true });
  }
}

async function goInstall(
  program: GoProgram,
  gobin: string,
  log: (line: string) => void,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { name, source, usual } = program;
  log(`building ${name}, once: go install ${source}`);
  const began = performance.now();
  const seconds = () => `${Math.round((performance.now() - began) / 1000)} s`;
  const ticking = setInterval(
    () => log(`building ${name}: ${seconds()} so far, ${usual} is usual`),
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
      signal: AbortSignal.any([AbortSignal.timeout(INSTALL_MS), ...(signal ? [signal] : [])]),
    }).output();
    if (success) return log(`built ${name} in ${seconds()}`);
  } finally {
    clearInterval(ticking);
  }
  throw new StartError(
    `building ${name} with go install ${source}: it failed after ${seconds()} (see above); ${ways(program)}`,
  );
}
