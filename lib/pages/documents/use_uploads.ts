import { useEffect, useReducer } from "preact/hooks";
import { coalesced } from "@/lib/client/browser.ts";
import { browserUploadsWorld } from "@/lib/upload/client/browser.ts";
import { Uploads } from "@/lib/upload/client/uploads.ts";
import { every } from "@/lib/ui/browser.ts";
import { useFrame } from "@/lib/ui/frame_context.ts";

/** How often speed and time left are looked at while nothing arrives. */
const LOOK_MS = 1_000;

let shared: Uploads | undefined;

/** The uploads of this page, which go on whatever dialog is open; drawn anew as they change. */
export function useUploads(): Uploads {
  const { data: { orgId, userId } } = useFrame();
  const person = { orgId, userId };
  const [, draw] = useReducer<number, void>((count) => count + 1, 0);
  const uploads = shared ??= started(person);
  useEffect(() => uploads.onChange(coalesced(() => draw())), []);
  const isMoving = uploads.list.some(({ state }) => state === "sending");
  useEffect(() => isMoving ? every(LOOK_MS, () => draw()) : undefined, [isMoving]);
  return uploads;
}

function started(person: { orgId: number; userId: string }): Uploads {
  const uploads = new Uploads(person, browserUploadsWorld({ person }));
  void uploads.start();
  return uploads;
}
