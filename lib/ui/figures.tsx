import { useEffect, useRef, useState } from "preact/hooks";
import { formatTime } from "@/lib/live/formats.ts";
import { relativeTime } from "@/lib/live/relative_time.ts";
import { wantsMotion } from "@/lib/ui/browser.ts";
import { useFrame } from "@/lib/ui/frame_context.ts";
import { currencyFormat } from "@/lib/ui/number_formats.ts";

const ROLL_MS = 400;
/** What is ahead of the clock of the page by less has just happened: that clock is behind by some seconds. */
const CLOCK_BEHIND_MS = 60_000;

/** An amount in its currency, as the organisation writes it. */
export function Money({ amount, currency }: { amount: number; currency: string }) {
  const { data: { locale } } = useFrame();
  return <span class="figure">{currencyFormat(locale, currency)(amount)}</span>;
}

/** How long ago, or when; the exact time, in the zone of the property, on hover. */
export function When({ at, propertyId }: { at: string; propertyId: number | null }) {
  const { now, placeOf } = useFrame();
  const place = placeOf(propertyId);
  return (
    <time class="when" dateTime={at} title={formatTime(at, "exact", place)}>
      {(Date.parse(at) <= now + CLOCK_BEHIND_MS ? relativeTime(Date.parse(at), now) : undefined) ??
        formatTime(at, "moment", place)}
    </time>
  );
}

/** A day of the calendar: `23 Nov 2026`. */
export function Day({ day }: { day: string }) {
  const { placeOf } = useFrame();
  return <time class="when" dateTime={day}>{formatTime(day, "day", placeOf(null))}</time>;
}

/** A number that rolls to its new value. */
export function Rolling({ value, format }: { value: number; format: (value: number) => string }) {
  const [shown, show] = useState(value);
  const from = useRef(value);
  useEffect(() => {
    const start = from.current;
    from.current = value;
    if (start === value || document.hidden || !wantsMotion()) return show(value);
    let began: number | undefined;
    let frame = requestAnimationFrame(function step(time) {
      began ??= time;
      const done = Math.min(1, (time - began) / ROLL_MS);
      show(done === 1 ? value : start + (value - start) * (1 - (1 - done) ** 3));
      if (done < 1) frame = requestAnimationFrame(step);
    });
    return () => cancelAnimationFrame(frame);
  }, [value]);
  return <span class="figure">{format(shown)}</span>;
}
