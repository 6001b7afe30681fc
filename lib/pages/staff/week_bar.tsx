import { mondayOf } from "@/lib/pages/staff/week.ts";
import { useFrame } from "@/lib/ui/frame_context.ts";
import { Icon } from "@/lib/ui/icon.tsx";
import { hrefOf } from "@/lib/ui/pages.ts";
import { softLink } from "@/lib/ui/soft_link.ts";

export interface WeekBarProps {
  readonly monday: string;
  readonly days: readonly string[];
  /** What a phone shows. */
  readonly day: string;
  readonly today: string;
  /** Mondays of the weeks beside. */
  readonly before: string;
  readonly after: string;
  readonly onTurn: (monday: string) => void;
  readonly onLook: (day: string) => void;
}

/** Which week is shown, and the ways to others; on a phone also which day. */
export function WeekBar({ monday, days, day, today, before, after, onTurn, onLook }: WeekBarProps) {
  const { propertyId, data: { locale } } = useFrame();
  const to = (week: string, on = week) => hrefOf("/staff", propertyId, { view: "schedules", week, day: on });
  const range = new Intl.DateTimeFormat(locale, {
    day: "numeric",
    month: "short",
    year: "numeric",
    timeZone: "UTC",
  });
  const weekday = new Intl.DateTimeFormat(locale, { weekday: "short", timeZone: "UTC" });
  const home = mondayOf(today);
  return (
    <div class="week-bar">
      <nav class="week-turns" aria-label="Week">
        <a
          class="icon-button week-back"
          aria-label="Previous week"
          {...softLink(to(before), () => onTurn(before))}
        >
          <Icon name="right" />
        </a>
        <a class="icon-button" aria-label="Next week" {...softLink(to(after), () => onTurn(after))}>
          <Icon name="right" />
        </a>
        <h2 class="week-name" aria-live="polite">
          {range.formatRange(Date.parse(monday), Date.parse(days.at(-1)!))}
        </h2>
        {monday !== home && (
          <a class="button button-small" {...softLink(to(home, today), () => onTurn(home))}>This week</a>
        )}
      </nav>
      <nav class="choices week-days" aria-label="Day">
        {days.map((one) => (
          <a
            key={one}
            class="choice"
            aria-current={one === day ? "true" : undefined}
            {...softLink(to(monday, one), () => onLook(one))}
          >
            <span>{weekday.format(Date.parse(one))}</span>
            <strong>{Number(one.slice(-2))}</strong>
          </a>
        ))}
      </nav>
    </div>
  );
}
