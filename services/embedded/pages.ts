import { StartError } from "./start_error.ts";

/** What the built pages are made from. */
const SOURCES = [
  "routes",
  "islands",
  "lib",
  "static",
  "deno.json",
  "main.ts",
  "dev.ts",
];
/** Carries the time at which a build that succeeded began: one cut short leaves none. */
const STAMP = "_fresh/.built";

/** Builds the pages where they are missing or older than what they are made from. Tells whether it did. */
export async function buildPages(
  root: string,
  signal: AbortSignal,
): Promise<boolean> {
  const built = modified(`${root}/${STAMP}`);
  if (
    built >= Math.max(...SOURCES.map((source) => newest(`${root}/${source}`)))
  ) return false;
  const began = new Date();
  const { success, code, stdout, stderr } = await new Deno.Command(
    Deno.execPath(),
    {
      args: ["run", "-A", "dev.ts", "build"],
      cwd: root,
      signal,
    },
  ).output();
  if (!success) {
    const text = new TextDecoder().decode(stdout) +
      new TextDecoder().decode(stderr);
    throw new StartError(
      `building the pages (dev.ts build): it ended with code ${code}: ${text.trim()}`,
    );
  }
  await Deno.mkdir(`${root}/_fresh`, { recursive: true });
  await Deno.writeTextFile(`${root}/${STAMP}`, "");
  await Deno.utime(`${root}/${STAMP}`, began, began);
  return true;
}

/** When a file, or the newest file of a directory, was changed (ms); 0 where there is none. */
function newest(path: string): number {
  if (!isDirectory(path)) return modified(path);
  let latest = modified(path);
  for (const entry of Deno.readDirSync(path)) {
    if (entry.isDirectory && entry.name === "node_modules") continue;
    latest = Math.max(latest, newest(`${path}/${entry.name}`));
  }
  return latest;
}

function isDirectory(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false;
  }
}

function modified(path: string): number {
  try {
    return Deno.statSync(path).mtime?.getTime() ?? 0;
  } catch {
    return 0;
  }
}
