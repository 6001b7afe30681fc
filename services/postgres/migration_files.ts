import { createHash } from "node:crypto";

/** One step of the schema, as its two files say. */
export interface Migration {
  readonly id: number;
  /** `verb_noun`. */
  readonly name: string;
  readonly up: string;
  readonly down: string;
  /** SHA-256 of `up`, in hex; line endings do not count. */
  readonly checksum: string;
}

export const MIGRATIONS_DIR = new URL("../../migrations/", import.meta.url);

const FILE = /^([1-9][0-9]{0,5})_([a-z][a-z0-9]*(?:_[a-z0-9]+)+)\.(up|down)\.sql$/;

/** Reads the directory, in order. Throws on a file that is not `N_verb_noun.up.sql|.down.sql`, lacks its twin or repeats a number. */
export async function readMigrations(directory: URL): Promise<Migration[]> {
  const found = new Map<string, { id: number; name: string; up?: string; down?: string }>();
  for await (const { name: file } of Deno.readDir(directory)) {
    const [, id, name, direction] = FILE.exec(file) ?? [];
    if (id === undefined || name === undefined || direction === undefined) {
      throw new Error(`Cannot read migrations: "${file}" is not named N_verb_noun.up.sql or .down.sql`);
    }
    const key = `${id}_${name}`;
    const text = (await Deno.readTextFile(new URL(file, directory))).replaceAll("\r\n", "\n");
    found.set(key, { ...found.get(key), id: Number(id), name, [direction]: text });
  }
  const migrations = [...found.values()].map(({ id, name, up, down }) => {
    if (up === undefined || down === undefined) {
      throw new Error(`Cannot read migrations: ${id}_${name} lacks its .${up ? "down" : "up"}.sql file`);
    }
    return { id, name, up, down, checksum: createHash("sha256").update(up).digest("hex") };
  }).sort((a, b) => a.id - b.id);
  const twice = migrations.find(({ id }, index) => migrations[index - 1]?.id === id);
  if (twice) throw new Error(`Cannot read migrations: number ${twice.id} is used twice`);
  return migrations;
}
