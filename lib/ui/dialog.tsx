import type { ComponentChildren } from "preact";
import { useId, useLayoutEffect, useRef } from "preact/hooks";
import { Icon } from "@/lib/ui/icon.tsx";

export interface DialogProps {
  readonly title: string;
  /** Escape, the cross, or a click beside it. The dialog is there as long as it is rendered. */
  readonly onClose: () => void;
  /** "wide": for what stands side by side. */
  readonly size?: "wide";
  readonly children: ComponentChildren;
}

/** A window over the page; on a phone a sheet from below. What had the focus gets it back afterwards. */
export function Dialog({ title, onClose, size, children }: DialogProps) {
  const id = useId();
  const element = useRef<HTMLDialogElement>(null);
  // With what is shown: after it, the focus may have moved already, and nobody knows where it came from.
  useLayoutEffect(() => {
    const before = document.activeElement;
    const dialog = element.current;
    dialog?.showModal();
    return () => {
      // While it is open nothing outside of it takes the focus.
      dialog?.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true });
    };
  }, []);
  return (
    <dialog
      ref={element}
      class={size === undefined ? "dialog" : `dialog dialog-${size}`}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onPointerDown={(event) => {
        const { target, currentTarget } = event;
        if (target === currentTarget && isBeside(event, currentTarget)) onClose();
      }}
    >
      <header class="dialog-head">
        <h2 id={id}>{title}</h2>
        <button type="button" class="icon-button" aria-label="Close" onClick={onClose}>
          <Icon name="close" />
        </button>
      </header>
      {children}
    </dialog>
  );
}

function isBeside({ clientX, clientY }: PointerEvent, element: HTMLElement): boolean {
  const { left, right, top, bottom } = element.getBoundingClientRect();
  return clientX < left || clientX > right || clientY < top || clientY > bottom;
}
