import type { FileHandle, KeptUpload } from "@/lib/upload/client/kept_upload.ts";
import { removeUpload, Upload } from "@/lib/upload/client/upload.ts";
import { UploadMachine } from "@/lib/upload/client/upload_machine.ts";
import type { UploadFacts, UploadInput, UploadStatus } from "@/lib/upload/client/upload_types.ts";
import type { ListedState, ListedUpload, Refusal, UploadsWorld } from "@/lib/upload/client/uploads_types.ts";

/** What is known of an upload without its file. */
export type EntryFacts =
  & UploadFacts
  & Pick<KeptUpload, "key" | "orgId" | "userId" | "handle">
  & Partial<Pick<KeptUpload, "uploadId" | "sha256" | "received" | "expiresAt" | "isPaused">>;

/** Where one is that has no machine: why it has no file, or that it is over. */
type Fileless = Extract<
  ListedState,
  "refused" | "needs_file" | "needs_permission" | "checking" | "cancelling" | "cancelled" | "complete"
>;

type EntryWorld = UploadsWorld & { readonly changed: () => void };

/** How much must have arrived for the browser's note of it to be written anew. */
const NOTE_BYTES = 4 * 1024 * 1024;
/** States in which nothing more happens by itself. */
const OVER: ReadonlySet<ListedState> = new Set(["complete", "failed", "cancelled", "refused"]);
/** States that another page has nothing to go on with. */
const ENDING: ReadonlySet<ListedState> = new Set([...OVER, "cancelling"]);
/** States that do not take one of the places of those that are sent at once. */
const ASIDE: ReadonlySet<ListedState> = new Set([
  ...ENDING,
  "waiting",
  "paused",
  "needs_file",
  "needs_permission",
]);

/** One upload of a page's list, with its file or without, and the browser's note of it. */
export class ListEntry {
  readonly facts: EntryFacts;
  readonly #world: EntryWorld;
  #machine: UploadMachine | undefined;
  #upload: Upload | undefined;
  #handle: FileHandle | null;
  #state: Fileless = "needs_file";
  /** Of one that was complete when it was cancelled. */
  #documentId: number | null = null;
  #refusal: Refusal | null = null;
  #isOther = false;
  #pausesFirst = false;
  /** What the note says, as far as it matters whether it is up to date. */
  #noted = "";
  #unlock: (() => void) | undefined;

  constructor(facts: EntryFacts, world: EntryWorld) {
    this.facts = facts;
    this.#world = world;
    this.#handle = facts.handle;
  }

  get handle(): FileHandle | null {
    return this.#handle;
  }

  get sha256(): string | null {
    return this.facts.sha256 ?? null;
  }

  listedAt(now: number): ListedUpload {
    const { key, filename, filesize, documentType, guestId, propertyId } = this.facts;
    const status = this.#machine?.statusAt(now);
    const received = status?.received ?? this.facts.received ?? 0;
    const bytesPerSecond = status?.bytesPerSecond ?? null;
    return {
      ...{ key, filename, filesize, documentType, guestId, propertyId },
      state: this.#stateOf(status),
      received,
      bytesPerSecond,
      secondsLeft: bytesPerSecond ? (filesize - received) / bytesPerSecond : null,
      retryAt: status?.retryAt ?? null,
      documentId: status?.documentId ?? this.#documentId,
      failure: status?.failure ?? null,
      refusal: this.#refusal,
      isOther: this.#isOther,
    };
  }

  #stateOf(status: UploadStatus | undefined): ListedState {
    return status?.state ?? this.#state;
  }

  get #now(): ListedState {
    return this.#stateOf(this.#machine?.statusAt(this.#world.now()));
  }

  get isOver(): boolean {
    return OVER.has(this.#now);
  }

  get isRunning(): boolean {
    return !ASIDE.has(this.#now);
  }

  get isWaiting(): boolean {
    return this.#now === "waiting";
  }

  get wantsFile(): boolean {
    return this.#machine === undefined && !ENDING.has(this.#state);
  }

  /** Would leaving the page make the person choose the file again? */
  get wouldBeLost(): boolean {
    return this.#handle === null && (this.isRunning || this.isWaiting);
  }

  /** Makes it this tab's. "held": it is another one's. "none": nobody can say. */
  async lock(): Promise<"locked" | "held" | "none"> {
    const lock = await this.#world.lock(`innstream.upload.${this.facts.key}`);
    if (typeof lock === "string") return lock;
    this.#unlock = lock;
    if (this.isOver) this.#release();
    return "locked";
  }

  refuse(refusal: Refusal): void {
    this.#refusal = refusal;
    this.#become("refused");
  }

  needsPermission(): void {
    this.#become("needs_permission");
  }

  forgetsFile(): void {
    this.#handle = null;
    this.#become("needs_file");
  }

  /** It stays as the person left it: paused. */
  pausesFirst(): void {
    this.#pausesFirst = true;
  }

  checks(handle: FileHandle | null): void {
    this.#handle = handle;
    this.#isOther = false;
    this.#become("checking");
  }

  isOther(): void {
    this.#isOther = true;
    this.forgetsFile();
  }

  #become(state: Fileless): void {
    this.#state = state;
    this.#world.changed();
  }

  /** The file is there: it waits for its turn, and is sent from where it was. */
  runs(file: File): void {
    if (ENDING.has(this.#state)) return;
    const { uploadId, sha256, received = 0, expiresAt = null } = this.facts;
    const { random, changed } = this.#world;
    const { filename, filesize, mimetype, documentType, guestId, propertyId } = this.facts;
    this.#machine = new UploadMachine({
      facts: { filename, filesize, mimetype, documentType, guestId, propertyId },
      random,
      ...(uploadId !== undefined && sha256 !== undefined && {
        begun: { uploadId, sha256, received, expiresAt },
      }),
    });
    this.#upload = new Upload({
      machine: this.#machine,
      file,
      world: this.#world,
      changed: () => {
        this.#note();
        changed();
      },
    });
    if (this.#pausesFirst) this.#upload.input({ type: "pause" });
  }

  input(input: UploadInput): void {
    this.#upload?.input(input);
  }

  retry(): void {
    this.input({ type: "retry" });
    // One that was over has given it back.
    if (!this.isOver && this.#unlock === undefined) void this.lock();
  }

  /** The person is done with it: no page shall come back to it. */
  dismissed(): void {
    // Where another page has it, the note is of that one.
    const { failure } = this.listedAt(this.#world.now());
    if (failure?.code !== "taken_over") void this.#world.kept.remove(this.facts.key);
    this.#release();
  }

  cancel(): void {
    if (this.#upload !== undefined) return this.#upload.input({ type: "cancel" });
    if (ENDING.has(this.#state)) return;
    const { uploadId, key } = this.facts;
    void this.#world.kept.remove(key);
    if (uploadId === undefined) return this.#cancelled(null);
    this.#become("cancelling");
    void removeUpload(this.#world, uploadId).then((documentId) => this.#cancelled(documentId));
  }

  #cancelled(documentId: number | null): void {
    this.#documentId = documentId;
    this.#release();
    this.#become(documentId === null ? "cancelled" : "complete");
  }

  /** The page goes. */
  leave(): void {
    this.#release();
  }

  /** Has the browser remember it, as long as it is unfinished. */
  #note(): void {
    const status = this.#machine!.statusAt(this.#world.now());
    const { state, uploadId, sha256, expiresAt, received, failure } = status;
    const isOver = ENDING.has(state) && failure?.again !== "resume";
    if (isOver) this.#release();
    const isKnown = uploadId !== null && sha256 !== null && expiresAt !== null;
    if (isOver || !isKnown) return this.#write("", () => this.#world.kept.remove(this.facts.key));
    const isPaused = state === "paused";
    const note = `${uploadId} ${isPaused} ${Math.floor(received / NOTE_BYTES)}`;
    const kept = { ...this.facts, uploadId, sha256, expiresAt, received, isPaused, handle: this.#handle };
    this.#write(note, () => this.#world.kept.put(kept));
  }

  #write(note: string, write: () => Promise<void>): void {
    if (note === this.#noted) return;
    this.#noted = note;
    void write();
  }

  #release(): void {
    this.#unlock?.();
    this.#unlock = undefined;
  }
}
