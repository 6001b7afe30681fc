import { Icon } from "@/lib/ui/icon.tsx";

export interface SearchFieldProps {
  /** "Search revenue" */
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

/** Narrows a list to what is typed; `/` leads here, Escape empties it. */
export function SearchField({ label, value, onChange }: SearchFieldProps) {
  return (
    <div class="search script-only">
      <Icon name="search" />
      <input
        type="search"
        data-search
        aria-label={label}
        placeholder={label}
        value={value}
        onInput={(event) => onChange(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== "Escape") return;
          onChange("");
          event.currentTarget.blur();
        }}
      />
      <kbd aria-hidden="true">/</kbd>
    </div>
  );
}
