import type { Tone } from "@/lib/ui/tag.tsx";

export interface Share {
  readonly label: string;
  readonly count: number;
  readonly tone: Tone;
}

export interface ShareBarProps {
  readonly shares: readonly Share[];
  /** Left out: what the shares come to. */
  readonly whole?: number;
}

/** One bar cut into the shares of a whole, in their order. The words beside it say the same. */
export function ShareBar({ shares, whole: given }: ShareBarProps) {
  const whole = given ?? shares.reduce((sum, { count }) => sum + count, 0);
  let before = 0;
  return (
    <svg class="share-bar" viewBox={`0 0 ${whole || 1} 1`} preserveAspectRatio="none" aria-hidden="true">
      {shares.filter(({ count }) => count > 0).map(({ label, count, tone }) => {
        const x = before;
        before += count;
        return <rect key={label} class={`share-${tone}`} x={x} y="0" width={count} height="1" />;
      })}
    </svg>
  );
}
