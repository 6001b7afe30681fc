/** How long a process may take to end by itself once its starter is gone. Unit: tenths of a second. */
const GRACE_TENTHS = 120;

/**
 * Reads "add PID SIGNAL", "drop PID" and "dir PATH" until its input ends. An "end" line means that everything was stopped in
 * the normal way. Without one the starter is gone: what is left is stopped, the newest first, and the directories are removed.
 */
const SCRIPT = `
trap '' INT TERM HUP
# A process that has ended and waits to be collected has no command line. There is no /proc on macOS.
runs() {
  kill -0 "$1" 2>/dev/null || return 1
  [ -r "/proc/$1/cmdline" ] || return 0
  line=
  read -r line 2>/dev/null <"/proc/$1/cmdline"
  [ -n "$line" ]
}
list=' '
while read -r word rest; do
  case $word in
    add) list=" \${rest% *}:\${rest#* }$list" ;;
    drop) kept=' '
      for entry in $list; do [ "\${entry%:*}" = "$rest" ] || kept="$kept$entry "; done
      list=$kept ;;
    dir) set -- "$@" "$rest" ;;
    end) exit 0 ;;
  esac
done
for entry in $list; do
  pid=\${entry%:*}
  kill -s "\${entry#*:}" "$pid" 2>/dev/null || continue
  tenths=0
  while runs "$pid" && [ $tenths -lt ${GRACE_TENTHS} ]; do sleep 0.1; tenths=$((tenths + 1)); done
  kill -s KILL "$pid" 2>/dev/null
done
for dir in "$@"; do rm -rf "$dir"; done
`;

/**
 * A small shell that outlives this process and stops the servers it started, whatever ends this process: a crash and `kill -9`
 * included. Its standard input is a pipe that only this process holds, so the end of this process is the end of that input.
 */
export class Guard {
  readonly #child: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;

  constructor() {
    this.#child = new Deno.Command("/bin/sh", {
      args: ["-c", SCRIPT, "innstream-guard"],
      cwd: "/",
      stdin: "piped",
      stdout: "null",
      stderr: "null",
      // Its own session: a Ctrl-C of the terminal must not reach it.
      detached: true,
    }).spawn();
    this.#writer = this.#child.stdin.getWriter();
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** Has the process stopped with the signal ("INT", "TERM") when this one is gone. */
  add(pid: number, signal: string): Promise<void> {
    return this.#tell(`add ${pid} ${signal}`);
  }

  /** Forgets a process that has ended: its id may be given to another one. */
  drop(pid: number): Promise<void> {
    return this.#tell(`drop ${pid}`);
  }

  /** Has a directory of temporary files removed when this process is gone. */
  dir(path: string): Promise<void> {
    return this.#tell(`dir ${path}`);
  }

  /** Ends the guard; it touches nothing. */
  async end(): Promise<void> {
    await this.#tell("end");
    await this.#writer.close().catch(() => {});
    await this.#child.status;
  }

  async #tell(line: string): Promise<void> {
    try {
      await this.#writer.write(new TextEncoder().encode(line + "\n"));
    } catch (error) {
      // The guard has ended (TypeError: by us): the normal stop does not need it.
      if (
        !(error instanceof Deno.errors.BrokenPipe) &&
        !(error instanceof TypeError)
      ) throw error;
    }
  }
}
