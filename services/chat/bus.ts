import type { NatsConnection } from "@nats-io/transport-node";

/** Told on a subject. `answer` is there where whoever told it waits for answers. */
export interface Heard {
  readonly subject: string;
  readonly text: string;
  readonly answer: ((text: string) => void) | undefined;
}

/** How instances tell each other things: at most once, in no order that holds between two of them. */
export interface Bus {
  /** Is there a connection now? */
  readonly isUp: boolean;
  /** How many times the connection broke so far. */
  readonly breaks: number;
  /** Without a connection it is lost, silently. */
  tell(subject: string, text: string): void;
  /** Also hears what this instance tells. Answers how to stop. `heard` must not throw. */
  listen(filter: string, heard: (heard: Heard) => void): () => void;
  /** Settles when what is listened to is known to the bus, or after a moment without that. Never rejects. */
  settled(): Promise<void>;
  /** What others answer within `ms`; no longer than until `max` of them have. Never rejects. */
  ask(subject: string, options: { readonly ms: number; readonly max: number }): Promise<readonly string[]>;
}

/** Longest wait for NATS to know a subscription. */
const SETTLED_MS = 500;

/** Core NATS. */
export class NatsBus implements Bus {
  readonly #nats: NatsConnection;
  readonly #failed: (error: unknown) => void;
  #isUp = true;
  #breaks = 0;

  constructor(nats: NatsConnection, failed: (error: unknown) => void) {
    this.#nats = nats;
    this.#failed = failed;
    void this.#follow().catch(failed);
  }

  get isUp(): boolean {
    return this.#isUp && !this.#nats.isClosed() && !this.#nats.isDraining();
  }

  get breaks(): number {
    return this.#breaks;
  }

  tell(subject: string, text: string): void {
    if (!this.isUp) return;
    try {
      this.#nats.publish(subject, text);
    } catch (error) {
      this.#failed(error);
    }
  }

  listen(filter: string, heard: (heard: Heard) => void): () => void {
    if (this.#nats.isClosed() || this.#nats.isDraining()) return () => {};
    const subscription = this.#nats.subscribe(filter, {
      callback: (error, message) => {
        if (error !== null) return this.#failed(error);
        const answer = message.reply === undefined || message.reply === ""
          ? undefined
          : (text: string) => void message.respond(text);
        heard({ subject: message.subject, text: message.string(), answer });
      },
    });
    return () => subscription.unsubscribe();
  }

  async settled(): Promise<void> {
    if (!this.isUp) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<void>((resolve) => timer = setTimeout(resolve, SETTLED_MS));
    await Promise.race([this.#nats.flush().catch(this.#failed), late]);
    clearTimeout(timer);
  }

  async ask(subject: string, { ms, max }: { ms: number; max: number }): Promise<readonly string[]> {
    const answers: string[] = [];
    if (!this.isUp || max <= 0) return answers;
    try {
      const strategy = "timer";
      for await (
        const answer of await this.#nats.requestMany(subject, "", { strategy, maxWait: ms, maxMessages: max })
      ) {
        answers.push(answer.string());
      }
    } catch (error) {
      // Nobody answers, or the connection broke: what came is what there is.
      this.#failed(error);
    }
    return answers;
  }

  async #follow(): Promise<void> {
    for await (const { type } of this.#nats.status()) {
      if (type === "disconnect") {
        this.#isUp = false;
        this.#breaks++;
      }
      if (type === "reconnect") this.#isUp = true;
    }
  }
}
