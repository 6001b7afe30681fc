import { useEffect, useState } from "preact/hooks";
import { type Theme, THEME_RULE_ID, themeFor, themeOf, themeVariables } from "@/lib/ui/theme.ts";
import { useEvents } from "@/lib/ui/realtime.tsx";

/**
 * Applies the theme of the property that is shown, as the server did, and each change of it as it happens. Answers all
 * themes as they are now.
 */
export function useTheme(themes: readonly Theme[], propertyId: number | null): readonly Theme[] {
  const [known, change] = useState(themes);
  useEvents({ service: "branding", entity: "theme" }, (events) => {
    change((before) =>
      events.reduce<readonly Theme[]>((list, { action, propertyId, data }) => {
        const others = list.filter((theme) => theme.propertyId !== propertyId);
        if (action === "deleted") return others;
        // Another program may tell of a change without saying all of it.
        const theme = themeOf(propertyId, data);
        return theme === undefined ? list : [...others, theme];
      }, before)
    );
  });
  const theme = themeFor(known, propertyId);
  useEffect(() => {
    // Through the CSSOM: the policy of the page allows no style attributes.
    const { style } = document.documentElement;
    const variables = themeVariables(theme);
    for (const [name, value] of Object.entries(variables)) style.setProperty(name, value);
    // What the server wrote has done its work; a theme that is removed must leave nothing behind.
    document.getElementById(THEME_RULE_ID)?.remove();
    return () => {
      for (const name of Object.keys(variables)) style.removeProperty(name);
    };
  }, [theme?.primaryColor, theme?.accentColor, theme?.mode]);
  return known;
}
