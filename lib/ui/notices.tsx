import type { ClientState, ClientWarning } from "@/lib/client/client_types.ts";
import { Icon } from "@/lib/ui/icon.tsx";
import { useConnection } from "@/lib/ui/realtime.tsx";

/** What the person must do about the connection, at the foot of the page: nothing moves when it comes. */
export function Notices({ path }: { path: string }) {
  const { status: { state, message }, warning, dismiss } = useConnection();
  const signInHref = `/sign-in?${new URLSearchParams({ again: "1", next: path })}`;
  const told = noticeOf({ state, message, warning, signInHref });
  return (
    <div class="notice-place" role="alert">
      {told && (
        <div class="notice">
          <Icon name="alert" />
          <p>{told.text}</p>
          {told.href !== undefined && <a class="button button-main" href={told.href}>{told.action}</a>}
          {told.canDismiss && <button type="button" class="button" onClick={dismiss}>Dismiss</button>}
        </div>
      )}
    </div>
  );
}

interface Told {
  readonly text: string;
  readonly href?: string;
  readonly action?: string;
  readonly canDismiss?: boolean;
}

interface NoticeParts {
  readonly state: ClientState;
  /** Why it stopped, in the server's words. */
  readonly message: string | null;
  readonly warning: ClientWarning | null;
  readonly signInHref: string;
}

/** The notice that is due; undefined where there is none. */
function noticeOf({ state, message, warning, signInHref }: NoticeParts): Told | undefined {
  const signIn = { href: signInHref, action: "Sign in again" };
  if (state === "signed_out") {
    return { text: "Your session has ended. What you see here no longer changes.", ...signIn };
  }
  if (state === "stopped") {
    return {
      text: `Live updates have stopped: ${message ?? "the page was closed"}.`,
      href: "",
      action: "Reload",
    };
  }
  switch (warning?.type) {
    case "session_ends":
      return { text: "Your session ends in a minute.", ...signIn, canDismiss: true };
    case "refused":
      return { text: `This could not be shown: ${warning.message}.`, canDismiss: true };
    case undefined:
      return undefined;
  }
}
