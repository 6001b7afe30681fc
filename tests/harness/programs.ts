/** Where a program is that the tests can do without; undefined where it is not on PATH. */
export function program(name: string): string | undefined {
  const dirs = (Deno.env.get("PATH") ?? "").split(":").filter(Boolean);
  return dirs.map((dir) => `${dir}/${name}`).find(isFile);
}

/** The same, telling what is left out where it is missing. */
export function programOr(name: string, leftOut: string): string | undefined {
  const path = program(name);
  if (path === undefined) console.log(`looking for ${name}: there is none on PATH, so ${leftOut}`);
  return path;
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
