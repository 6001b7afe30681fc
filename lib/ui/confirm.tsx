import { useEffect, useRef } from "preact/hooks";
import { Dialog } from "@/lib/ui/dialog.tsx";

export interface ConfirmProps {
  /** The question. */
  readonly title: string;
  /** What happens then. */
  readonly text: string;
  /** On the button that does it: "Turn streaming off". */
  readonly action: string;
  readonly isBusy: boolean;
  /** Why it did not work, in words; null: it has not failed. */
  readonly failure: string | null;
  readonly onConfirm: () => void;
  readonly onClose: () => void;
}

/** Asks before something that takes away. Enter alone does nothing: what has the focus is the way back. */
export function Confirm({ title, text, action, isBusy, failure, onConfirm, onClose }: ConfirmProps) {
  const back = useRef<HTMLButtonElement>(null);
  useEffect(() => back.current?.focus(), []);
  return (
    <Dialog title={title} onClose={onClose}>
      {failure !== null && <p class="form-failure" role="alert">{failure}</p>}
      <p class="confirm-text">{text}</p>
      <footer class="form-foot">
        <span class="form-space" />
        <button type="button" class="button" ref={back} onClick={onClose}>Cancel</button>
        <button type="button" class="button button-danger" disabled={isBusy} onClick={onConfirm}>
          {isBusy ? "One moment…" : action}
        </button>
      </footer>
    </Dialog>
  );
}
