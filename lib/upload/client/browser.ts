import { browserCall, type BrowserOptions, browserWorld, socketAddress } from "@/lib/client/browser.ts";
import { REQUEST_MS } from "@/lib/client/rest.ts";
import { markKeptUploads } from "@/lib/upload/client/kept_mark.ts";
import { isExpired, type KeptUpload, type KeptUploads } from "@/lib/upload/client/kept_upload.ts";
import type { SocketLike } from "@/lib/client/socket.ts";
import type { UploadsWorld } from "@/lib/upload/client/uploads_types.ts";

const DATABASE = "innstream.uploads";
const STORE = "uploads";
const NOT_FOUND = 404;
const CONFLICT = 409;

/** The browser as uploads need it: the only file here that touches it. */
export function browserUploadsWorld(
  options: BrowserOptions & { readonly person: { readonly orgId: number; readonly userId: string } },
): UploadsWorld {
  const { renew, after, now, random, newId, isOnline } = browserWorld(options);
  const call = browserCall(options);
  return {
    WebSocket: WebSocket as unknown as new (url: string) => SocketLike,
    socketUrl: socketAddress("/v2/documents/upload/stream", options),
    renew,
    after,
    now,
    random,
    newId,
    isOnline,
    async remove(uploadId) {
      const path = `/v2/documents/uploads/${uploadId}`;
      const ask = (init: RequestInit) => call(path, { ...init, signal: AbortSignal.timeout(REQUEST_MS) });
      try {
        // Also where the page is being left.
        const { ok, status } = await ask({ method: "DELETE", keepalive: true });
        if (ok || status === NOT_FOUND) return "gone";
        if (status !== CONFLICT) return "failed";
        const { documentId } = await (await ask({})).json();
        return typeof documentId === "number" ? { documentId } : "failed";
      } catch {
        return "failed";
      }
    },
    watchOnline(listener) {
      const [on, off] = [() => listener(true), () => listener(false)];
      addEventListener("online", on);
      addEventListener("offline", off);
      return () => {
        removeEventListener("online", on);
        removeEventListener("offline", off);
      };
    },
    lock,
    guardLeaving(isNeeded) {
      const ask = (event: BeforeUnloadEvent) => isNeeded() && event.preventDefault();
      addEventListener("beforeunload", ask);
      return () => removeEventListener("beforeunload", ask);
    },
    kept: keptUploads(options.person),
  };
}

function lock(name: string): Promise<(() => void) | "held" | "none"> {
  const { locks } = navigator;
  if (locks === undefined) return Promise.resolve("none");
  return new Promise((resolve) => {
    locks.request(name, { ifAvailable: true }, (lock) => {
      if (lock === null) return resolve("held");
      return new Promise<void>((release) => resolve(release));
    }).catch(() => resolve("none"));
  });
}

/** In IndexedDB: handles of files can be kept nowhere else. */
function keptUploads({ orgId, userId }: { readonly orgId: number; readonly userId: string }): KeptUploads {
  const within = async <T>(mode: IDBTransactionMode, ask: (store: IDBObjectStore) => IDBRequest<T>) => {
    try {
      const database = await settled(openDatabase());
      try {
        return await settled(ask(database.transaction(STORE, mode).objectStore(STORE)));
      } finally {
        database.close();
      }
    } catch {
      // Storage is forbidden, or full: nothing is kept.
      return undefined;
    }
  };
  return {
    async all() {
      const found = await within<KeptUpload[]>("readonly", (store) => store.getAll()) ?? [];
      const isOwn = (upload: KeptUpload) => upload.orgId === orgId && upload.userId === userId;
      // Names of files of somebody who does not come back stay no longer than they are good for.
      for (const upload of found) {
        if (!isOwn(upload) && isExpired(upload, Date.now())) await this.remove(upload.key);
      }
      return found.filter(isOwn);
    },
    async put(upload) {
      if (await within("readwrite", (store) => store.put(upload)) !== undefined) markKeptUploads(true);
    },
    async remove(key) {
      await within("readwrite", (store) => store.delete(key));
      if (await within("readonly", (store) => store.count()) === 0) markKeptUploads(false);
    },
  };
}

function openDatabase(): IDBOpenDBRequest {
  const request = indexedDB.open(DATABASE, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "key" });
  return request;
}

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
