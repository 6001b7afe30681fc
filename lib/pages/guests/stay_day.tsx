import { daysBetween, dayWord } from "@/lib/pages/guests/stays.ts";
import { Day } from "@/lib/ui/figures.tsx";

export interface StayDayProps {
  readonly day: unknown;
  readonly today: string;
  /** Does the guest still have to come, or to go, on that day? */
  readonly isDue: boolean;
  /** "arrives": what the day means, where it stands without its column's head. */
  readonly before: string;
}

/** A day of a stay; one that is due today or overdue says so. */
export function StayDay({ day, today, isDue, before }: StayDayProps) {
  if (typeof day !== "string") return null;
  const late = isDue ? daysBetween(day, today) : 0;
  const word = dayWord(day, today);
  const looks = late > 0 ? "stay-late" : isDue && late === 0 ? "stay-today" : undefined;
  return (
    <span class={looks}>
      <span class="stay-word">{`${before} `}</span>
      {word === undefined ? <Day day={day} /> : <time dateTime={day}>{word}</time>}
      {late > 0 && <span class="stay-since">, overdue</span>}
    </span>
  );
}
