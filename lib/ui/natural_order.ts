const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

/** The order in which people look for names and numbers of rooms: 2 before 10, capitals or not. */
export function compareNaturally(a: unknown, b: unknown): number {
  return collator.compare(String(a ?? ""), String(b ?? ""));
}
