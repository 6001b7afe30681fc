import type { LiveEvent } from "@/lib/client/client_types.ts";
import { isFigures } from "@/lib/live/news_list.ts";
import type { Place } from "@/lib/live/formats.ts";
import { type Summary, summaryOf } from "@/lib/live/summary.ts";
import { capital, spaced, type Verb, verbOf } from "@/lib/live/words.ts";

/** An event in words. */
export interface NewsLine extends Summary {
  readonly event: LiveEvent;
  /** "Task" */
  readonly noun: string;
  readonly verb: Verb;
}

export function lineOf(event: LiveEvent, place: Place): NewsLine {
  const { entity, action, data } = event;
  return { ...summaryOf(entity, data, place), event, noun: capital(spaced(entity)), verb: verbOf(action) };
}

export interface NewsFilter {
  /** "": any, but figures are shown only where they are asked for. */
  readonly service: string;
  /** A kind of verb; "": any. */
  readonly kind: string;
  /** Words that the line shall have, in capitals or not. */
  readonly text: string;
}

export function passes({ event, noun, title, detail, verb }: NewsLine, filter: NewsFilter): boolean {
  const { service, kind, text } = filter;
  if (service === "" ? isFigures(event) : event.service !== service) return false;
  if (kind !== "" && verb.kind !== kind) return false;
  const line = `${noun} ${title} ${verb.word} ${detail}`.toLocaleLowerCase();
  return text.toLocaleLowerCase().split(/\s+/).every((word) => line.includes(word));
}
