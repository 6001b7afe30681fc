import type { ConnectionState } from "@/lib/client/machine_types.ts";
import type { Warning } from "@/lib/live/controller.ts";
import { Icon } from "@/lib/ui/icon.tsx";

export interface LiveNoticeProps {
  readonly state: ConnectionState;
  /** Why it stopped, in the server's words. */
  readonly message: string | null;
  readonly warning: Warning | null;
  readonly signInHref: string;
  readonly onDismiss: () => void;
}

/** What the person must do, at the foot of the page: nothing moves when it comes. */
export function LiveNotice(props: LiveNoticeProps) {
  const told = wordsOf(props);
  return (
    <div class="notice-place" role="alert">
      {told && (
        <div class="notice">
          <Icon name="alert" />
          <p>{told.text}</p>
          {told.href !== undefined && <a class="button button-main" href={told.href}>{told.action}</a>}
          {told.canDismiss && <button type="button" class="button" onClick={props.onDismiss}>Dismiss</button>}
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

function wordsOf({ state, message, warning, signInHref }: LiveNoticeProps): Told | undefined {
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
    case "snapshot_failed":
      return { text: "The latest records could not be loaded.", href: "", action: "Reload" };
    case "refused":
      return { text: `This could not be shown: ${warning.message}.`, canDismiss: true };
    case undefined:
      return undefined;
  }
}
