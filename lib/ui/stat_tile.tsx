import type { ComponentChildren } from "preact";
import { Rolling } from "@/lib/ui/figures.tsx";

/** Figures of so many characters fit into the narrowest tile, and into a wide one. */
const CHARS_ANYWHERE = 11;
const CHARS_WIDE = 15;

export interface StatTileProps {
  readonly label: string;
  /** null: not known yet; its place is kept. */
  readonly value: number | null;
  readonly format: (value: number) => string;
  /** Takes the place of `format` where a figure is longer than its tile is wide: half a figure would be a wrong one. */
  readonly short?: (value: number) => string;
  /** A few words or a bar below the figure. */
  readonly children?: ComponentChildren;
  readonly href?: string | undefined;
  readonly tone?: "bad" | "warn" | undefined;
}

/** One figure that people look at. */
export function StatTile({ label, value, format, short, children, href, tone }: StatTileProps) {
  const full = value === null ? "" : format(value);
  const size = short === undefined || full.length <= CHARS_ANYWHERE
    ? undefined
    : full.length <= CHARS_WIDE
    ? "long"
    : "huge";
  const content = (
    <>
      <span class="stat-label">{label}</span>
      <span class="stat-value" data-size={size} title={size && full}>
        {value === null ? <span class="muted">–</span> : <Rolling value={value} format={format} />}
        {value !== null && size !== undefined && <Rolling value={value} format={short!} />}
      </span>
      <span class="stat-note">{children}</span>
    </>
  );
  const looks = `stat${tone ? ` stat-${tone}` : ""}`;
  return href === undefined ? <div class={looks}>{content}</div> : <a class={looks} href={href}>{content}</a>;
}
