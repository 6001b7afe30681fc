import { IS_BROWSER } from "fresh/runtime";
import { useEffect, useMemo, useReducer, useRef, useState } from "preact/hooks";
import type { SocketLike } from "@/lib/client/connection.ts";
import { LiveController, type LiveParts } from "@/lib/live/controller.ts";
import type { LivePage } from "@/lib/live/page.ts";
import { placeOf, propertyName } from "@/lib/live/places.ts";
import type { Service } from "@/lib/protocol/services.ts";
import { ConnectionPill } from "@/lib/ui/connection_pill.tsx";
import { factsOf } from "@/lib/ui/connection_facts.ts";
import { type Hold, ServiceCard } from "@/lib/ui/service_card.tsx";
import { LiveNotice } from "@/lib/ui/live_notice.tsx";
import { Portal } from "@/lib/ui/portal.tsx";
import { PropertyFilter } from "@/lib/ui/property_filter.tsx";
import { TryIt } from "@/lib/ui/try_it.tsx";

/** Relative times are right to this. */
const CLOCK_MS = 15_000;
/** What happened is announced at most this often. */
const ANNOUNCE_MS = 5_000;
/** A page out of sight is not drawn more often than this. */
const HIDDEN_DRAW_MS = 1_000;

/** The live page: the latest of every service, as it happens. */
export default function LiveFeed(page: LivePage) {
  const { controller, now, holds } = useLive(page);
  const announcement = useAnnouncements(controller);
  const { feed, status, warning } = controller;
  const { properties, locale, tryIt } = page;

  const hold = (service: Service, why: Hold, on: boolean) => {
    const reasons = holds.get(service) ?? new Set();
    holds.set(service, reasons);
    if (on) reasons.add(why);
    else if (reasons.delete(why) && reasons.size === 0) controller.release(service);
  };
  const choose = (propertyId: number | null) => {
    history.replaceState(null, "", propertyId === null ? "/live" : `/live?property=${propertyId}`);
    controller.choose(propertyId);
  };
  const words = {
    now,
    placeOf: (propertyId: number | null) => placeOf(propertyId, properties, locale),
    propertyName: (propertyId: number | null) => {
      const isOneOfMany = propertyId !== null && feed.propertyId === null && properties.length > 1;
      return isOneOfMany ? propertyName(propertyId, properties) : "";
    },
  };
  const waits = status.state === "offline" || status.retryAt !== null;
  return (
    <>
      <Portal into="connection">
        <ConnectionPill
          state={status.state}
          facts={factsOf(status, feed.last, { now, locale })}
          retry={waits ? () => controller.retry() : undefined}
        />
      </Portal>
      <div class="page-head">
        <h1>Live</h1>
        {properties.length > 1 && (
          <PropertyFilter properties={properties} value={feed.propertyId} onChange={choose} />
        )}
      </div>
      {tryIt && <TryIt {...tryIt} after={after} />}
      <div class="cards">
        {feed.cards.map((card) => (
          <ServiceCard
            key={card.service}
            card={card}
            words={words}
            onRelease={() => controller.release(card.service)}
            onHold={(why, on) => hold(card.service, why, on)}
          />
        ))}
      </div>
      <p class="hidden" role="status">{announcement}</p>
      <LiveNotice
        state={status.state}
        message={status.message}
        warning={warning}
        signInHref="/sign-in?again=1&next=/live"
        onDismiss={() => controller.dismiss()}
      />
    </>
  );
}

/** The controller of the page, in the browser alive as long as the page is; what it changes is drawn. */
function useLive(page: LivePage) {
  const [, draw] = useReducer<number, void>((count) => count + 1, 0);
  const [now, setNow] = useState(page.now);
  const holds = useRef(new Map<Service, Set<Hold>>()).current;
  const controller = useMemo(() => {
    const changed = coalesced(() => {
      setNow(Date.now());
      draw();
    });
    return new LiveController(page, {
      ...browser(),
      changed,
      isHeld: (name) => (holds.get(name)?.size ?? 0) > 0,
    });
  }, []);
  useEffect(() => {
    const online = () => controller.network(true);
    const offline = () => controller.network(false);
    const seen = () => document.hidden || controller.retry();
    addEventListener("online", online);
    addEventListener("offline", offline);
    document.addEventListener("visibilitychange", seen);
    const clock = setInterval(() => setNow(Date.now()), CLOCK_MS);
    setNow(Date.now());
    controller.start(navigator.onLine);
    return () => {
      removeEventListener("online", online);
      removeEventListener("offline", offline);
      document.removeEventListener("visibilitychange", seen);
      clearInterval(clock);
      controller.stop();
    };
  }, []);
  return { controller, now, holds };
}

function useAnnouncements(controller: LiveController): string {
  const [announcement, announce] = useState("");
  useEffect(() => {
    const timer = setInterval(() => announce(controller.feed.announcement()), ANNOUNCE_MS);
    return () => clearInterval(timer);
  }, []);
  return announcement;
}

function browser(): Omit<LiveParts, "changed" | "isHeld"> {
  return {
    // The server makes a controller too, to draw from, and never starts it.
    socketUrl: IS_BROWSER ? `${location.origin.replace(/^http/, "ws")}/v2/realtime/stream` : "",
    WebSocket: WebSocket as unknown as new (url: string) => SocketLike,
    get: (path) => fetch(path),
    after,
    now: () => Date.now(),
    random: () => Math.random(),
  };
}

function after(ms: number, run: () => void): () => void {
  const timer = setTimeout(run, ms);
  return () => clearTimeout(timer);
}

/** Runs `draw` once for all that happens within a frame. */
function coalesced(draw: () => void): () => void {
  let waiting = false;
  const run = () => {
    waiting = false;
    draw();
  };
  return () => {
    if (waiting) return;
    waiting = true;
    // Frames stop while the page is out of sight.
    if (document.hidden) setTimeout(run, HIDDEN_DRAW_MS);
    else requestAnimationFrame(run);
  };
}
