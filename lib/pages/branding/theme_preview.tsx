import { useEffect, useRef } from "preact/hooks";
import { Icon } from "@/lib/ui/icon.tsx";
import { Logo } from "@/lib/ui/logo.tsx";
import { type Side, type Theme, themeVariables } from "@/lib/ui/theme.ts";
import { useLate } from "@/lib/ui/use_late.ts";

/** How pages would look, light and dark, as the fields stand. */
export function ThemePreview({ theme, place }: { theme: Theme | undefined; place: string }) {
  // An address that is being typed leads to other hosts until it is complete.
  const logoUrl = useLate(theme?.logoUrl ?? "") || null;
  const element = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // Through the CSSOM, as the policy of the page wants it. Colours that are none are left as they are.
    for (const pane of element.current!.querySelectorAll<HTMLElement>(".themed")) {
      for (const [name, value] of Object.entries(themeVariables(theme))) {
        if (name !== "--mode") pane.style.setProperty(name, value);
      }
    }
  });
  return (
    <div class="previews" ref={element} role="group" aria-label="Preview">
      <Pane side="light" mode={theme?.mode} logoUrl={logoUrl} place={place} />
      <Pane side="dark" mode={theme?.mode} logoUrl={logoUrl} place={place} />
    </div>
  );
}

interface PaneProps {
  readonly side: Side;
  readonly mode: Theme["mode"] | undefined;
  readonly logoUrl: string | null;
  readonly place: string;
}

/** A made-up corner of a page: what is in it does nothing. */
function Pane({ side, mode = "system", logoUrl, place }: PaneProps) {
  const isUsual = mode === "system" || mode === side;
  return (
    <figure class="preview">
      <figcaption class="muted">
        {side === "light" ? "Light" : "Dark"}
        {!isUsual && ", for those who choose it"}
      </figcaption>
      <div class={`themed preview-${side}`} inert>
        <p class="preview-bar">
          <Logo url={logoUrl} />
          <strong class="preview-name" dir="auto">{place}</strong>
        </p>
        <span class="preview-here">
          <Icon name="finance" />Finance
        </span>
        <span class="preview-line">
          Two nights, room 101
          <span class="preview-link">Open</span>
        </span>
        <span class="preview-bars">
          <span class="preview-first" />
          <span class="preview-second" />
        </span>
        <span class="preview-line">
          <span class="preview-second-text">Expenses</span>
          <span class="button button-main">Save</span>
        </span>
      </div>
    </figure>
  );
}
