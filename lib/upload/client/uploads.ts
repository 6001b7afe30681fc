import { FILE_BYTES_MAX } from "@/lib/upload/limits.ts";
import { guessDocumentType, mediaTypeOfFile } from "@/lib/upload/client/file_types.ts";
import { hashOf } from "@/lib/upload/client/hash_file.ts";
import { type FileHandle, isExpired, type KeptUpload } from "@/lib/upload/client/kept_upload.ts";
import { UPLOADS_AT_ONCE } from "@/lib/upload/client/limits.ts";
import { ListEntry } from "@/lib/upload/client/list_entry.ts";
import type { AddOptions, ListedUpload, Refusal, UploadsWorld } from "@/lib/upload/client/uploads_types.ts";

export interface UploadsOptions {
  /** Whose they are. */
  readonly orgId: number;
  readonly userId: string;
}

/** The uploads of a page: some at once, the others in a queue, and those that an earlier page did not finish. */
export class Uploads {
  readonly #options: UploadsOptions;
  readonly #world: UploadsWorld;
  readonly #entries = new Map<string, ListEntry>();
  readonly #listeners = new Set<() => void>();
  #ends: (() => void)[] = [];

  constructor(options: UploadsOptions, world: UploadsWorld) {
    this.#options = options;
    this.#world = world;
  }

  /** The oldest first. */
  get list(): readonly ListedUpload[] {
    const now = this.#world.now();
    return [...this.#entries.values()].map((entry) => entry.listedAt(now));
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Takes up what earlier pages have left unfinished. */
  async start(): Promise<void> {
    const { watchOnline, guardLeaving, kept, now } = this.#world;
    this.#ends = [
      watchOnline((isOnline) => {
        for (const entry of this.#entries.values()) entry.input({ type: isOnline ? "online" : "offline" });
      }),
      guardLeaving(() => [...this.#entries.values()].some((entry) => entry.wouldBeLost)),
    ];
    // Together: reading a large file, to know it again, does not hide the others.
    await Promise.all((await kept.all()).map((upload) => {
      return isExpired(upload, now()) ? kept.remove(upload.key) : this.#takeUp(upload);
    }));
  }

  stop(): void {
    for (const end of this.#ends) end();
    for (const entry of this.#entries.values()) entry.leave();
  }

  /** Sends a file, or puts it in the queue. What is wrong with it, the list says. Answers its key. */
  add(file: File, { documentType, guestId, propertyId, handle = null }: AddOptions): string {
    const key = this.#world.newId();
    const mimetype = mediaTypeOfFile(file);
    const facts = {
      filename: file.name,
      filesize: file.size,
      mimetype: mimetype ?? "image/jpeg",
      documentType: documentType ?? guessDocumentType(file.name, mimetype ?? "image/jpeg"),
      guestId,
      propertyId,
    };
    const refusal = refusalOf(file.size, mimetype === null);
    const entry = new ListEntry({ ...this.#options, ...facts, key, handle }, this.#entryWorld());
    this.#entries.set(key, entry);
    if (refusal === null) {
      void entry.lock();
      entry.runs(file);
    } else entry.refuse(refusal);
    this.#pump();
    return key;
  }

  pause(key: string): void {
    this.#entries.get(key)?.input({ type: "pause" });
  }

  resume(key: string): void {
    this.#entries.get(key)?.input({ type: "resume" });
  }

  retry(key: string): void {
    this.#entries.get(key)?.retry();
  }

  /** Ends it for good: the server forgets what came. */
  cancel(key: string): void {
    this.#entries.get(key)?.cancel();
  }

  /** Takes one that is over off the list. */
  dismiss(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined || !entry.isOver) return;
    this.#entries.delete(key);
    entry.dismissed();
    this.#tell();
  }

  /** Goes on with what an earlier page began, where this is the same file. */
  async select(key: string, file: File, handle: FileHandle | null = null): Promise<void> {
    const entry = this.#entries.get(key);
    if (entry === undefined || !entry.wantsFile) return;
    entry.checks(handle);
    const isSame = file.size === entry.facts.filesize && await hashOf(file) === entry.sha256;
    if (isSame) entry.runs(file);
    else entry.isOther();
    this.#pump();
  }

  /** Asks the person for the file that the browser still knows; to be called from a click. */
  async allow(key: string): Promise<void> {
    const entry = this.#entries.get(key);
    const handle = entry?.handle;
    if (entry === undefined || !handle) return;
    const answer = await handle.requestPermission?.({ mode: "read" }).catch(() => "denied" as const);
    if (answer === "granted") return this.#open(entry, handle);
    entry.forgetsFile();
  }

  async #takeUp(upload: KeptUpload): Promise<void> {
    const entry = new ListEntry(upload, this.#entryWorld());
    const hasLock = await entry.lock();
    if (hasLock === "held") return;
    this.#entries.set(upload.key, entry);
    const { handle } = upload;
    if (handle === null) return entry.forgetsFile();
    const permission = await handle.queryPermission?.({ mode: "read" }).catch(() => "denied" as const);
    // Without locks another tab may be at it: then only the person can say that it is not.
    if ((permission ?? "granted") === "granted" && hasLock === "locked") return this.#open(entry, handle);
    entry.needsPermission();
  }

  async #open(entry: ListEntry, handle: FileHandle): Promise<void> {
    let file: File;
    try {
      file = await handle.getFile();
    } catch {
      return entry.forgetsFile();
    }
    // The person may have paused it.
    if (entry.facts.isPaused) entry.pausesFirst();
    await this.select(entry.facts.key, file, handle);
  }

  #entryWorld() {
    return { ...this.#world, changed: () => this.#pump() };
  }

  /** Starts as many as may run. */
  #pump(): void {
    const entries = [...this.#entries.values()];
    let free = UPLOADS_AT_ONCE - entries.filter((entry) => entry.isRunning).length;
    for (const entry of entries) {
      if (free <= 0) break;
      if (!entry.isWaiting) continue;
      free--;
      entry.input({ type: "start", online: this.#world.isOnline() });
    }
    this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

function refusalOf(bytes: number, isUnknown: boolean): Refusal | null {
  if (isUnknown) return "type_unsupported";
  if (bytes > FILE_BYTES_MAX) return "too_large";
  return bytes === 0 ? "empty" : null;
}
