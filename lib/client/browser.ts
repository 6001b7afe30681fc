import type { ClientWorld, PageEvent } from "@/lib/client/client.ts";
import type { SocketLike } from "@/lib/client/socket.ts";
import { readFlags } from "@/lib/client/flags.ts";
import type { Renewal } from "@/lib/client/link.ts";
import type { LocksLike } from "@/lib/client/tab_lock.ts";
import type { ChannelLike } from "@/lib/client/tabs.ts";
import { MADE_FOR_HEADER, MADE_FOR_QUERY, madeFor } from "@/lib/protocol/made_for.ts";
import { isObject, isText } from "@/lib/client/server_frames.ts";

export interface BrowserOptions {
  /**
   * For whom the page was made. Where the cookie is somebody else's by now, because another person has signed in since,
   * the session counts as ended.
   */
  readonly person?: { readonly orgId: number; readonly userId: string };
  /** Of the server; the page's own where it is left out. */
  readonly origin?: string;
  /**
   * Answers a token of the person, a fresh one each time; null where the session has ended. Without it the cookie of the
   * page counts, and `POST /session/refresh` renews it.
   */
  readonly token?: () => Promise<string | null>;
}

type Call = (path: string, init?: RequestInit) => Promise<Response>;

const UNAUTHORIZED = 401;
const FORBIDDEN = 403;

/** The browser as a client needs it: the only place here that touches it. */
export function browserWorld(options: BrowserOptions = {}): ClientWorld {
  const { token } = options;
  const call = browserCall(options);
  return {
    WebSocket: WebSocket as unknown as new (url: string) => SocketLike,
    socketUrl: socketAddress("/v2/realtime/stream", options),
    get: (path, signal) => call(path, { signal }),
    async askFlags() {
      try {
        const response = await call("/feature-flags");
        if (response.status === UNAUTHORIZED) return "unauthenticated";
        return response.ok ? readFlags(await response.json()) : null;
      } catch {
        return null;
      }
    },
    renew: () => token === undefined ? renewCookie(call) : renewToken(token, options),
    after,
    now: () => Date.now(),
    random: () => Math.random(),
    newId,
    isOnline: () => navigator.onLine,
    isVisible: () => document.visibilityState === "visible",
    locks: (navigator.locks as LocksLike | undefined) ?? null,
    channel: "BroadcastChannel" in globalThis
      ? (name) => new BroadcastChannel(name) as unknown as ChannelLike
      : null,
    storage: storageOf(),
    watchPage,
    failed: (error) => reportError(error),
  };
}

/** Where a socket of the server is, as the person who is signed in may open it; to be asked at each attempt. */
export function socketAddress(path: string, options: BrowserOptions = {}): () => string | Promise<string> {
  const { origin = location.origin, token, person } = options;
  const plain = origin.replace(/^http/, "ws") + path;
  if (token === undefined) {
    const own = person && new URLSearchParams({ [MADE_FOR_QUERY]: madeFor(person) });
    return () => own === undefined ? plain : `${plain}?${own}`;
  }
  // A browser sends no headers with a socket, and a token does not belong into an address.
  return async () => {
    const { ticket } = await (await browserCall(options)("/auth/ticket", { method: "POST" })).json();
    return `${plain}?ticket=${encodeURIComponent(ticket)}`;
  };
}

/** Requests as the person who is signed in; also what `Rest` needs. */
export function browserCall({ origin = location.origin, token, person }: BrowserOptions = {}): Call {
  const own: Record<string, string> = token === undefined && person !== undefined
    ? { [MADE_FOR_HEADER]: madeFor(person) }
    : {};
  return async (path, init = {}) => {
    const bearer = await token?.();
    const headers = { ...init.headers as Record<string, string>, ...own, ...bearerOf(bearer) };
    return await fetch(origin + path, { ...init, headers, cache: "no-store" });
  };
}

function bearerOf(token: string | null | undefined): Record<string, string> {
  return token ? { authorization: `Bearer ${token}` } : {};
}

async function renewCookie(call: Call): Promise<Renewal> {
  try {
    const response = await call("/session/refresh", { method: "POST" });
    if (response.status === UNAUTHORIZED) return "ended";
    if (response.status === FORBIDDEN) return "elsewhere";
    if (!response.ok) return "failed";
    const body: unknown = await response.json();
    return { credential: isObject(body) && isText(body.ticket) ? { ticket: body.ticket } : null };
  } catch {
    return "failed";
  }
}

/** What the page gives may be the token that was just revoked, and a socket that is refused does not say why. */
async function renewToken(
  token: () => Promise<string | null>,
  { origin = location.origin }: BrowserOptions,
): Promise<Renewal> {
  try {
    const fresh = await token();
    if (fresh === null) return "ended";
    const response = await fetch(`${origin}/feature-flags`, { headers: bearerOf(fresh), cache: "no-store" });
    return response.status === UNAUTHORIZED ? "ended" : { credential: { token: fresh } };
  } catch {
    return "failed";
  }
}

/** 32 hex digits. (`crypto.randomUUID` is there on https alone.) */
export function newId(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0"))
    .join("");
}

export function after(ms: number, run: () => void): () => void {
  const timer = setTimeout(run, ms);
  return () => clearTimeout(timer);
}

function storageOf(): Storage | null {
  try {
    // Reading it throws where storage is forbidden.
    return globalThis.sessionStorage;
  } catch {
    return null;
  }
}

/** A page that is frozen, or kept aside for the back button, holds nothing meanwhile. */
function watchPage(listener: (event: PageEvent) => void): () => void {
  const seen = () => listener(document.visibilityState === "visible" ? "visible" : "hidden");
  const listeners: readonly (readonly [EventTarget, string, (event: Event) => void])[] = [
    [globalThis, "online", () => listener("online")],
    [globalThis, "offline", () => listener("offline")],
    [globalThis, "pagehide", () => listener("left")],
    [globalThis, "pageshow", (event) => (event as PageTransitionEvent).persisted && listener("returned")],
    [document, "visibilitychange", seen],
    [document, "freeze", () => listener("left")],
    [document, "resume", () => listener("returned")],
  ];
  for (const [target, name, run] of listeners) target.addEventListener(name, run);
  return () => {
    for (const [target, name, run] of listeners) target.removeEventListener(name, run);
  };
}

/** A page is not drawn more often than this however much happens; one that is out of sight, seldom. */
const DRAW_MS = 100;
const HIDDEN_DRAW_MS = 1_000;

/** Runs `draw` once for all that happens within a moment; at once after quiet. */
export function coalesced(draw: () => void): () => void {
  let isWaiting = false;
  let drawnAt = -Infinity;
  return () => {
    if (isWaiting) return;
    isWaiting = true;
    let frame = 0;
    const run = () => {
      cancelAnimationFrame(frame);
      clearTimeout(late);
      isWaiting = false;
      drawnAt = performance.now();
      draw();
    };
    // Frames stop while the page is out of sight, or when it goes there before one comes.
    const late = setTimeout(run, HIDDEN_DRAW_MS);
    const wait = drawnAt + DRAW_MS - performance.now();
    if (wait <= 0) frame = requestAnimationFrame(run);
    else setTimeout(() => isWaiting && (frame = requestAnimationFrame(run)), wait);
  };
}
