import { processRow } from "@/services/embedded/process_table.ts";

/** The processes below this one, whatever their depth: what a server has started for its connections and jobs. */
export function descendantsOf(pid: number): number[] {
  const children = new Map<number, number[]>();
  for (const [child, parent] of everyProcess()) {
    const siblings = children.get(parent);
    if (siblings === undefined) children.set(parent, [child]);
    else siblings.push(child);
  }
  const found: number[] = [];
  for (let next = children.get(pid) ?? []; next.length > 0;) {
    found.push(...next);
    next = next.flatMap((each) => children.get(each) ?? []);
  }
  return found;
}

/** Does it still run? One that has ended and was not collected yet does not. */
export function runs(pid: number): boolean {
  return (processRow(pid)?.args ?? "") !== "";
}

/** Sends a signal; a process that has ended is left alone. */
export function signal(pid: number, name: Deno.Signal): void {
  try {
    Deno.kill(pid, name);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

function everyProcess(): [pid: number, parent: number][] {
  if (Deno.build.os !== "linux") return fromPs();
  return [...Deno.readDirSync("/proc")].flatMap(({ name }) => {
    const row = /^\d+$/.test(name) ? processRow(Number(name)) : undefined;
    return row === undefined ? [] : [[Number(name), row.parent]];
  });
}

function fromPs(): [number, number][] {
  const { stdout } = new Deno.Command("ps", { args: ["-axo", "pid=,ppid="] }).outputSync();
  return [...new TextDecoder().decode(stdout).matchAll(/^\s*(\d+)\s+(\d+)\s*$/gm)]
    .map(([, pid, parent]) => [Number(pid), Number(parent)]);
}
