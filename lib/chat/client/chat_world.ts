import type { PageEvent } from "@/lib/client/client.ts";
import type { Rest } from "@/lib/client/rest.ts";
import type { ConnectionWorld } from "@/lib/chat/client/connection.ts";
import type { KeptOutgoing } from "@/lib/chat/client/kept_outgoing.ts";

/** The browser, or what stands for it in a test. */
export interface ChatWorld extends ConnectionWorld {
  readonly newId: () => string;
  readonly isOnline: () => boolean;
  readonly isVisible: () => boolean;
  /** Tells what happens to the page; what it returns ends that. */
  readonly watchPage: (listener: (event: PageEvent) => void) => () => void;
  /** Tells that the person touches the page. */
  readonly watchTouch: (listener: () => void) => () => void;
  readonly rest: Pick<Rest, "json">;
  readonly kept: KeptOutgoing;
  /** A listener threw. */
  readonly failed: (error: unknown) => void;
}
