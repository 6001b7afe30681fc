import type { Session } from "@/services/auth/session.ts";
import { ConnectionPill } from "@/lib/ui/connection_pill.tsx";
import { Icon } from "@/lib/ui/icon.tsx";
import { Avatar } from "./Avatar.tsx";
import { ThemeSwitch } from "./ThemeSwitch.tsx";
import { Wordmark } from "./Wordmark.tsx";
import { scopeOf } from "./scope.ts";

const MENU_ID = "person-menu";

/** What is on top of every page of a person who is signed in. */
export function TopBar({ session: { principal, organisation } }: { session: Session }) {
  const { name, role, properties } = principal;
  return (
    <header class="bar">
      <div class="bar-inner">
        <a class="bar-home" href="/live" aria-label="Innstream, to the live page">
          <Wordmark />
        </a>
        <span class="bar-org" dir="auto" title={organisation.name}>{organisation.name}</span>
        {/* The island of the page takes this over. */}
        <div class="script-only" id="connection">
          <ConnectionPill state="connecting" facts={[]} />
        </div>
        <span class="no-script muted">Reload to see what is new</span>
        <button type="button" class="person" popovertarget={MENU_ID} aria-label={`${name}: menu`}>
          <Avatar name={name} />
          <Icon name="down" />
        </button>
        <div class="popover" id={MENU_ID} popover="auto">
          <p class="popover-title" dir="auto">{name}</p>
          <p class="muted">{scopeOf(role, properties)}</p>
          <ThemeSwitch />
          <form method="post" action="/sign-out">
            <button class="button button-wide" type="submit">
              <Icon name="sign-out" />Sign out
            </button>
          </form>
        </div>
      </div>
    </header>
  );
}
