import type { ComponentChildren } from "preact";
import { Rolling } from "@/lib/ui/figures.tsx";

/** Up to how many characters a figure fits into the narrowest tile, into a usual and into a wide one. */
const CHARS_NARROW = 11;
const CHARS_USUAL = 14;
const CHARS_WIDE = 17;

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
  const size = short === undefined ? undefined : sizeOf(full);
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

/** What static/figures.css tells by how wide the tile must be; undefined: every tile is wide enough. */
function sizeOf({ length }: string): "usual" | "wide" | "huge" | undefined {
  if (length <= CHARS_NARROW) return undefined;
  if (length <= CHARS_USUAL) return "usual";
  return length <= CHARS_WIDE ? "wide" : "huge";
}
