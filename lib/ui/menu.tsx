import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { Icon } from "@/lib/ui/icon.tsx";

export interface MenuItem {
  readonly name: string;
  readonly label: ComponentChildren;
  /** One of several: is it the one? Left out: it is an action. */
  readonly isChecked?: boolean;
  readonly onChoose: () => void;
}

export interface MenuProps {
  readonly label: string;
  readonly items: readonly MenuItem[];
  /** Chosen, left, or cancelled; the menu is there as long as it is rendered. */
  readonly onClose: () => void;
  /** Words above the items. */
  readonly children?: ComponentChildren;
}

/** A few things to choose from, below what opened it (the menu of the ARIA practices). */
export function Menu({ label, items, onClose, children }: MenuProps) {
  const element = useRef<HTMLDivElement>(null);
  const itemsIn = () => [...element.current?.querySelectorAll<HTMLElement>("[data-item]") ?? []];
  // With what is shown: after it, the focus may have moved already, and nobody knows where it came from.
  useLayoutEffect(() => {
    const before = document.activeElement;
    const all = itemsIn();
    (all.find((item) => item.ariaChecked === "true") ?? all[0])?.focus({ preventScroll: true });
    element.current?.scrollIntoView({ block: "nearest" });
    const outside = ({ target }: Event) => {
      if (!element.current?.parentElement?.contains(target as Node)) onClose();
    };
    addEventListener("pointerdown", outside);
    return () => {
      removeEventListener("pointerdown", outside);
      const isLeft = document.activeElement === document.body ||
        element.current?.contains(document.activeElement);
      if (isLeft && before instanceof HTMLElement && before.isConnected) {
        before.focus({ preventScroll: true });
      }
    };
  }, []);
  const step = (by: number) => {
    const all = itemsIn();
    const here = all.indexOf(document.activeElement as HTMLElement);
    all[(here + by + all.length) % all.length]?.focus();
  };
  const pressed = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown") step(1);
    else if (event.key === "ArrowUp") step(-1);
    else if (event.key === "Escape") onClose();
    else if (event.key === "Tab") return onClose();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div class="menu" ref={element} onKeyDown={pressed}>
      {children}
      <div role="menu" aria-label={label}>
        {items.map(({ name, label, isChecked, onChoose }) => (
          <button
            key={name}
            type="button"
            class="menu-item"
            data-item={name}
            tabIndex={-1}
            role={isChecked === undefined ? "menuitem" : "menuitemradio"}
            aria-checked={isChecked}
            onClick={() => {
              onClose();
              onChoose();
            }}
          >
            {label}
            {isChecked && <Icon name="check" />}
          </button>
        ))}
      </div>
    </div>
  );
}
