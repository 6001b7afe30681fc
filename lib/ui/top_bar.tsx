import { Avatar } from "@/lib/ui/avatar.tsx";
import { ConnectionPill } from "@/lib/ui/connection_pill.tsx";
import { useFrame } from "@/lib/ui/frame_context.ts";
import { Icon } from "@/lib/ui/icon.tsx";
import { PropertySwitcher } from "@/lib/ui/property_switcher.tsx";
import { Logo } from "@/lib/ui/logo.tsx";
import { scopeOf } from "@/lib/ui/scope.ts";
import { themeFor } from "@/lib/ui/theme.ts";
import { ThemeSwitch } from "@/lib/ui/theme_switch.tsx";
import { Wordmark } from "@/lib/ui/wordmark.tsx";

const MENU_ID = "person-menu";

export interface TopBarProps {
  readonly path: string;
  /** `?view=` of the page, to be kept when another property is chosen without script. */
  readonly view: string | undefined;
  readonly onHelp: () => void;
}

/** On top of every page: whose hotel, which property, how the connection is, and who is signed in. */
export function TopBar({ path, view, onHelp }: TopBarProps) {
  const { data: { orgId, userId, organisation, name, role, reach }, themes, propertyId } = useFrame();
  return (
    <header class="bar">
      <a class="bar-home" href="/overview" aria-label="Innstream, to the overview">
        <Wordmark />
      </a>
      <Logo url={themeFor(themes, propertyId)?.logoUrl ?? null} />
      <span class="bar-org" dir="auto" title={organisation}>{organisation}</span>
      <PropertySwitcher path={path} view={view} />
      <span class="bar-space" />
      <ConnectionPill />
      <span class="no-script muted">Reload to see what is new</span>
      <button type="button" class="person" popovertarget={MENU_ID}>
        <Avatar name={name} isSaid />
        <span class="hidden">{name}: menu</span>
        <Icon name="down" />
      </button>
      <div class="popover" id={MENU_ID} popover="auto">
        <p class="popover-title" dir="auto">{name}</p>
        <p class="muted">{scopeOf(role, reach)}, {organisation}</p>
        <ThemeSwitch />
        <button
          type="button"
          class="button button-wide script-only help-button"
          popovertarget={MENU_ID}
          popovertargetaction="hide"
          onClick={onHelp}
        >
          <Icon name="keyboard" />Keyboard
        </button>
        <form method="post" action="/sign-out" data-person={`${orgId}.${userId}`}>
          <button class="button button-wide" type="submit">
            <Icon name="sign-out" />Sign out
          </button>
        </form>
      </div>
    </header>
  );
}
