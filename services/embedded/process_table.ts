export interface ProcessRow {
  parent: number;
  /** The whole command line; empty for a process that has ended and was not yet collected. */
  args: string;
}

/** What the operating system says of a process; undefined where there is none. */
export function processRow(pid: number): ProcessRow | undefined {
  return Deno.build.os === "linux" ? rowFromProc(pid) : rowFromPs(pid);
}

/** A minimal Debian has no `ps`, but always this. */
function rowFromProc(pid: number): ProcessRow | undefined {
  try {
    const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
    const args = Deno.readTextFileSync(`/proc/${pid}/cmdline`).replaceAll(
      "\0",
      " ",
    ).trim();
    // The name stands in parentheses and may hold anything; after it come the state and the parent.
    const parent = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
    return { parent, args };
  } catch {
    // NotFound, or "no such process" when it ended between the two reads.
    return undefined;
  }
}

function rowFromPs(pid: number): ProcessRow | undefined {
  const { success, stdout } = new Deno.Command("ps", {
    args: ["-ww", "-o", "ppid=,args=", "-p", String(pid)],
    stderr: "null",
  }).outputSync();
  const [, parent, args] = /^\s*(\d+)\s+(.*)$/s.exec(new TextDecoder().decode(stdout)) ?? [];
  return success && parent !== undefined ? { parent: Number(parent), args: (args ?? "").trim() } : undefined;
}
