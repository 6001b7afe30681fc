/** Formatters kept of a kind: making one is a hundred times the work of using it. */
const FORMATS_MAX = 64;

/** What `make` makes for a key, made once. There are `max` at most, and all are made anew after that. */
export function kept<T>(all: Map<string, T>, key: string, make: () => T, max: number = FORMATS_MAX): T {
  const known = all.get(key);
  if (known !== undefined) return known;
  if (all.size >= max) all.clear();
  const made = make();
  all.set(key, made);
  return made;
}
