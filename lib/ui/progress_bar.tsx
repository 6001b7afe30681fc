export interface ProgressBarProps {
  /** What is under way, for ears. */
  readonly label: string;
  /** 0 to 100; null: it has begun, and nobody knows how far it is. */
  readonly percent: number | null;
}

/** How far something is. */
export function ProgressBar({ label, percent }: ProgressBarProps) {
  return (
    <span class="progress">
      <progress aria-label={label} max={100} value={percent ?? undefined} />
      <span class="figure">{percent === null ? "" : `${Math.round(percent)} %`}</span>
    </span>
  );
}
