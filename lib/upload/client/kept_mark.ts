const MARK = "innstream.uploads";

/** Did a page of this browser leave uploads unfinished? Tells without opening the database of them. */
export function hasKeptUploads(): boolean {
  try {
    return localStorage.getItem(MARK) !== null;
  } catch {
    return false;
  }
}

export function markKeptUploads(some: boolean): void {
  try {
    if (some) localStorage.setItem(MARK, "1");
    else localStorage.removeItem(MARK);
  } catch {
    // Storage is forbidden: then nothing was kept either.
  }
}
