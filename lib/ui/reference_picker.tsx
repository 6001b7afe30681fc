import { useRef, useState } from "preact/hooks";
import type { Option } from "@/lib/ui/field_spec.ts";

/** Lines shown at once: further ones are found by typing. */
const SHOWN_MAX = 50;

export interface ReferencePickerProps {
  readonly id: string;
  readonly name: string;
  readonly value: string;
  readonly options: readonly Option[];
  readonly none?: string | undefined;
  readonly onChange: (value: string) => void;
  readonly "aria-invalid": boolean;
  readonly "aria-describedby": string;
  readonly "aria-required": boolean;
}

/** Chooses one of many by typing a part of its name (the combobox of the ARIA practices). */
export function ReferencePicker(props: ReferencePickerProps) {
  const { id, name, value, options, none, onChange, ...aria } = props;
  const chosen = options.find((option) => option.value === value);
  const [typed, type] = useState<string | null>(null);
  const [active, setActive] = useState(0);
  const list = useRef<HTMLUListElement>(null);
  const isOpen = typed !== null;
  const found = isOpen ? matching(options, typed, none) : [];
  const open = () => {
    type("");
    setActive(0);
  };
  const take = (option: Option | undefined) => {
    if (option !== undefined) onChange(option.value);
    type(null);
  };
  const move = (to: number) => {
    setActive(to);
    list.current?.children[to]?.scrollIntoView({ block: "nearest" });
  };
  const pressed = (event: KeyboardEvent) => {
    if (!isOpen) {
      if (event.key !== "ArrowDown") return;
      open();
    } else if (event.key === "ArrowDown") move(Math.min(found.length - 1, active + 1));
    else if (event.key === "ArrowUp") move(Math.max(0, active - 1));
    else if (event.key === "Enter") take(found[active]);
    else if (event.key === "Escape") type(null);
    else return;
    // Neither the form nor the dialog shall take these keys.
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div class="picker">
      <input
        {...aria}
        id={id}
        name={name}
        class="input"
        role="combobox"
        autocomplete="off"
        dir="auto"
        aria-expanded={isOpen}
        aria-controls={`${id}-list`}
        aria-activedescendant={isOpen && found[active] ? `${id}-${found[active].value}` : undefined}
        value={typed ?? chosen?.label ?? ""}
        placeholder={chosen?.label ?? none ?? "Type to search"}
        onFocus={open}
        onBlur={() => type(null)}
        onInput={(event) => {
          type(event.currentTarget.value);
          setActive(0);
        }}
        onKeyDown={pressed}
      />
      {isOpen && (
        <ul class="picker-list" id={`${id}-list`} role="listbox" ref={list}>
          {found.map((option, i) => (
            <li
              key={option.value}
              id={`${id}-${option.value}`}
              role="option"
              class={i === active ? "picker-active" : undefined}
              aria-selected={option.value === value}
              // Before the field loses the focus.
              onPointerDown={(event) => {
                event.preventDefault();
                take(option);
              }}
            >
              <bdi>{option.label}</bdi>
              {option.note && <span class="muted">{option.note}</span>}
            </li>
          ))}
          {found.length === 0 && <li class="muted" role="presentation">Nothing is called that</li>}
        </ul>
      )}
    </div>
  );
}

function matching(options: readonly Option[], typed: string, none: string | undefined): readonly Option[] {
  const wanted = typed.trim().toLocaleLowerCase();
  const all = none === undefined ? options : [{ value: "", label: none }, ...options];
  const fits = ({ label, note = "" }: Option) => `${label} ${note}`.toLocaleLowerCase().includes(wanted);
  return (wanted === "" ? all : all.filter(fits)).slice(0, SHOWN_MAX);
}
