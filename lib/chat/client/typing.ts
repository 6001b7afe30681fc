import { TYPING_MS, TYPING_REPEAT_MS } from "@/lib/chat/limits.ts";
import type { TypingFrame } from "@/lib/chat/server_frames.ts";
import type { After } from "@/lib/client/timers.ts";
import { TYPING_PAUSE_MS } from "@/lib/chat/client/limits.ts";

interface TypingOutParts {
  readonly after: After;
  /** Unix milliseconds. */
  readonly now: () => number;
  readonly say: (typing: boolean) => void;
}

/** Tells the others that this person types: with the first key, again while keys come, and when no more do. */
export class TypingOut {
  readonly #parts: TypingOutParts;
  /** When it was last told; null: the others know of nothing. */
  #toldAt: number | null = null;
  #stopPause: (() => void) | undefined;

  constructor(parts: TypingOutParts) {
    this.#parts = parts;
  }

  key(): void {
    const { after, now, say } = this.#parts;
    this.#stopPause?.();
    this.#stopPause = after(TYPING_PAUSE_MS, () => this.stopped());
    if (this.#toldAt !== null && now() - this.#toldAt < TYPING_REPEAT_MS) return;
    this.#toldAt = now();
    say(true);
  }

  stopped(): void {
    const wasTold = this.#toldAt !== null;
    this.lost();
    if (wasTold) this.#parts.say(false);
  }

  /** Nobody can be told any more. */
  lost(): void {
    this.#stopPause?.();
    this.#stopPause = undefined;
    this.#toldAt = null;
  }
}

/** Who else types, as last said; forgotten where nothing more is said of it. */
export class TypingIn {
  readonly #after: After;
  readonly #userId: string;
  readonly #changed: () => void;
  #names: readonly string[] = [];
  #count = 0;
  #stop: (() => void) | undefined;

  constructor(
    { after, userId, changed }: {
      readonly after: After;
      readonly userId: string;
      readonly changed: () => void;
    },
  ) {
    this.#after = after;
    this.#userId = userId;
    this.#changed = changed;
  }

  get now(): { readonly names: readonly string[]; readonly count: number } {
    return { names: this.#names, count: this.#count };
  }

  /** Replaces what was said before. */
  said({ users, count }: TypingFrame): void {
    const others = users.filter(({ userId }) => userId !== this.#userId);
    this.#names = others.map(({ userName }) => userName);
    this.#count = Math.max(others.length, count - (users.length - others.length));
    this.#stop?.();
    this.#stop = this.#count === 0 ? undefined : this.#after(TYPING_MS, () => {
      this.clear();
      this.#changed();
    });
  }

  clear(): void {
    this.#stop?.();
    this.#stop = undefined;
    this.#names = [];
    this.#count = 0;
  }
}
