/** Linux counts in pages of this size on the machines we know. */
const PAGE_BYTES = 4096;

/** Memory that a process has in use; undefined where the system does not tell, or there is no such process. */
export function residentBytes(pid: number): number | undefined {
  try {
    const pages = Number(Deno.readTextFileSync(`/proc/${pid}/statm`).split(" ")[1]);
    return Number.isSafeInteger(pages) ? pages * PAGE_BYTES : undefined;
  } catch {
    return undefined;
  }
}
