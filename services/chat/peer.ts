import type { Principal } from "@/lib/auth/principal.ts";

/** One socket, as rooms see it. Nothing of it throws. */
export interface Peer {
  /** As of now: a new token may have brought another one of the same person. */
  readonly principal: Principal;
  readonly status: "online" | "away";
  /** Is it told of rooms that it has not joined? */
  readonly watches: boolean;
  readonly isClosed: boolean;
  send(text: string): void;
  hasJoined(roomId: string): boolean;
  /** The room is taken from it. */
  expelled(roomId: string): void;
}
