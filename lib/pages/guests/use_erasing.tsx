import type { VNode } from "preact";
import { useState } from "preact/hooks";
import type { ClientRecord } from "@/lib/client/collection.ts";
import { Confirm } from "@/lib/ui/confirm.tsx";
import { useFrame } from "@/lib/ui/frame_context.ts";
import { sayProblem } from "@/lib/ui/states.tsx";
import { usePageClient } from "@/lib/ui/realtime.tsx";

export interface Erasing {
  /** Asks before it does anything. */
  ask(guest: ClientRecord): void;
  /** The question while it is open: to be rendered. */
  readonly form: VNode | null;
}

/** Erases a guest and everything that is kept of them. The list hears of it as of any guest that is gone. */
export function useErasing(): Erasing {
  const { rest } = usePageClient();
  const { toast } = useFrame();
  const [guest, setGuest] = useState<ClientRecord | null>(null);
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const close = () => {
    setFailure(null);
    setGuest(null);
  };
  const erase = async ({ id, name }: ClientRecord) => {
    setBusy(true);
    const answer = await rest.json(`/guest-checkin/guest/${id}/erase`, { method: "POST" });
    setBusy(false);
    if (!answer.ok) return setFailure(sayProblem(answer.problem));
    toast({ text: `${name} is erased` });
    close();
  };
  return {
    ask: setGuest,
    form: guest && (
      <Confirm
        title={`Erase ${guest.name}?`}
        text="Their record, their documents and what was told about them are taken away for good, for everybody. This cannot be undone. What somebody wrote in a chat stays."
        action="Erase"
        isBusy={isBusy}
        failure={failure}
        onConfirm={() => void erase(guest)}
        onClose={close}
      />
    ),
  };
}
