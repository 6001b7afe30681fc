export interface ToggleProps {
  /** For screen readers, where no text beside it does it. */
  readonly label: string;
  readonly isOn: boolean;
  /** It is on its way; it keeps the focus, and is not to be pressed again. */
  readonly isBusy?: boolean;
  /** Id of a sentence about it. */
  readonly describedBy?: string;
  readonly onChange: (on: boolean) => void;
}

/** A switch that takes effect at once. */
export function Toggle({ label, isOn, isBusy = false, describedBy, onChange }: ToggleProps) {
  return (
    <button
      type="button"
      class="toggle script-only"
      role="switch"
      aria-checked={isOn}
      aria-label={label}
      aria-busy={isBusy}
      aria-describedby={describedBy}
      onClick={() => !isBusy && onChange(!isOn)}
    >
      <span class="toggle-knob" />
    </button>
  );
}
