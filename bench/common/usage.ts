/** Clock ticks a second of /proc; 100 on every Linux that Deno runs on. */
const TICKS_PER_S = 100;

/** CPU seconds that a process has used so far, and its resident memory; Linux only. */
export async function usageOf(pid: number): Promise<{ cpuSeconds: number; rssKb: number }> {
  const [stat, status] = await Promise.all([
    Deno.readTextFile(`/proc/${pid}/stat`),
    Deno.readTextFile(`/proc/${pid}/status`),
  ]);
  // The name in parentheses may hold spaces: fields are counted behind it. utime and stime are the 14th and 15th.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const ticks = Number(fields[11]) + Number(fields[12]);
  return { cpuSeconds: ticks / TICKS_PER_S, rssKb: Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? NaN) };
}
