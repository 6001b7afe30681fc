import type { UploadState } from "@/lib/upload/client/upload_types.ts";

/** Where the machine is; `resting`: without a connection, and none is wanted, since the person has paused. */
export type UploadPhase =
  | "idle"
  | "hashing"
  | "renewing"
  | "connecting"
  | "greeting"
  | "live"
  | "backoff"
  | "offline"
  | "resting"
  /** Waits for the server to say `cancelled`. */
  | "cancelling"
  /** Likewise by REST, without a connection. */
  | "removing"
  | "ended";

/** Phases in which the person has cancelled it, and what becomes of it is not known yet. */
export const CANCELLING: ReadonlySet<UploadPhase> = new Set(["cancelling", "removing"]);
/** Phases in which there is a socket. */
export const CONNECTED: ReadonlySet<UploadPhase> = new Set(["connecting", "greeting", "live", "cancelling"]);

export interface PhaseFacts {
  readonly phase: UploadPhase;
  readonly isPaused: boolean;
  readonly isComplete: boolean;
  readonly hasFailed: boolean;
  /** Was there a connection before, or have several attempts come to nothing? */
  readonly comesBack: boolean;
  /** The server has not said yet where to go on. */
  readonly awaitsReady: boolean;
  readonly isAllAcked: boolean;
}

/** The phase as people are told it. */
export function uploadStateOf(facts: PhaseFacts): UploadState {
  const { phase, isPaused, comesBack } = facts;
  if (facts.isComplete) return "complete";
  if (facts.hasFailed) return "failed";
  if (CANCELLING.has(phase)) return "cancelling";
  if (phase === "ended") return "cancelled";
  if (isPaused) return "paused";
  switch (phase) {
    case "idle":
      return "waiting";
    case "hashing":
    case "offline":
      return phase;
    case "live":
      if (facts.awaitsReady) return "reconnecting";
      return facts.isAllAcked ? "finishing" : "sending";
    default:
      return comesBack ? "reconnecting" : "connecting";
  }
}
