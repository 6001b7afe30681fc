import type { ClientState, ClientStatus } from "@/lib/client/client_types.ts";
import { factsOf } from "@/lib/ui/connection_facts.ts";
import { useFrame } from "@/lib/ui/frame_context.ts";
import { Icon } from "@/lib/ui/icon.tsx";
import { useConnection } from "@/lib/ui/realtime.tsx";

const DETAILS_ID = "connection-details";

/** The state in a word, and what it means for the person. */
const STATES: Readonly<Record<ClientState, { word: string; means: string }>> = {
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
  polling: {
    word: "Polling",
    means: "Updates every few seconds. Nothing is lost; it is only a little slower than live.",
  },
  offline: {
    word: "Offline",
    means: "There is no connection. What happens meanwhile follows as soon as there is one; nothing is lost.",
  },
  signed_out: { word: "Signed out", means: "Your session has ended. Sign in again to go on." },
  stopped: { word: "Stopped", means: "The server does not accept this page any longer. Reload it to go on." },
};

/** How the connection is: always in sight, in words; a click tells more. */
export function ConnectionPill() {
  const { status, retry } = useConnection();
  const { now, data: { locale } } = useFrame();
  const { state } = status;
  const { word, means } = STATES[state];
  const waits = state === "offline" || state === "catching_up" || status.retryAt !== null;
  return (
    <div class="connection script-only">
      <button type="button" class={`pill pill-${state}`} popovertarget={DETAILS_ID}>
        <span class="pill-dot" />
        <span class="hidden">Connection:</span>
        {word}
      </button>
      <span class="hidden" role="status">{word}</span>
      <div class="popover" id={DETAILS_ID} popover="auto">
        <h2 class="popover-title">{headline(status, now, locale) ?? word}</h2>
        <p class="muted">{means}</p>
        {state === "polling" && status.message !== null && <p class="muted">{status.message}</p>}
        <dl class="facts">
          {factsOf(status, { now, locale }).map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
        {waits && <button type="button" class="button" onClick={retry}>Retry now</button>}
        {state === "stopped" && (
          <a class="button" href="">
            <Icon name="right" />Reload
          </a>
        )}
      </div>
    </div>
  );
}

function headline({ state, since }: ClientStatus, now: number, locale: string): string | undefined {
  if (state !== "offline" || since === 0 || since > now) return undefined;
  const clock = new Intl.DateTimeFormat(locale, { timeStyle: "short", hourCycle: "h23" });
  return `Offline since ${clock.format(since)}`;
}
