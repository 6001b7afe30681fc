/**
 * How long what was written at that moment keeps every instance from computing again, in milliseconds. Clocks differ, by
 * less than the pace: a moment further ahead is of a clock that was wrong, and keeps nobody waiting.
 */
export function restOfPace(writtenAt: string, everyMs: number, now: number): number {
  const at = Date.parse(writtenAt);
  if (at > now + everyMs) return 0;
  return Math.min(Math.max(at + everyMs - now, 0), everyMs);
}
