import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Place } from "@/lib/live/formats.ts";
import type { Verb } from "@/lib/resources/access.ts";
import type { FrameData } from "@/lib/ui/frame_data.ts";
import type { Theme } from "@/lib/ui/theme.ts";
import type { Toast } from "@/lib/ui/toasts.tsx";

/** What the frame offers to whatever stands in it. */
export interface FrameTools {
  /** As it was read; the properties as they are now. */
  readonly data: FrameData;
  /** Unix milliseconds, right to 15 s. */
  readonly now: number;
  /** The property that is shown; null: all. */
  readonly propertyId: number | null;
  /** How the houses look, as it is now. */
  readonly themes: readonly Theme[];
  /** Where something happens, for times and numbers. */
  readonly placeOf: (propertyId: number | null) => Place;
  /** What a property is called; "" where it goes without saying: only one is shown. */
  readonly propertyName: (propertyId: number | null) => string;
  /** May this person do that to records of this entity? Buttons for what they may not do are not shown. */
  readonly may: (entity: string, verb: Verb) => boolean;
  /** Says at the foot of the page what was done. */
  readonly toast: (toast: Toast) => void;
}

export const FrameContext = createContext<FrameTools | null>(null);

/** The frame around this part. */
export function useFrame(): FrameTools {
  const tools = useContext(FrameContext);
  if (tools === null) throw new Error("Cannot use the frame: this part is not inside a <Frame>");
  return tools;
}
