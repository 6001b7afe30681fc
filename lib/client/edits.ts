import type { Problem } from "@/lib/protocol/problems.ts";

/** A change of the person's own that the server has not confirmed. */
export interface Edit {
  readonly kind: "create" | "update" | "remove";
  /** The record; null where it has yet to get an id. */
  readonly id: number | null;
  /** What is set. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** null while the server is asked. */
  readonly failure: Problem | null;
}

/** The changes that are under way or have failed, by a key of their own. One record has one at a time. */
export class Edits {
  readonly #edits = new Map<string, Edit>();
  #made = 0;

  /** Begins a change; answers its key. One that failed on the same record is forgotten: this one takes its place. */
  begin(kind: Edit["kind"], id: number | null, fields: Edit["fields"]): string {
    for (const [key, edit] of this.#edits) if (id !== null && edit.id === id) this.#edits.delete(key);
    const key = `edit-${++this.#made}`;
    this.#edits.set(key, { kind, id, fields, failure: null });
    return key;
  }

  fail(key: string, failure: Problem): void {
    const edit = this.#edits.get(key);
    if (edit !== undefined) this.#edits.set(key, { ...edit, failure });
  }

  /** It is confirmed, or given up. */
  end(key: string): void {
    this.#edits.delete(key);
  }

  /** Is tried again; undefined where there is none that failed. */
  again(key: string): Edit | undefined {
    const edit = this.#edits.get(key);
    if (edit === undefined || edit.failure === null) return undefined;
    this.#edits.set(key, { ...edit, failure: null });
    return edit;
  }

  /** The change of this record, and its key. */
  of(id: number): (Edit & { readonly key: string }) | undefined {
    for (const [key, edit] of this.#edits) if (edit.id === id) return { ...edit, key };
    return undefined;
  }

  /** Records that have yet to get an id, the latest first. */
  get creations(): readonly (Edit & { readonly key: string })[] {
    return [...this.#edits].filter(([, { kind }]) => kind === "create").map(([key, edit]) => ({
      ...edit,
      key,
    }))
      .reverse();
  }
}
