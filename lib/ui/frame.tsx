import type { ComponentChildren } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import { placeOf, propertyName } from "@/lib/live/places.ts";
import { Announcer } from "@/lib/ui/announcer.tsx";
import { clock, every } from "@/lib/ui/browser.ts";
import { FrameContext, type FrameTools } from "@/lib/ui/frame_context.ts";
import type { FrameData } from "@/lib/ui/frame_data.ts";
import { KeyboardHelp } from "@/lib/ui/keyboard_help.tsx";
import { Notices } from "@/lib/ui/notices.tsx";
import { hrefOf, type PageName, pageOf, pagesFor } from "@/lib/ui/pages.ts";
import { BottomBar, Rail } from "@/lib/ui/rail.tsx";
import { RealtimeProviderV2, useProperty } from "@/lib/ui/realtime.tsx";
import { useShortcuts } from "@/lib/ui/shortcuts.ts";
import { Toasts, useToasts } from "@/lib/ui/toasts.tsx";
import { TopBar } from "@/lib/ui/top_bar.tsx";
import { useProperties } from "@/lib/ui/use_properties.ts";
import { useTheme } from "@/lib/ui/use_theme.ts";

/** Relative times are right to this. */
const CLOCK_MS = 15_000;

export interface FrameProps {
  readonly frame: FrameData;
  readonly page: PageName;
  /** `?view=` where the page has views. */
  readonly view?: string | undefined;
  readonly children: ComponentChildren;
}

/** What stands around every page of a person who is signed in, and the one connection of the tab. */
export function Frame({ frame, ...rest }: FrameProps) {
  return (
    <RealtimeProviderV2 options={frame}>
      <Shell frame={frame} {...rest} />
    </RealtimeProviderV2>
  );
}

function Shell({ frame, page, view, children }: FrameProps) {
  const { propertyId } = useProperty();
  const now = useClock(frame.now);
  const { shown, add, drop } = useToasts();
  const [isHelpOpen, showHelp] = useState(false);
  const pages = pagesFor(frame);
  const themes = useTheme(frame.themes, propertyId);
  const properties = useProperties(frame.properties, frame.services.includes("properties"));
  useShortcuts({ pages, propertyId, onHelp: () => showHelp(true) });
  const words = useMemo(() => wordsOf({ ...frame, properties }, propertyId), [properties, propertyId]);
  const tools = useMemo(() => ({ ...words, now, propertyId, themes, toast: add }), [words, now, themes]);
  const { path } = pageOf(page);
  return (
    <FrameContext.Provider value={tools}>
      <div class="frame">
        <Rail page={page} />
        <TopBar path={path} view={view} onHelp={() => showHelp(true)} />
        <main class="content" id="main" tabIndex={-1} data-page={page}>{children}</main>
        <BottomBar page={page} />
      </div>
      <Announcer />
      <Notices path={hrefOf(path, propertyId, view === undefined ? {} : { view })} />
      <Toasts shown={shown} drop={drop} />
      {isHelpOpen && <KeyboardHelp pages={pages} onClose={() => showHelp(false)} />}
    </FrameContext.Provider>
  );
}

/** What does not change as time goes by: columns of tables are memoised by it. */
function wordsOf(
  data: FrameData,
  propertyId: number | null,
): Pick<FrameTools, "data" | "placeOf" | "propertyName" | "may"> {
  const { properties, locale, may, ofProperty } = data;
  return {
    data,
    placeOf: (id) => placeOf(id, properties, locale),
    propertyName: (id) => {
      const isOneOfMany = id !== null && propertyId === null && properties.length > 1;
      return isOneOfMany ? propertyName(id, properties) : "";
    },
    may: (entity, verb) => {
      const hasPlace = verb !== "create" || properties.length > 0 || !ofProperty.includes(entity);
      return hasPlace && (may[entity]?.includes(verb) ?? false);
    },
  };
}

/** The time; at first the server's, so that both draw the same. */
function useClock(first: number): number {
  const [now, set] = useState(first);
  useEffect(() => {
    set(clock());
    return every(CLOCK_MS, () => set(clock()));
  }, []);
  return now;
}
