import { browserCall, type BrowserOptions, browserWorld, socketAddress } from "@/lib/client/browser.ts";
import { Rest } from "@/lib/client/rest.ts";
import type { SocketLike } from "@/lib/client/socket.ts";
import { Chat } from "@/lib/chat/client/chat.ts";
import type { ChatWorld } from "@/lib/chat/client/chat_world.ts";
import type { ChatLike } from "@/lib/chat/client/chat_types.ts";
import { type KeptOutgoing, readOutgoing } from "@/lib/chat/client/kept_outgoing.ts";

export interface BrowserChatOptions extends Omit<BrowserOptions, "person"> {
  /** Whose chat it is; also of `BrowserOptions.person`. */
  readonly orgId: number;
  readonly userId: string;
}

/** The chat of a page; it does nothing before `start`. */
export function browserChat(options: BrowserChatOptions): ChatLike {
  return new Chat(options, browserChatWorld(options));
}

/** The browser as a chat needs it: the only file here that touches it. */
export function browserChatWorld(options: BrowserChatOptions): ChatWorld {
  const { orgId, userId, ...rest } = options;
  const person = { orgId, userId };
  const own: BrowserOptions = { ...rest, person };
  const { renew, after, now, random, newId, isOnline, isVisible, watchPage, failed } = browserWorld(own);
  return {
    WebSocket: WebSocket as unknown as new (url: string) => SocketLike,
    socketUrl: socketAddress("/v2/collaboration/chat/stream", own),
    renew,
    after,
    now,
    random,
    newId,
    isOnline,
    isVisible,
    watchPage,
    watchTouch,
    rest: new Rest({ call: browserCall(own), after }),
    kept: keptOutgoing(person, newId()),
    failed,
  };
}

const TOUCHES = ["pointerdown", "pointermove", "keydown", "wheel", "touchstart"] as const;

function watchTouch(listener: () => void): () => void {
  const options = { passive: true, capture: true };
  for (const touch of TOUCHES) addEventListener(touch, listener, options);
  return () => {
    for (const touch of TOUCHES) removeEventListener(touch, listener, options);
  };
}

const KEY = "innstream.chat.outgoing";

/**
 * In localStorage, under a key for each page, so that pages do not write over each other. A page that lives holds the lock
 * of its key; whoever gets that lock takes over what is kept there.
 */
function keptOutgoing(
  { orgId, userId }: { readonly orgId: number; readonly userId: string },
  page: string,
): KeptOutgoing {
  const prefix = `${KEY}.${orgId}.${userId}.`;
  const own = prefix + page;
  const isHeld = holdFor(own);
  const storage = localStorageOf();
  return {
    keep(list) {
      try {
        if (list.length === 0) storage?.removeItem(own);
        else storage?.setItem(own, JSON.stringify(list));
      } catch {
        // Full, or forbidden: then it is kept for as long as the page is there.
      }
    },
    async takeOver(taken) {
      if (storage === null) return;
      await isHeld;
      const others = Object.keys(storage).filter((key) => key.startsWith(prefix) && key !== own);
      for (const key of others) {
        await ifFree(key, () => {
          const list = readOutgoing(storage.getItem(key));
          // They are kept as this page's own before they are removed as the other's.
          const rest = list.length > 0 ? taken(list) : [];
          if (rest.length === 0) storage.removeItem(key);
          else storage.setItem(key, JSON.stringify(rest));
        });
      }
    },
  };
}

/** Holds the lock of this page for as long as it is there; resolves once it has it. */
function holdFor(name: string): Promise<void> {
  const { locks } = navigator;
  if (locks === undefined) return Promise.resolve();
  return new Promise((resolve) => {
    const hold = () => {
      resolve();
      return new Promise<never>(() => {});
    };
    locks.request(name, hold).catch(() => resolve());
  });
}

/** Without locks (on plain http) nobody can be asked: then two pages may send the same, which the server keeps once. */
async function ifFree(name: string, work: () => void): Promise<void> {
  const { locks } = navigator;
  if (locks === undefined) return work();
  await locks.request(name, { ifAvailable: true }, (lock) => {
    if (lock !== null) work();
  });
}

function localStorageOf(): Storage | null {
  try {
    // Reading it throws where storage is forbidden.
    return globalThis.localStorage;
  } catch {
    return null;
  }
}
