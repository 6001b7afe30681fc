import type { ConnectionState } from "@/lib/client/machine_types.ts";
import { Icon } from "@/lib/ui/icon.tsx";

const DETAILS_ID = "connection-details";

/** The state in a word, and what it means for the person. */
const STATES: Readonly<Record<Exclude<ConnectionState, "parked">, { word: string; means: string }>> = {
  connecting: {
    word: "Connecting",
    means: "The page is up to date as it was loaded; live updates start in a moment.",
  },
  live: { word: "Live", means: "What happens in the hotel shows up here at once." },
  catching_up: {
    word: "Catching up",
    means:
      "The connection was lost a moment ago and is coming back. What happens meanwhile follows; nothing is lost.",
  },
  offline: {
    word: "Offline",
    means: "There is no connection. What happens meanwhile follows as soon as there is one; nothing is lost.",
  },
  signed_out: { word: "Signed out", means: "Your session has ended. Sign in again to go on." },
  stopped: { word: "Stopped", means: "The server does not accept this page any longer. Reload it to go on." },
};

export interface PillProps {
  readonly state: ConnectionState;
  /** Name and value of each fact shown on a click. */
  readonly facts: readonly (readonly [name: string, value: string])[];
  /** Connects now instead of waiting; left out where that would make no sense. */
  readonly retry?: (() => void) | undefined;
}

/** How the connection is: always in sight, in words; a click tells more. */
export function ConnectionPill({ state, facts, retry }: PillProps) {
  const { word, means } = STATES[state === "parked" ? "offline" : state];
  return (
    <>
      <button type="button" class={`pill pill-${state}`} popovertarget={DETAILS_ID}>
        <span class="pill-dot" />
        <span class="hidden">Connection:</span>
        {word}
      </button>
      <span class="hidden" role="status">{word}</span>
      <div class="popover" id={DETAILS_ID} popover="auto">
        <h2 class="popover-title">{word}</h2>
        <p class="muted">{means}</p>
        <dl class="facts">
          {facts.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
        {retry && <button type="button" class="button" onClick={retry}>Retry now</button>}
        {state === "stopped" && (
          <a class="button" href="">
            <Icon name="right" />Reload
          </a>
        )}
      </div>
    </>
  );
}
