import type { After } from "@/lib/client/timers.ts";
import { DELIVERED_TOLD_MS, READ_TOLD_MS } from "@/lib/chat/client/limits.ts";

interface PositionsParts {
  readonly after: After;
  /** Tells the server; only called while it can be told. */
  readonly say: (type: "read" | "delivered", upTo: number) => void;
}

/** Tells how far this person has read, and has received: seldom, the latest only, and again where it got lost. */
export class PositionsTold {
  readonly #parts: PositionsParts;
  #isJoined = false;
  #read = 0;
  #delivered = 0;
  /** As the server knows them. */
  #knownRead = 0;
  #knownDelivered = 0;
  #stopRead: (() => void) | undefined;
  #stopDelivered: (() => void) | undefined;

  constructor(parts: PositionsParts) {
    this.#parts = parts;
  }

  get read(): number {
    return this.#read;
  }

  /** Answers whether that is further than before. */
  reads(upTo: number): boolean {
    if (upTo <= this.#read) return false;
    this.#read = upTo;
    this.#schedule();
    return true;
  }

  received(upTo: number): void {
    if (upTo <= this.#delivered) return;
    this.#delivered = upTo;
    this.#schedule();
  }

  /** The server has it so, from another device too. Answers whether it is further than was known here. */
  known(read: number, delivered: number): boolean {
    this.#knownRead = Math.max(this.#knownRead, read);
    this.#knownDelivered = Math.max(this.#knownDelivered, delivered, this.#knownRead);
    const isFurther = this.#knownRead > this.#read;
    if (isFurther) this.#read = this.#knownRead;
    return isFurther;
  }

  joined(read: number, delivered: number): void {
    this.#isJoined = true;
    this.#knownRead = read;
    this.#knownDelivered = Math.max(read, delivered);
    this.known(read, delivered);
    this.#schedule();
  }

  lost(): void {
    this.#isJoined = false;
    this.#stop();
  }

  /** The page is left: what waits is told now. */
  flush(): void {
    if (!this.#isJoined) return;
    this.#stop();
    this.#tell();
  }

  #schedule(): void {
    if (!this.#isJoined) return;
    const { after } = this.#parts;
    if (this.#read > this.#knownRead) this.#stopRead ??= after(READ_TOLD_MS, () => this.flush());
    else if (this.#delivered > this.#knownDelivered) {
      this.#stopDelivered ??= after(DELIVERED_TOLD_MS, () => this.flush());
    }
  }

  #tell(): void {
    if (this.#read > this.#knownRead) {
      this.#knownRead = this.#read;
      this.#knownDelivered = Math.max(this.#knownDelivered, this.#read);
      this.#parts.say("read", this.#read);
    }
    if (this.#delivered > this.#knownDelivered) {
      this.#knownDelivered = this.#delivered;
      this.#parts.say("delivered", this.#delivered);
    }
  }

  #stop(): void {
    this.#stopRead?.();
    this.#stopDelivered?.();
    this.#stopRead = this.#stopDelivered = undefined;
  }
}
