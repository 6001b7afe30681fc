import type { ComponentChildren } from "preact";
import { Rolling } from "@/lib/ui/figures.tsx";

export interface StatTileProps {
  readonly label: string;
  /** null: not known yet; its place is kept. */
  readonly value: number | null;
  readonly format: (value: number) => string;
  /** A few words or a bar below the figure. */
  readonly children?: ComponentChildren;
  readonly href?: string | undefined;
  readonly tone?: "bad" | "warn" | undefined;
}

/** One figure that people look at. */
export function StatTile({ label, value, format, children, href, tone }: StatTileProps) {
  const content = (
    <>
      <span class="stat-label">{label}</span>
      <span class="stat-value">
        {value === null ? <span class="muted">–</span> : <Rolling value={value} format={format} />}
      </span>
      <span class="stat-note">{children}</span>
    </>
  );
  const looks = `stat${tone ? ` stat-${tone}` : ""}`;
  return href === undefined ? <div class={looks}>{content}</div> : <a class={looks} href={href}>{content}</a>;
}
